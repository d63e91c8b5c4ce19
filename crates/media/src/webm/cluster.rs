//! The blocks of a few seconds, gathered until they are written at once.

use super::ebml::Bytes;
use super::ids;

/// A time in ticks of the file.
pub(super) type Ticks = i64;

/// A block that is to be written.
#[derive(Default)]
pub(super) struct Block<'a> {
    pub(super) track_number: u64,
    pub(super) ticks: Ticks,
    pub(super) is_key: bool,
    /// How packets are laced together in `data`.
    pub(super) lacing: u8,
    pub(super) data: &'a [u8],
    pub(super) alpha: Option<&'a [u8]>,
    pub(super) duration_ticks: Option<u64>,
    pub(super) discard_padding_nanos: Option<i64>,
    /// The frame before, in ticks from this one, where a group has to say that there is one.
    pub(super) reference_ticks: Option<i64>,
}

/// One cluster in memory, without its head.
pub(super) struct Cluster {
    pub(super) ticks: Ticks,
    body: Bytes,
}

impl Cluster {
    pub(super) fn new(first_ticks: Ticks) -> Self {
        let ticks = first_ticks.max(0);
        let mut body = Bytes::default();
        body.uint(ids::TIMESTAMP, ticks.unsigned_abs());
        Self { ticks, body }
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.body.0.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body.0
    }

    /// Whether a block of this time can be told in this cluster.
    pub(super) fn reaches(&self, ticks: Ticks) -> bool {
        ticks.checked_sub(self.ticks).is_some_and(|distance| i16::try_from(distance).is_ok())
    }

    /// Nothing when the time is out of reach.
    pub(super) fn push(&mut self, block: &Block<'_>) -> Option<()> {
        let distance = i16::try_from(block.ticks.checked_sub(self.ticks)?).ok()?;
        let is_simple =
            block.alpha.is_none() && block.duration_ticks.is_none() && block.discard_padding_nanos.is_none();
        let mut head = Vec::with_capacity(12);
        super::ebml::put_size(&mut head, block.track_number);
        head.extend_from_slice(&distance.to_be_bytes());
        head.push(block.lacing << 1 | if is_simple && block.is_key { 0x80 } else { 0 });
        let block_bytes = (head.len() + block.data.len()) as u64;
        if is_simple {
            self.body.head(ids::SIMPLE_BLOCK, block_bytes);
            self.body.0.extend_from_slice(&head);
            self.body.0.extend_from_slice(block.data);
            return Some(());
        }
        let mut rest = Bytes::default();
        if let Some(alpha) = block.alpha {
            // The number stands before the bytes: some readers hand the bytes on as soon as they see them.
            let mut more = Bytes::default();
            more.uint(ids::BLOCK_ADD_ID, 1).binary(ids::BLOCK_ADDITIONAL, alpha);
            let mut additions = Bytes::default();
            additions.binary(ids::BLOCK_MORE, &more.0);
            rest.binary(ids::BLOCK_ADDITIONS, &additions.0);
        }
        if let Some(duration) = block.duration_ticks {
            rest.uint(ids::BLOCK_DURATION, duration);
        }
        if let Some(reference) = block.reference_ticks.filter(|_| !block.is_key) {
            rest.int(ids::REFERENCE_BLOCK, reference);
        }
        if let Some(nanos) = block.discard_padding_nanos {
            rest.int(ids::DISCARD_PADDING, nanos);
        }
        let mut inner = Bytes::default();
        inner.head(ids::BLOCK, block_bytes);
        let group_bytes = inner.0.len() as u64 + block_bytes + rest.0.len() as u64;
        self.body.head(ids::BLOCK_GROUP, group_bytes);
        self.body.0.extend_from_slice(&inner.0);
        self.body.0.extend_from_slice(&head);
        self.body.0.extend_from_slice(block.data);
        self.body.0.extend_from_slice(&rest.0);
        Some(())
    }
}

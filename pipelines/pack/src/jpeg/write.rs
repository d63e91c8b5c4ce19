//! Writing frames.

use super::error::WriteError;
use super::geometry::Geometry;
use super::group::{GROUP_BLOCK_COUNT, GROUP_BYTES_FORM_A, GROUP_SCAN_BYTES, ZERO_BYTE, write_group};
use super::header::{APP9_NAME, HEAD, TAIL, segments_before_scan};
use super::picture::Card;

/// Bytes that the APP9 segment of a frame holds besides its name.
pub const APP9_BYTES_MAX: usize = 0xFFFF - 2 - APP9_NAME.len();

/// Writes frames of one geometry.
#[derive(Clone, Debug)]
pub struct FrameWriter {
    geometry: Geometry,
    before_scan: Vec<u8>,
}

impl FrameWriter {
    /// A writer for pictures of `geometry`.
    ///
    /// # Errors
    /// [`WriteError::Size`].
    pub fn new(geometry: Geometry) -> Result<Self, WriteError> {
        let geometry = Geometry::new(geometry.width, geometry.height, geometry.chroma)?;
        Ok(Self { geometry, before_scan: segments_before_scan(geometry) })
    }

    /// The geometry of its frames.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Replaces the content of `out` by one frame: `card` on top, the slices of `body` one after the other below it,
    /// `app9` in a segment of its own. The same `out` given again saves its allocation.
    ///
    /// # Errors
    /// [`WriteError::BodyTooLong`] when the body needs more groups than there are, which it never does up to
    /// [`Geometry::capacity_bytes_worst`]; [`WriteError::CardTooHigh`]; [`WriteError::HeaderTooLong`]. What `out` holds
    /// then is no frame.
    pub fn write(
        &self,
        card: Option<&Card>,
        body: &[&[u8]],
        app9: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let geometry = self.geometry;
        let card_rows = card.map_or(0, |card| card.mcu_row_count(geometry.chroma));
        if card_rows > geometry.mcu_row_count() {
            return Err(WriteError::CardTooHigh { card_rows, picture_rows: geometry.mcu_row_count() });
        }
        if app9.len() > APP9_BYTES_MAX {
            return Err(WriteError::HeaderTooLong { bytes: app9.len(), bytes_max: APP9_BYTES_MAX });
        }
        let body_bytes: u64 = body.iter().map(|slice| slice.len() as u64).sum();
        let group_count_max = geometry.group_count_below(card_rows);
        let too_long = |fitting_bytes| WriteError::BodyTooLong { body_bytes, fitting_bytes };
        if body_bytes > group_count_max * GROUP_BYTES_FORM_A as u64 {
            return Err(too_long(group_count_max * GROUP_BYTES_FORM_A as u64));
        }

        let scan_start = self.start(app9, out);
        // Grown without zeroing what an earlier frame left there; every byte up to `end` is written below.
        let guess = scan_bytes(geometry, body_bytes.div_ceil(GROUP_BYTES_FORM_A as u64));
        out.resize(scan_start + guess + TAIL.len(), 0);
        if let (Some(card), Some(scan)) = (card, out.get_mut(scan_start..)) {
            card.draw(geometry, scan);
        }
        let card_bytes = 2 * card_rows as usize * geometry.blocks_per_row() as usize;
        let groups_per_row = geometry.groups_per_row() as usize;
        let row_tail_bytes = 2 * (geometry.blocks_per_row() as usize - GROUP_BLOCK_COUNT * groups_per_row);
        let mut end = scan_start + card_bytes;
        let mut group_count = 0;
        let mut groups_left_in_row = groups_per_row;
        let mut source = Gather::new(body);
        while source.bytes_left > 0 {
            if group_count == group_count_max {
                return Err(too_long(body_bytes - source.bytes_left));
            }
            source.write_group(place::<GROUP_SCAN_BYTES>(out, end));
            end += GROUP_SCAN_BYTES;
            group_count += 1;
            groups_left_in_row -= 1;
            if groups_left_in_row == 0 {
                groups_left_in_row = groups_per_row;
                out.resize(out.len().max(end + row_tail_bytes), 0);
                out.iter_mut().skip(end).take(row_tail_bytes).for_each(|byte| *byte = ZERO_BYTE);
                end += row_tail_bytes;
            }
        }
        out.truncate(end);
        out.resize(scan_start + scan_bytes(geometry, group_count), ZERO_BYTE);
        out.extend(TAIL);
        Ok(())
    }

    /// Writes everything before the scan over the head of `out` and returns where the scan starts.
    fn start(&self, app9: &[u8], out: &mut Vec<u8>) -> usize {
        let mut head = Vec::with_capacity(HEAD.len() + 16 + app9.len() + self.before_scan.len());
        head.extend(HEAD);
        if !app9.is_empty() {
            head.extend([0xFF, 0xE9]);
            head.extend(((2 + APP9_NAME.len() + app9.len()) as u16).to_be_bytes());
            head.extend(APP9_NAME);
            head.extend(app9);
        }
        head.extend(&self.before_scan);
        out.resize(out.len().max(head.len()), 0);
        out.iter_mut().zip(&head).for_each(|(to, from)| *to = *from);
        head.len()
    }
}

/// Bytes of a scan with `group_count` groups.
fn scan_bytes(geometry: Geometry, group_count: u64) -> usize {
    let empty_bytes = 2 * GROUP_BLOCK_COUNT as u64;
    (2 * geometry.block_count() + group_count * (GROUP_SCAN_BYTES as u64 - empty_bytes)) as usize
}

/// The `N` bytes of `out` from `start` on; `out` grows when it ends before.
fn place<const N: usize>(out: &mut Vec<u8>, start: usize) -> &mut [u8; N] {
    out.resize(out.len().max(start + N), 0);
    let (_, tail) = out.split_at_mut(start);
    match tail.first_chunk_mut() {
        Some(chunk) => chunk,
        None => unreachable!("out was grown to hold the chunk"),
    }
}

/// The slices of a body as one run of bytes.
struct Gather<'a> {
    slices: &'a [&'a [u8]],
    current: &'a [u8],
    bytes_left: u64,
}

impl<'a> Gather<'a> {
    fn new(slices: &'a [&'a [u8]]) -> Self {
        let bytes_left = slices.iter().map(|slice| slice.len() as u64).sum();
        Self { slices, current: &[], bytes_left }
    }

    /// Writes the next group; behind the last byte it is filled up with zeros.
    fn write_group(&mut self, scan: &mut [u8; GROUP_SCAN_BYTES]) {
        let used = match self.current.first_chunk() {
            Some(body) => write_group(body, scan),
            None => write_group(&self.peek(), scan),
        };
        self.skip(used);
    }

    fn peek(&self) -> [u8; GROUP_BYTES_FORM_A] {
        let mut body = [0; GROUP_BYTES_FORM_A];
        let mut room = body.as_mut_slice();
        for slice in std::iter::once(&self.current).chain(self.slices) {
            let byte_count = slice.len().min(room.len());
            let (head, rest) = room.split_at_mut(byte_count);
            head.copy_from_slice(slice.split_at(byte_count).0);
            room = rest;
            if room.is_empty() {
                break;
            }
        }
        body
    }

    fn skip(&mut self, byte_count: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(byte_count as u64);
        let mut byte_count = byte_count;
        loop {
            if let Some((_, rest)) = self.current.split_at_checked(byte_count) {
                self.current = rest;
                return;
            }
            byte_count -= self.current.len();
            match self.slices.split_first() {
                Some((next, rest)) => (self.current, self.slices) = (next, rest),
                None => {
                    self.current = &[];
                    return;
                }
            }
        }
    }
}

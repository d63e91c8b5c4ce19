//! Tracks and blocks of a WebM or Matroska file, in order, and where their bytes are.

use std::ops::Range;
use std::path::Path;

use reel_types::time::{Rational, Timestamp};

use super::track::{TrackKind, WebmTrack, parse_tracks};
use super::walk::{Head, Walk};
use super::{ebml, ids};
use crate::error::MediaError;

/// A list of tracks is some kilobytes; one of sound brings its codebooks along.
const HEADER_BYTES_MAX: usize = 16 << 20;
/// A packet is never larger than a raw picture of 8K both ways.
const PACKET_BYTES_MAX: u64 = 256 << 20;
const NANOS_PER_SEC: u32 = 1_000_000_000;

/// One block: a packet, or a few small ones laced together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebmBlock {
    /// Number of its track.
    pub track_number: u64,
    /// When it is shown, in ticks of the file.
    pub ticks: i64,
    /// Whether decoding can begin here.
    pub is_key: bool,
    /// How packets are laced together in it; 0 for a single one.
    pub lacing: u8,
    /// Where its bytes are.
    pub data: Range<u64>,
    /// Where those of its alpha plane are.
    pub alpha: Option<Range<u64>>,
    /// How long it is shown, in ticks of the file.
    pub duration_ticks: Option<u64>,
    /// What a player drops of the decoded sound: at its end, or in front when negative.
    pub discard_padding_nanos: Option<i64>,
    /// Which cluster it lies in, from 0.
    pub cluster_index: u64,
}

/// A file that is walked from its beginning to its end. Holds its headers and nothing of its blocks.
pub struct WebmReader {
    walk: Walk,
    segment_end: u64,
    tick_nanos: u32,
    duration_ticks: Option<f64>,
    doc_type: String,
    tracks: Vec<WebmTrack>,
    /// The cluster that we are in.
    cluster: Option<Cluster>,
    cluster_count: u64,
}

struct Cluster {
    end: Option<u64>,
    ticks: Option<i64>,
}

impl WebmReader {
    /// Reads the headers, up to the first cluster.
    ///
    /// # Errors
    /// [`MediaError::Unreadable`]; [`MediaError::NotMedia`] when it is no WebM or Matroska; [`MediaError::Truncated`]
    /// when the file is shorter than it says; [`MediaError::Damaged`] when its headers make no sense.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut walk = Walk::open(path)?;
        let not_webm =
            |detail: &str| MediaError::NotMedia { path: path.to_owned(), detail: detail.to_owned() };
        if walk.size_bytes() == 0 {
            return Err(MediaError::EmptyFile { path: path.to_owned() });
        }
        let size_bytes = walk.size_bytes();
        let head = walk.head(size_bytes)?.filter(|head| head.id == ids::EBML);
        let head = head.ok_or_else(|| not_webm("it does not begin as Matroska"))?;
        let body = walk.body(&head, 4096)?;
        let doc_type = ebml::children(&body).flatten().find(|(id, _)| *id == ids::DOC_TYPE);
        let doc_type = doc_type.map(|(_, body)| ebml::text(body)).unwrap_or_default();
        if !matches!(doc_type.as_str(), "webm" | "matroska") {
            return Err(not_webm("it is EBML of another kind"));
        }
        let segment = loop {
            match walk.head(size_bytes)? {
                Some(head) if head.id == ids::SEGMENT => break head,
                Some(Head { end: Some(end), .. }) => walk.skip_to(end)?,
                _ => return Err(walk.truncated(walk.at())),
            }
        };
        let mut reader = Self {
            segment_end: segment.end.unwrap_or(size_bytes),
            walk,
            tick_nanos: 1_000_000,
            duration_ticks: None,
            doc_type,
            tracks: Vec::new(),
            cluster: None,
            cluster_count: 0,
        };
        reader.next_cluster()?;
        Ok(reader)
    }

    /// All tracks, in the file's order.
    pub fn tracks(&self) -> &[WebmTrack] {
        &self.tracks
    }

    /// The first track of pictures.
    pub fn video(&self) -> Option<&WebmTrack> {
        self.tracks.iter().find(|track| track.kind == TrackKind::Video)
    }

    /// `webm` or `matroska`.
    pub fn doc_type(&self) -> &str {
        &self.doc_type
    }

    /// Seconds per tick.
    pub fn time_base(&self) -> Rational {
        Rational { num: self.tick_nanos, den: NANOS_PER_SEC }
    }

    /// How long the file says that it lasts, in seconds.
    pub fn duration_secs(&self) -> Option<f64> {
        let secs = self.duration_ticks? * f64::from(self.tick_nanos) / f64::from(NANOS_PER_SEC);
        (secs.is_finite() && secs >= 0.0).then_some(secs)
    }

    /// When a block is shown.
    pub fn time(&self, block: &WebmBlock) -> Timestamp {
        Timestamp::new(block.ticks, self.time_base())
    }

    /// The next block of any track; nothing at the end.
    ///
    /// # Errors
    /// As [`WebmReader::open`].
    pub fn next_block(&mut self) -> Result<Option<WebmBlock>, MediaError> {
        loop {
            let Some(cluster) = &self.cluster else {
                if !self.next_cluster()? {
                    return Ok(None);
                }
                continue;
            };
            let end = cluster.end.unwrap_or(self.segment_end);
            let Some(head) = self.walk.head(end)? else {
                self.cluster = None;
                continue;
            };
            if cluster.end.is_none() && ids::is_top_level(head.id) {
                self.cluster = None;
                if !self.take_top(&head)? && !self.next_cluster()? {
                    return Ok(None);
                }
                continue;
            }
            let Some(end) = head.end else { return Err(self.endless(&head)) };
            match head.id {
                ids::TIMESTAMP => {
                    let ticks =
                        ebml::uint(&self.walk.body(&head, 8)?).and_then(|ticks| i64::try_from(ticks).ok());
                    let ticks =
                        ticks.ok_or_else(|| self.walk.damaged("a time that is too large".to_owned()))?;
                    self.cluster.iter_mut().for_each(|cluster| cluster.ticks = Some(ticks));
                }
                ids::SIMPLE_BLOCK => {
                    let (block, flags) = self.block(&head)?;
                    self.walk.skip_to(end)?;
                    return Ok(Some(WebmBlock { is_key: flags & 0x80 != 0, ..block }));
                }
                ids::BLOCK_GROUP => {
                    if let Some(block) = self.block_group(end)? {
                        return Ok(Some(block));
                    }
                }
                _ => self.walk.skip_to(end)?,
            }
        }
    }

    /// The bytes of a part of the file, into `buffer`.
    ///
    /// # Errors
    /// [`MediaError::Damaged`] for more than a packet can have; as [`WebmReader::open`].
    pub fn read(&self, range: &Range<u64>, buffer: &mut Vec<u8>) -> Result<(), MediaError> {
        let size = range.end.saturating_sub(range.start);
        if size > PACKET_BYTES_MAX || range.end > self.walk.size_bytes() {
            return Err(self.walk.damaged(format!("a packet of {size} bytes")));
        }
        buffer.resize(size as usize, 0);
        self.walk.read_at(buffer, range.start)
    }

    /// Goes on to the next cluster and takes the headers on the way; false at the end.
    fn next_cluster(&mut self) -> Result<bool, MediaError> {
        while let Some(head) = self.walk.head(self.segment_end)? {
            if self.take_top(&head)? {
                return Ok(true);
            }
            if matches!(head.id, ids::SEGMENT | ids::EBML) {
                return Ok(false); // another film behind this one, whose own size is not known
            }
        }
        Ok(false)
    }

    /// Takes one element of the segment; true when it is a cluster.
    fn take_top(&mut self, head: &Head) -> Result<bool, MediaError> {
        match head.id {
            ids::CLUSTER => {
                self.cluster = Some(Cluster { end: head.end, ticks: None });
                self.cluster_count += 1;
                return Ok(true);
            }
            ids::INFO => {
                let body = self.walk.body(head, HEADER_BYTES_MAX)?;
                self.take_info(&body)?;
            }
            ids::TRACKS if self.tracks.is_empty() => {
                let body = self.walk.body(head, HEADER_BYTES_MAX)?;
                let tracks = parse_tracks(&body);
                self.tracks = tracks
                    .ok_or_else(|| self.walk.damaged("its list of tracks makes no sense".to_owned()))?;
            }
            ids::SEGMENT | ids::EBML => self.walk.skip_to(self.segment_end)?,
            _ => match head.end {
                Some(end) => self.walk.skip_to(end)?,
                None => return Err(self.endless(head)),
            },
        }
        Ok(false)
    }

    fn take_info(&mut self, body: &[u8]) -> Result<(), MediaError> {
        let nonsense = || self.walk.damaged("its segment information makes no sense".to_owned());
        let (mut tick_nanos, mut duration_ticks) = (self.tick_nanos, None);
        for child in ebml::children(body) {
            match child.ok_or_else(nonsense)? {
                (ids::TIMESTAMP_SCALE, body) => {
                    let nanos = ebml::uint(body).and_then(|nanos| u32::try_from(nanos).ok());
                    tick_nanos = nanos.filter(|nanos| *nanos > 0).ok_or_else(nonsense)?;
                }
                (ids::DURATION, body) => duration_ticks = ebml::float(body),
                _ => {}
            }
        }
        (self.tick_nanos, self.duration_ticks) = (tick_nanos, duration_ticks);
        Ok(())
    }

    /// The block whose head was just read, and its flags; leaves its bytes unread.
    fn block(&mut self, head: &Head) -> Result<(WebmBlock, u8), MediaError> {
        let end = head.end.unwrap_or(head.start);
        let nonsense = |reader: &Self| reader.walk.damaged(format!("no block at byte {}", head.at));
        let mut bytes = [0_u8; 11];
        let length = usize::try_from(end - head.start).unwrap_or(usize::MAX).min(bytes.len());
        let bytes = bytes.get_mut(..length).unwrap_or_default();
        self.walk.read(bytes)?;
        let first = bytes.first().ok_or_else(|| nonsense(self))?;
        let number_length = ebml::length_of(*first, 8).ok_or_else(|| nonsense(self))?;
        let (number, rest) = bytes.split_at_checked(number_length).ok_or_else(|| nonsense(self))?;
        let [high, low, flags, ..] = rest else { return Err(nonsense(self)) };
        let cluster_ticks = self.cluster.as_ref().and_then(|cluster| cluster.ticks);
        let cluster_ticks = cluster_ticks
            .ok_or_else(|| self.walk.damaged(format!("a block without a time at byte {}", head.at)))?;
        let block = WebmBlock {
            track_number: ebml::unmarked(number).ok_or_else(|| nonsense(self))?,
            ticks: cluster_ticks.saturating_add(i16::from_be_bytes([*high, *low]).into()),
            is_key: false,
            lacing: flags >> 1 & 3,
            data: head.start + number_length as u64 + 3..end,
            alpha: None,
            duration_ticks: None,
            discard_padding_nanos: None,
            cluster_index: self.cluster_count.saturating_sub(1),
        };
        Ok((block, *flags))
    }

    /// A block with what comes beside it; nothing when it holds none.
    fn block_group(&mut self, group_end: u64) -> Result<Option<WebmBlock>, MediaError> {
        let (mut found, mut has_reference) = (None, false);
        let (mut alpha, mut duration_ticks, mut discard_padding_nanos) = (None, None, None);
        while let Some(head) = self.walk.head(group_end)? {
            let Some(end) = head.end else { return Err(self.endless(&head)) };
            match head.id {
                ids::BLOCK => found = Some(self.block(&head)?.0),
                ids::REFERENCE_BLOCK => has_reference = true,
                ids::BLOCK_DURATION => duration_ticks = ebml::uint(&self.walk.body(&head, 8)?),
                ids::DISCARD_PADDING => discard_padding_nanos = ebml::int(&self.walk.body(&head, 8)?),
                ids::BLOCK_ADDITIONS => {
                    while let Some(more) = self.walk.head(end)? {
                        let Some(more_end) = more.end else { return Err(self.endless(&more)) };
                        if more.id == ids::BLOCK_MORE {
                            alpha = self.block_more(more_end)?.or(alpha);
                        }
                        self.walk.skip_to(more_end)?;
                    }
                }
                _ => {}
            }
            self.walk.skip_to(end)?;
        }
        let block = found.map(|block| WebmBlock {
            is_key: !has_reference,
            alpha,
            duration_ticks,
            discard_padding_nanos,
            ..block
        });
        Ok(block)
    }

    /// The addition of number 1, which is the alpha plane.
    fn block_more(&mut self, more_end: u64) -> Result<Option<Range<u64>>, MediaError> {
        let (mut number, mut data) = (Some(1), None);
        while let Some(head) = self.walk.head(more_end)? {
            let Some(end) = head.end else { return Err(self.endless(&head)) };
            match head.id {
                ids::BLOCK_ADD_ID => number = ebml::uint(&self.walk.body(&head, 8)?),
                ids::BLOCK_ADDITIONAL => data = Some(head.start..end),
                _ => {}
            }
            self.walk.skip_to(end)?;
        }
        Ok(data.filter(|_| number == Some(1)))
    }

    fn endless(&self, head: &Head) -> MediaError {
        self.walk.damaged(format!("the element at byte {} does not say where it ends", head.at))
    }
}

//! Writing one segment.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::error::AviWriteError;
use super::fields::{chunk_header, padded};
use crate::pieces::write_pieces;

/// Bytes that a segment, with its index, never passes: the size of a RIFF that every reader takes.
pub const SEGMENT_BYTES_MAX: u64 = 1 << 30;

/// The chunk of a frame in stream 0.
pub(super) const FRAME_CHUNK: [u8; 4] = *b"00dc";

/// The index of stream 0 in a segment.
pub(super) const INDEX_CHUNK: [u8; 4] = *b"ix00";

/// Bytes of the index before its entries, chunk header included.
pub(super) const INDEX_HEAD_BYTES: u64 = 32;

/// Bytes of an entry of the index.
pub(super) const INDEX_ENTRY_BYTES: u64 = 8;

/// Where the position of the segment in its file stands, counted from the index's chunk header.
pub(super) const INDEX_BASE_AT: u64 = 20;

/// What is around a segment in the worst case: `RIFF`, `LIST`, and for each frame 16 bytes in `idx1`.
const AROUND_BYTES: u64 = 32;
const IDX1_ENTRY_BYTES: u64 = 16;

/// What [`super::assemble`] has to know of a segment without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentInfo {
    /// Frames.
    pub frame_count: u32,
    /// Bytes of the frames' chunks, with which the segment begins.
    pub chunks_bytes: u64,
    /// Bytes of the index behind them.
    pub index_bytes: u64,
    /// Bytes of the largest frame.
    pub frame_bytes_max: u32,
}

impl SegmentInfo {
    /// A segment of at most `frame_count` frames and `chunks_bytes` bytes before its index.
    pub fn of_bounds(frame_count: u32, chunks_bytes: u64) -> Self {
        let index_bytes = INDEX_HEAD_BYTES + u64::from(frame_count) * INDEX_ENTRY_BYTES;
        Self { frame_count, chunks_bytes, index_bytes, frame_bytes_max: 0 }
    }

    /// Bytes of the whole segment.
    pub fn bytes(&self) -> u64 {
        self.chunks_bytes.saturating_add(self.index_bytes)
    }
}

/// Writes frames, then their index.
#[derive(Debug)]
pub struct SegmentWriter<W> {
    to: W,
    /// Offset from the segment's start and size of each frame, as the index says it.
    entries: Vec<(u32, u32)>,
    chunks_bytes: u64,
    frame_bytes_max: u32,
}

impl<W: Write> SegmentWriter<W> {
    /// A segment without frames.
    pub fn new(to: W) -> Self {
        Self { to, entries: Vec::new(), chunks_bytes: 0, frame_bytes_max: 0 }
    }

    /// Appends one frame.
    ///
    /// # Errors
    /// [`AviWriteError::SegmentFull`], after which the segment is as before; [`AviWriteError::WriteSegment`], after
    /// which it is lost.
    pub fn push(&mut self, frame: &[u8]) -> Result<(), AviWriteError> {
        if !self.has_room_for(frame.len()) {
            let held_bytes = self.bytes_with(self.entries.len() as u64, self.chunks_bytes);
            return Err(AviWriteError::SegmentFull { held_bytes, frame_bytes: frame.len() as u64 });
        }
        // Both fit: the whole segment has at most 2^30 bytes.
        let (offset, size) = (self.chunks_bytes as u32 + 8, frame.len() as u32);
        let written = self
            .to
            .write_all(&chunk_header(FRAME_CHUNK, size))
            .and_then(|()| write_pieces(&mut self.to, frame));
        written
            .and_then(|()| if size % 2 == 1 { self.to.write_all(&[0]) } else { Ok(()) })
            .map_err(AviWriteError::WriteSegment)?;
        self.entries.push((offset, size));
        self.chunks_bytes += 8 + padded(frame.len() as u64);
        self.frame_bytes_max = self.frame_bytes_max.max(size);
        Ok(())
    }

    /// Whether a frame of `frame_bytes` still fits.
    pub fn has_room_for(&self, frame_bytes: usize) -> bool {
        let chunks_bytes = self.chunks_bytes.saturating_add(padded(frame_bytes as u64)).saturating_add(8);
        self.bytes_with(self.entries.len() as u64 + 1, chunks_bytes) <= SEGMENT_BYTES_MAX
    }

    /// Frames so far.
    pub fn frame_count(&self) -> usize {
        self.entries.len()
    }

    /// Writes the index and flushes.
    ///
    /// # Errors
    /// [`AviWriteError::WriteSegment`].
    pub fn finish(mut self) -> Result<(W, SegmentInfo), AviWriteError> {
        let entry_count = self.entries.len() as u32;
        let content_bytes = entry_count * INDEX_ENTRY_BYTES as u32 + INDEX_HEAD_BYTES as u32 - 8;
        let mut index = Vec::with_capacity(content_bytes as usize + 8);
        index.extend(chunk_header(INDEX_CHUNK, content_bytes));
        // Two words an entry, no sub type, an index of chunks.
        index.extend([2, 0, 0, 1]);
        index.extend(entry_count.to_le_bytes());
        index.extend(FRAME_CHUNK);
        index.extend([0; 12]);
        for (offset, size) in &self.entries {
            index.extend(offset.to_le_bytes());
            index.extend(size.to_le_bytes());
        }
        self.to.write_all(&index).and_then(|()| self.to.flush()).map_err(AviWriteError::WriteSegment)?;
        let info = SegmentInfo {
            frame_count: entry_count,
            chunks_bytes: self.chunks_bytes,
            index_bytes: index.len() as u64,
            frame_bytes_max: self.frame_bytes_max,
        };
        Ok((self.to, info))
    }

    fn bytes_with(&self, frame_count: u64, chunks_bytes: u64) -> u64 {
        let per_frame = INDEX_ENTRY_BYTES + IDX1_ENTRY_BYTES;
        chunks_bytes.saturating_add(AROUND_BYTES + INDEX_HEAD_BYTES + frame_count * per_frame)
    }
}

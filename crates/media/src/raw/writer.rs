//! Frames to an encoder in a child, each with its time stamp.

use std::ffi::OsString;
use std::path::PathBuf;

use reel_types::CancelToken;
use reel_types::time::Rational;

use crate::child::ChildReport;
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// What comes in, and what is made of it.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameWriterSpec {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// FFmpeg's name of the layout, for example `rgb24`, `yuva420p`.
    pub pix_fmt: String,
    /// Seconds per tick of the time stamps.
    pub time_base: Rational,
    /// Bytes of one frame; a frame of another size is refused.
    pub frame_bytes: usize,
    /// Shape of a pixel.
    pub sample_aspect: Rational,
    /// The encoder and its options, for example `-c:v ffv1`; each an argument. Never a text from outside.
    pub encoder_args: Vec<OsString>,
    /// The result; its name's ending says which container, unless the arguments hold `-f`.
    pub out: PathBuf,
}

/// An encoder in a child.
pub struct FrameWriter {}

impl FrameWriter {
    /// Starts encoding.
    ///
    /// # Errors
    /// Those of a child.
    pub fn create(
        _ffmpeg: &Ffmpeg,
        _spec: &FrameWriterSpec,
        _cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        Err(MediaError::Mismatch("no frame".to_owned()))
    }

    /// One more frame, shown from tick `pts` on; times must grow.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] for a frame of another size or an earlier time; those of a child.
    pub fn write_frame(&mut self, _pts: i64, _frame: &[u8]) -> Result<(), MediaError> {
        Ok(())
    }

    /// Tells the encoder that there is no more, and waits for it.
    ///
    /// # Errors
    /// Those of a child.
    pub fn finish(self) -> Result<ChildReport, MediaError> {
        Ok(ChildReport::default())
    }
}

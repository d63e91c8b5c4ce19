//! Frames to an encoder in a child, each with its time stamp.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use reel_types::CancelToken;
use reel_types::time::Rational;

use super::layout::{frame_bytes, nut_tag};
use super::nut_write::{Header, file_header, frame_header};
use crate::child::{self, ChildReport, Plumbing, Running};
use crate::error::MediaError;
use crate::formats::file_url;
use crate::tools::Ffmpeg;

/// What comes in, and what is made of it.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameWriterSpec {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// FFmpeg's name of the layout, for example `rgb24`, `yuva420p`; see [`super::frame_bytes`].
    pub pix_fmt: String,
    /// Seconds per tick of the time stamps.
    pub time_base: Rational,
    /// Shape of a pixel.
    pub sample_aspect: Rational,
    /// More inputs (sound to copy along): whole input arguments, each an argument. The frames are input 0.
    pub more_inputs: Vec<OsString>,
    /// The encoder and its options, for example `-c:v ffv1`; each an argument. Never a text from outside.
    pub encoder_args: Vec<OsString>,
    /// Ends the encoder when it stands still for so long while it is its turn.
    pub stall_timeout: Duration,
    /// The result; its name's ending says which container, unless the arguments hold `-f`.
    pub out: PathBuf,
}

/// An encoder in a child.
pub struct FrameWriter {
    running: Running,
    frame_bytes: usize,
    last_pts: Option<i64>,
    frame_count: u64,
}

/// A slow preset may take long for one picture.
pub const ENCODER_STALL: Duration = Duration::from_secs(120);

impl FrameWriter {
    /// Starts the encoder.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] for an unknown layout; those of a child.
    pub fn create(ffmpeg: &Ffmpeg, spec: &FrameWriterSpec, cancel: &CancelToken) -> Result<Self, MediaError> {
        let unknown = || MediaError::Mismatch(format!("{} does not go through a pipe", spec.pix_fmt));
        let frame_bytes = frame_bytes(&spec.pix_fmt, spec.width, spec.height).ok_or_else(unknown)?;
        let header = Header {
            tag: nut_tag(&spec.pix_fmt).ok_or_else(unknown)?,
            width: spec.width,
            height: spec.height,
            sample_aspect: spec.sample_aspect,
            time_base: spec.time_base,
        };
        let mut child = ffmpeg.command();
        // Nothing is to be found out about this input: the header says it all.
        child = child.args([
            "-protocol_whitelist",
            "pipe",
            "-f",
            "nut",
            "-probesize",
            "32",
            "-analyzeduration",
            "0",
        ]);
        child = child.args(["-copyts", "-i", "pipe:0"]).args(spec.more_inputs.iter().cloned());
        child = child.args(["-fps_mode", "passthrough", "-enc_time_base", "-1"]);
        child = child.args(spec.encoder_args.iter().cloned()).arg(file_url(&spec.out));
        child.stdin = Plumbing::Pipe;
        child.progress = true;
        child.stall_timeout = Some(spec.stall_timeout);
        let mut writer =
            Self { running: child::spawn(&child, cancel)?, frame_bytes, last_pts: None, frame_count: 0 };
        writer.send(&file_header(&header))?;
        Ok(writer)
    }

    /// Bytes of one frame.
    pub fn frame_bytes(&self) -> usize {
        self.frame_bytes
    }

    /// One more frame, shown from tick `pts` on; times begin at 0 or later, and grow.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] for a frame of another size or an earlier time; those of a child.
    pub fn write_frame(&mut self, pts: i64, frame: &[u8]) -> Result<(), MediaError> {
        self.write_planes(pts, &[frame])
    }

    /// The same for a frame whose planes lie in several places.
    ///
    /// # Errors
    /// As [`FrameWriter::write_frame`].
    pub fn write_planes(&mut self, pts: i64, planes: &[&[u8]]) -> Result<(), MediaError> {
        let found: usize = planes.iter().map(|plane| plane.len()).sum();
        if found != self.frame_bytes {
            let expected = self.frame_bytes;
            return Err(MediaError::Mismatch(format!("a frame of {found} bytes instead of {expected}")));
        }
        let grows = self.last_pts.is_none_or(|last| pts > last);
        let time = u64::try_from(pts).ok().filter(|_| grows);
        let time = time.ok_or_else(|| {
            MediaError::Mismatch(format!("a frame at tick {pts} after {:?}", self.last_pts))
        })?;
        self.last_pts = Some(pts);
        self.send(&frame_header(time, found))?;
        planes.iter().try_for_each(|plane| self.send(plane))?;
        self.frame_count += 1;
        Ok(())
    }

    /// Tells the encoder that there is no more, and waits for it.
    ///
    /// # Errors
    /// Those of a child.
    pub fn finish(self) -> Result<ChildReport, MediaError> {
        self.running.wait()
    }

    /// The same for an encoder that gives a packet for each frame, which is looked at: one that ends early and says that all is well is
    /// found out here, and not when its file is read.
    ///
    /// # Errors
    /// [`MediaError::UnexpectedOutput`] when frames are missing; those of a child.
    pub fn finish_all(mut self) -> Result<ChildReport, MediaError> {
        let report = self.running.wait_mut()?;
        let said = self.running.progress();
        if said.done && said.frame == self.frame_count {
            return Ok(report);
        }
        let detail = format!("it encoded {} of {} pictures", said.frame, self.frame_count);
        Err(MediaError::UnexpectedOutput { program: "ffmpeg", detail })
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        match self.running.write_all(bytes) {
            Ok(()) => Ok(()),
            // The child closed its end: what it has to say is the reason.
            Err(error) => {
                self.running.wait_mut()?;
                Err(MediaError::UnexpectedOutput {
                    program: "ffmpeg",
                    detail: format!("it stopped reading: {error}"),
                })
            }
        }
    }
}

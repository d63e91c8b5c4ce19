//! Decoded frames from a child, in order, each with its time stamp.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use super::layout::frame_bytes;
use super::nut_read::NutReader;
use crate::child::{self, ChildReport, Plumbing, Running};
use crate::error::MediaError;
use crate::formats::{Container, InputArgs, PIXELS_MAX, sniff};
use crate::gpu_decoding::GpuDecoding;
use crate::tools::Ffmpeg;

/// What to decode, and how frames are laid out.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameReaderSpec {
    /// The file.
    pub path: PathBuf,
    /// Which stream, counted over all sorts.
    pub stream_index: u32,
    /// Seconds per tick of that stream, as the probe or the frame table tells.
    pub time_base: Rational,
    /// FFmpeg's name of the layout wanted, for example `rgb24`, `yuv420p`; see [`super::frame_bytes`].
    pub pix_fmt: String,
    /// Width and height wanted; `None` keeps those of the stream (after rotation, when `apply_rotation`).
    pub size: Option<(u32, u32)>,
    /// Turns the picture as a player would.
    pub apply_rotation: bool,
    /// Begins at the first frame at or after this time of the stream.
    pub start: Option<Timestamp>,
    /// Ends before this time of the stream.
    pub end: Option<Timestamp>,
    /// Decodes on a GPU, or fails; nothing: on the CPU.
    pub on_gpu: Option<OnGpu>,
    /// Decoder threads on the CPU; 0 lets FFmpeg choose.
    pub threads: u32,
    /// FFmpeg's filters between the cut and the scaling, each a whole filter. Never a text from outside.
    pub filters: Vec<String>,
    /// Whether pictures that do not decode are left out; without it many of them are an error.
    pub tolerant: bool,
    /// Ends the decoder when it stands still for so long while it is its turn.
    pub stall_timeout: Duration,
}

/// A GPU that decodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnGpu {
    /// What it decodes.
    pub decoding: GpuDecoding,
    /// What the child needs in its environment to see that GPU alone.
    pub env: Vec<(&'static str, String)>,
}

impl FrameReaderSpec {
    /// A whole stream, turned as a player would.
    pub fn new(path: impl Into<PathBuf>, stream_index: u32, time_base: Rational, pix_fmt: &str) -> Self {
        Self {
            path: path.into(),
            stream_index,
            time_base,
            pix_fmt: pix_fmt.to_owned(),
            size: None,
            apply_rotation: true,
            start: None,
            end: None,
            on_gpu: None,
            threads: 0,
            filters: Vec::new(),
            tolerant: false,
            stall_timeout: STALL,
        }
    }
}

/// A decoder in a child. Holds one frame; the pipe holds at most 1 MiB more.
pub struct FrameReader {
    nut: NutReader<Running>,
    time_base: Rational,
    size: (u32, u32),
    frame_bytes: usize,
    first: Option<(Timestamp, Vec<u8>)>,
    path: PathBuf,
    at_end: bool,
}

/// Bytes of the largest frame: 8K both ways with 8 bytes a pixel.
const FRAME_BYTES_MAX: usize = PIXELS_MAX as usize * 8;
const STALL: Duration = Duration::from_secs(60);

impl FrameReader {
    /// Starts decoding and waits for the first frame. Times are those of the stream, to the tick.
    ///
    /// # Errors
    /// [`MediaError::Mismatch`] for an unknown layout; [`MediaError::Damaged`] when there is no frame; those of a
    /// child.
    pub fn open(ffmpeg: &Ffmpeg, spec: &FrameReaderSpec, cancel: &CancelToken) -> Result<Self, MediaError> {
        let known = frame_bytes(&spec.pix_fmt, 1, 1);
        known.ok_or_else(|| MediaError::Mismatch(format!("{} does not go through a pipe", spec.pix_fmt)))?;
        let tolerance = spec.tolerant.then_some(["-max_error_rate", "1"]);
        let mut child = ffmpeg.command().args(tolerance.into_iter().flatten()).args(input(spec)?.args());
        child = child.args(["-map", &format!("0:{}", spec.stream_index), "-vf", &filters(spec)?]);
        child = child.args(["-fps_mode", "passthrough", "-enc_time_base", "-1", "-c:v", "rawvideo"]);
        child = child.args(["-avoid_negative_ts", "disabled", "-f", "nut", "pipe:1"]);
        for (key, value) in spec.on_gpu.iter().flat_map(|gpu| &gpu.env) {
            child = child.env(key, value);
        }
        child.stdout = Plumbing::Pipe;
        child.stall_timeout = Some(spec.stall_timeout);
        let mut reader = Self {
            nut: NutReader::new(child::spawn(&child, cancel)?),
            time_base: spec.time_base,
            size: (0, 0),
            frame_bytes: 0,
            first: None,
            path: spec.path.clone(),
            at_end: false,
        };
        let mut frame = Vec::new();
        match reader.read(&mut frame, FRAME_BYTES_MAX)? {
            Some(time) => {
                reader.size = reader.nut.size;
                reader.frame_bytes = frame.len();
                reader.first = Some((time, frame));
                Ok(reader)
            }
            None => {
                let path = reader.path.clone();
                reader.finish()?;
                Err(MediaError::Damaged { path, detail: "no frame of it decodes there".to_owned() })
            }
        }
    }

    /// Width and height of the frames.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Bytes of one frame.
    pub fn frame_bytes(&self) -> usize {
        self.frame_bytes
    }

    /// The next frame into `frame` (which is given [`FrameReader::frame_bytes`] bytes) and its time; `None` at the
    /// end.
    ///
    /// # Errors
    /// [`MediaError::Damaged`] when the size changes on the way; those of a child.
    pub fn next_frame(&mut self, frame: &mut Vec<u8>) -> Result<Option<Timestamp>, MediaError> {
        if let Some((time, first)) = self.first.take() {
            *frame = first;
            return Ok(Some(time));
        }
        let time = self.read(frame, self.frame_bytes)?;
        if time.is_some() && frame.len() != self.frame_bytes {
            let detail = "its pictures change their size on the way".to_owned();
            return Err(MediaError::Damaged { path: self.path.clone(), detail });
        }
        Ok(time)
    }

    /// Ends the child, at the end of the stream or before.
    ///
    /// # Errors
    /// Those of a child that ended badly by itself.
    pub fn finish(self) -> Result<ChildReport, MediaError> {
        let running = self.nut.into_inner();
        if self.at_end {
            return running.wait();
        }
        running.kill();
        Ok(ChildReport::default())
    }

    fn read(&mut self, frame: &mut Vec<u8>, bytes_max: usize) -> Result<Option<Timestamp>, MediaError> {
        if self.at_end {
            return Ok(None);
        }
        let time = match self.nut.next(frame, bytes_max) {
            Ok(Some(time)) => time,
            Ok(None) => {
                self.at_end = true;
                // A decoder that failed also ends the pipe: its word comes before ours.
                self.nut.get_mut().wait_mut()?;
                return Ok(None);
            }
            Err(error) => {
                self.at_end = true;
                self.nut.get_mut().wait_mut()?;
                return Err(self.broken(&error));
            }
        };
        // NUT may count in a finer unit, never in a coarser one.
        let exact = time.rescale(self.time_base).filter(|exact| *exact == time);
        // FFmpeg counts in the stream's own unit where it can; where the stream claims another than its times need, the claim is wrong.
        exact.map(Some).ok_or_else(|| {
            let detail = "its time stamps do not fit the clock that it claims".to_owned();
            MediaError::Damaged { path: self.path.clone(), detail }
        })
    }

    fn broken(&self, error: &io::Error) -> MediaError {
        MediaError::UnexpectedOutput {
            program: "ffmpeg",
            detail: format!("{error} ({})", self.path.display()),
        }
    }
}

/// Seeks where the container has an index; the exact cut is the filter's, by ticks.
fn input(spec: &FrameReaderSpec) -> Result<InputArgs, MediaError> {
    let mut input = InputArgs::source(&spec.path).switch("-copyts");
    if !spec.apply_rotation {
        input = input.switch("-noautorotate");
    }
    if spec.on_gpu.is_some() {
        input = GpuDecoding::input(input);
    } else if spec.threads > 0 {
        input = input.option("-threads", spec.threads.to_string());
    }
    let has_index = matches!(sniff(&spec.path)?, Container::Mov | Container::Matroska);
    if let Some(start) = spec.start.filter(|start| has_index && start.ticks > 0) {
        let secs = format!("{:.6}", start.as_secs());
        input = input.switch("-noaccurate_seek").option("-seek_timestamp", "1").option("-ss", secs);
    }
    Ok(input)
}

fn filters(spec: &FrameReaderSpec) -> Result<String, MediaError> {
    let ticks = |time: Timestamp| {
        let exact = time.rescale(spec.time_base).map(|moment| moment.ticks);
        exact.ok_or_else(|| MediaError::Mismatch("a time that is too large".to_owned()))
    };
    let mut filters = Vec::new();
    if spec.start.is_some() || spec.end.is_some() {
        let start = spec.start.map(ticks).transpose()?.map(|pts| format!("start_pts={pts}"));
        let end = spec.end.map(ticks).transpose()?.map(|pts| format!("end_pts={pts}"));
        filters.push(format!("trim={}", [start, end].into_iter().flatten().collect::<Vec<_>>().join(":")));
    }
    filters.extend(spec.on_gpu.iter().flat_map(|gpu| gpu.decoding.download()));
    filters.extend(spec.filters.iter().cloned());
    if let Some((width, height)) = spec.size {
        filters.push(format!("scale={width}:{height}"));
    }
    filters.push(format!("format={}", spec.pix_fmt));
    Ok(filters.join(","))
}

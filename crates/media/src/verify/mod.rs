//! Whether a result holds what it should: every packet walked, the ends and the seams decoded.

mod at_once;
mod decode;
mod walk;

use std::path::{Path, PathBuf};

use reel_types::CancelToken;
use reel_types::time::Rational;

use crate::error::MediaError;
use crate::formats::{Container, sniff};
use crate::tools::Ffmpeg;

/// How much is decoded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Level {
    /// Every packet is walked; the first and the last second and one second around each seam are decoded. Files
    /// other than MP4, MOV, Matroska and WebM are decoded in full: they have no index to seek by.
    #[default]
    Quick,
    /// Every packet is walked and everything is decoded.
    Full,
}

/// How closely to look, and with how much of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Effort {
    /// How much is decoded.
    pub level: Level,
    /// How many children may decode at once; 0 counts as 1.
    pub cores: u32,
}

/// What a result should hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Expectation {
    /// Frames of the video stream; `None` when it is not known.
    pub frame_count: Option<u64>,
    /// Seconds of the video stream.
    pub video_duration_secs: Option<f64>,
    /// How far `video_duration_secs` may be off, either way.
    pub tolerance_secs: f64,
    /// Longest distance of two frames; `None`: any.
    pub frame_gap_max_secs: Option<f64>,
    /// How many audio streams.
    pub audio_count: usize,
    /// Seconds of each audio stream, in order, with half a second of tolerance; may be shorter than `audio_count`.
    pub audio_duration_secs: Vec<f64>,
    /// FFmpeg's name of the video codec.
    pub video_codec: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// When each frame is shown, from the file's own zero, in ticks and seconds per tick; where that is known. It saves a
    /// second process, and is no expectation: a file that stands otherwise is looked at as if it were not known.
    pub times: Option<(Vec<i64>, Rational)>,
    /// Where parts were put together, in seconds from the first frame.
    pub seams_secs: Vec<f64>,
}

/// One thing that is not as it should be.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be read at all.
    #[error("it cannot be read: {detail}")]
    Unreadable {
        /// What `ffprobe` said.
        detail: String,
    },
    /// Another number of frames.
    #[error("{found} frames instead of {expected}")]
    FrameCount {
        /// As it should be.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// A stream is longer or shorter.
    #[error("stream {stream_index} lasts {found_secs:.3} s instead of {expected_secs:.3} s")]
    Duration {
        /// Which stream.
        stream_index: u32,
        /// As it should be.
        expected_secs: f64,
        /// As it is.
        found_secs: f64,
    },
    /// Decoding times run backwards.
    #[error("times of stream {stream_index} run backwards at {at_secs:.3} s")]
    NotMonotonic {
        /// Which stream.
        stream_index: u32,
        /// Where.
        at_secs: f64,
    },
    /// Two frames are too far apart.
    #[error("{gap_secs:.3} s without a frame at {at_secs:.3} s")]
    Gap {
        /// Where.
        at_secs: f64,
        /// How long.
        gap_secs: f64,
    },
    /// Another number of streams.
    #[error("{found} {kind} streams instead of {expected}")]
    StreamCount {
        /// `video` or `audio`.
        kind: &'static str,
        /// As it should be.
        expected: usize,
        /// As it is.
        found: usize,
    },
    /// Another codec or size.
    #[error("{what} is {found} instead of {expected}")]
    Shape {
        /// `codec` or `size`.
        what: &'static str,
        /// As it should be.
        expected: String,
        /// As it is.
        found: String,
    },
    /// A part does not decode.
    #[error("{start_secs:.3} s to {end_secs:.3} s do not decode: {detail}")]
    Undecodable {
        /// From.
        start_secs: f64,
        /// To.
        end_secs: f64,
        /// What the decoder said.
        detail: String,
    },
    /// A packet without bytes, or marked as damaged.
    #[error("stream {stream_index} has {count} damaged packets")]
    DamagedPackets {
        /// Which stream.
        stream_index: u32,
        /// How many.
        count: usize,
    },
}

/// What was seen.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VerifyReport {
    /// Frames of the video stream.
    pub frame_count: u64,
    /// Seconds of the video stream, from its packets.
    pub video_duration_secs: f64,
    /// When each frame of the video stream is shown, in ticks of `time_base`, in rising order.
    pub times: Vec<i64>,
    /// Seconds per tick of `times`.
    pub time_base: Option<Rational>,
    /// Packets of each audio stream, in order.
    pub audio_packet_counts: Vec<u64>,
    /// Frames that were decoded to look at them.
    pub decoded_count: u64,
    /// CPU seconds of the children (of all that ended meanwhile in this process).
    pub cpu_secs: f64,
    /// What is not as it should be.
    pub problems: Vec<Problem>,
    /// The file.
    pub path: PathBuf,
}

impl VerifyReport {
    /// Whether all is as it should be.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }

    /// The report, or the problems as an error.
    ///
    /// # Errors
    /// [`MediaError::Unverified`] with the first three problems.
    pub fn into_result(self) -> Result<Self, MediaError> {
        if self.passed() {
            return Ok(self);
        }
        let shown: Vec<String> = self.problems.iter().take(3).map(ToString::to_string).collect();
        let more = self.problems.len().saturating_sub(3);
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        Err(MediaError::Unverified { path: self.path, detail: format!("{}{more}", shown.join("; ")) })
    }
}

/// Looks whether `path` holds what `expectation` says. A problem of the file is in the report; an error is one of
/// the looking.
///
/// # Errors
/// Those of a child.
pub fn verify(
    ffmpeg: &Ffmpeg,
    path: &Path,
    expectation: &Expectation,
    effort: Effort,
    cancel: &CancelToken,
) -> Result<VerifyReport, MediaError> {
    let mut report = VerifyReport { path: path.to_owned(), ..VerifyReport::default() };
    let cpu_before = crate::child::totals().cpu_secs;
    if let Some((walk, decoded_count)) = at_once::at_once(ffmpeg, path, expectation, effort, cancel)? {
        walk.judge(expectation, &mut report);
        report.decoded_count = decoded_count;
        report.cpu_secs = crate::child::totals().cpu_secs - cpu_before;
        if report.passed() {
            return Ok(report);
        }
        report = VerifyReport { path: path.to_owned(), ..VerifyReport::default() };
    }
    let walk = walk::walk(ffmpeg, path, cancel)?;
    walk.judge(expectation, &mut report);
    // Elsewhere a seek may land between key frames, and what follows does not decode though the file is whole.
    let has_index = matches!(sniff(path), Ok(Container::Mov | Container::Matroska));
    let level = if has_index { effort.level } else { Level::Full };
    let seams = expectation.seams_secs.as_slice();
    decode::decode(ffmpeg, &walk, seams, Effort { level, ..effort }, cancel, &mut report)?;
    report.cpu_secs = crate::child::totals().cpu_secs - cpu_before;
    Ok(report)
}

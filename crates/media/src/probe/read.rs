//! From a path to facts.

use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;

use super::info::MediaInfo;
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// What is refused, and how long a probe may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProbeLimits {
    /// Most pixels of one picture. Default: 8192 × 8192.
    pub pixels_max: u64,
    /// Most streams of one file. Default: 32.
    pub streams_max: usize,
    /// Longest wait for `ffprobe`. Default: 30 s.
    pub wall_limit: Duration,
}

impl Default for ProbeLimits {
    fn default() -> Self {
        Self { pixels_max: crate::formats::PIXELS_MAX, streams_max: 32, wall_limit: Duration::from_secs(30) }
    }
}

/// Looks at a file. Nothing but that file is opened.
///
/// # Errors
/// The variants of [`MediaError`] that name what is wrong with a source, and those of a child.
pub fn probe(
    _ffmpeg: &Ffmpeg,
    path: &Path,
    _limits: &ProbeLimits,
    _cancel: &CancelToken,
) -> Result<MediaInfo, MediaError> {
    Err(MediaError::NoVideo { path: path.to_owned() })
}

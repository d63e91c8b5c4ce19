//! What clips hold, and what is said of those that hold nothing good.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

#[path = "clips/frame_tables.rs"]
mod frame_tables;
#[path = "clips/probing.rs"]
mod probing;
#[path = "clips/refusals.rs"]
mod refusals;
#[path = "clips/spatial.rs"]
mod spatial;

use std::sync::{Arc, OnceLock};

use reel_media::{Ffmpeg, MediaError, MediaInfo, ProbeLimits};
use reel_types::CancelToken;

fn ffmpeg() -> Arc<Ffmpeg> {
    static FOUND: OnceLock<Arc<Ffmpeg>> = OnceLock::new();
    Arc::clone(FOUND.get_or_init(|| Ffmpeg::discover(None, None).unwrap()))
}

fn probed(path: &std::path::Path) -> Result<MediaInfo, MediaError> {
    reel_media::probe(&ffmpeg(), path, &ProbeLimits::default(), &CancelToken::new())
}

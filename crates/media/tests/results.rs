//! What is put together, and how it is looked at.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

#[path = "results/concat.rs"]
mod concat;
#[path = "results/excerpt.rs"]
mod excerpt;
#[path = "results/mux.rs"]
mod mux;
#[path = "results/verify.rs"]
mod verify;

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use reel_media::child::{run, run_capturing};
use reel_media::formats::file_url;
use reel_media::{Ffmpeg, FrameTable, InputArgs, frame_table};
use reel_types::CancelToken;

fn ffmpeg() -> Arc<Ffmpeg> {
    static FOUND: OnceLock<Arc<Ffmpeg>> = OnceLock::new();
    Arc::clone(FOUND.get_or_init(|| Ffmpeg::discover(None, None).unwrap()))
}

fn table(path: &Path) -> FrameTable {
    let info =
        reel_media::probe(&ffmpeg(), path, &reel_media::ProbeLimits::default(), &CancelToken::new()).unwrap();
    frame_table(&ffmpeg(), path, info.main_video().unwrap().index, &CancelToken::new()).unwrap()
}

/// Runs `ffmpeg` with `input`, then `args`, then `out`.
fn convert(input: &InputArgs, args: &[&str], out: &Path) {
    let args = args.iter().map(OsString::from);
    let spec = ffmpeg().command().args(input.args()).args(args).arg(file_url(out));
    run(&spec, &CancelToken::new(), |_| {}).unwrap();
}

/// MD5 of each decoded frame or block of one stream, in order.
fn hashes(path: &Path, map: &str) -> Vec<String> {
    let input = InputArgs::source(path).args();
    let spec = ffmpeg().command().args(input).args([
        "-map",
        map,
        "-fps_mode",
        "passthrough",
        "-f",
        "framemd5",
        "pipe:1",
    ]);
    let (lines, _) = run_capturing(&spec, &CancelToken::new(), 64 << 20).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

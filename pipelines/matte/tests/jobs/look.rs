//! What is in a file, as FFmpeg's own programs and decoders see it.

use std::path::Path;

use reel_media::child::{ChildSpec, run_capturing};
use reel_testkit::fake_ffmpeg::real_ffmpeg;
use reel_types::CancelToken;

/// Raw frames: `filter` ends in the layout wanted. `decoder` goes before the input.
pub(crate) fn raw(path: &Path, decoder: &[&str], filter: &str) -> Vec<u8> {
    let spec = ChildSpec::new(real_ffmpeg().unwrap())
        .args(["-nostdin", "-v", "error"])
        .args(decoder.iter().copied())
        .args(["-i", path.to_str().unwrap(), "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", filter])
        .args(["-f", "rawvideo", "pipe:1"]);
    run_capturing(&spec, &CancelToken::new(), 1 << 30).unwrap().0
}

/// The alpha of each frame of a WebM, as the decoder that knows it gives it.
pub(crate) fn webm_alpha(path: &Path) -> Vec<u8> {
    raw(path, &["-c:v", "libvpx-vp9"], "alphaextract,format=gray")
}

/// What ffprobe says of this entry, a line each.
pub(crate) fn probed(path: &Path, entries: &str) -> Vec<String> {
    let spec = ChildSpec::new(real_ffmpeg().unwrap().with_file_name("ffprobe")).args([
        "-v",
        "error",
        "-show_entries",
        entries,
        "-of",
        "csv=p=0",
        path.to_str().unwrap(),
    ]);
    let (out, _) = run_capturing(&spec, &CancelToken::new(), 1 << 24).unwrap();
    String::from_utf8(out).unwrap().lines().map(|line| line.trim_end_matches(',').to_owned()).collect()
}

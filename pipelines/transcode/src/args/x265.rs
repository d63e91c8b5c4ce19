//! libx265.

use super::{Pass, VideoEncode, words};
use crate::intent::Quality;

pub(super) fn args(encode: &VideoEncode, pass: Pass<'_>) -> Vec<String> {
    let mut params = vec![
        "log-level=warning".to_owned(),
        // Groups of pictures are closed, so that any key frame can begin a seam or a seek.
        "open-gop=0".to_owned(),
        format!("pools={}", encode.cores),
        format!("frame-threads={}", frame_threads(encode.cores)),
    ];
    match pass {
        Pass::Only => {}
        Pass::First(stats) => params.extend(["pass=1".to_owned(), format!("stats={}", escaped(stats))]),
        Pass::Second(stats) => params.extend(["pass=2".to_owned(), format!("stats={}", escaped(stats))]),
    }
    let mut args = words([
        "-c:v libx265".to_owned(),
        format!("-preset {}", encode.preset.as_x264()),
        match encode.quality {
            Quality::Constant { crf } => format!("-crf {crf}"),
            Quality::Average { bits_per_sec, .. } => format!("-b:v {bits_per_sec}"),
        },
        // What players of Apple look for.
        "-tag:v hvc1".to_owned(),
    ]);
    args.extend(["-x265-params".to_owned(), params.join(":")]);
    args
}

/// What x265 itself would take for so many cores; written down because the count changes the stream.
fn frame_threads(cores: u32) -> u32 {
    match cores {
        32.. => 6,
        16..=31 => 5,
        8..=15 => 3,
        4..=7 => 2,
        _ => 1,
    }
}

/// FFmpeg splits the list at `:`, and takes `\` and `'` for itself.
fn escaped(path: &str) -> String {
    path.chars().flat_map(|c| if matches!(c, ':' | '\\' | '\'') { vec!['\\', c] } else { vec![c] }).collect()
}

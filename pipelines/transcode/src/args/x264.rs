//! libx264.

use super::{Pass, VideoEncode, pass_args, words};
use crate::intent::Quality;

/// Frame threads change the stream, so their count is written down. x264 itself would take one and a half a core and
/// one for its lookahead; ours looks ahead in step, and with fewer frames in flight a core would stand idle meanwhile.
pub(super) fn threads(cores: u32) -> u32 {
    if cores <= 1 { 1 } else { cores.saturating_mul(2).saturating_add(1).min(128) }
}

pub(super) fn args(encode: &VideoEncode, pass: Pass<'_>) -> Vec<String> {
    let mut args = words([
        "-c:v libx264".to_owned(),
        format!("-preset {}", encode.preset.as_x264()),
        match encode.quality {
            Quality::Constant { crf } => format!("-crf {crf}"),
            Quality::Average { bits_per_sec, .. } => format!("-b:v {bits_per_sec}"),
        },
        format!("-threads {}", threads(encode.cores)),
        // The lookahead thread of x264 164 races with the frame threads: on a busy machine about one run in ten wrote
        // another stream. Looking ahead in step costs no CPU time, and of 24 runs none differed (decision 5).
        "-x264-params sync-lookahead=0".to_owned(),
    ]);
    args.extend(pass_args(pass));
    args
}

//! libsvtav1.

use super::{VideoEncode, words};
use crate::intent::Quality;
use crate::params::Preset;

pub(super) fn args(encode: &VideoEncode) -> Vec<String> {
    words([
        "-c:v libsvtav1".to_owned(),
        format!("-preset {}", preset(encode.preset)),
        match encode.quality {
            Quality::Constant { crf } => format!("-crf {crf}"),
            Quality::Average { bits_per_sec, .. } => format!("-b:v {bits_per_sec}"),
        },
        format!("-svtav1-params lp={}", encode.cores),
    ])
}

/// SVT-AV1 counts from 13 (fastest) to 0.
fn preset(preset: Preset) -> u32 {
    match preset {
        Preset::Ultrafast | Preset::Superfast => 12,
        Preset::Veryfast => 11,
        Preset::Faster => 10,
        Preset::Fast => 9,
        Preset::Medium | Preset::Cpu => 8,
        Preset::Slow => 6,
        Preset::Slower => 4,
        Preset::Veryslow => 2,
    }
}

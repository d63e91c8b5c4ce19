//! libvpx-vp9.

use super::{Pass, VideoEncode, pass_args, words};
use crate::intent::Quality;
use crate::params::Preset;

pub(super) fn args(encode: &VideoEncode, pass: Pass<'_>) -> Vec<String> {
    let mut args = words([
        "-c:v libvpx-vp9".to_owned(),
        "-deadline good".to_owned(),
        format!("-cpu-used {}", cpu_used(encode.preset)),
        match encode.quality {
            // Without a rate of 0 the quality is only a bound.
            Quality::Constant { crf } => format!("-crf {crf} -b:v 0"),
            Quality::Average { bits_per_sec, .. } => format!("-b:v {bits_per_sec}"),
        },
        "-row-mt 1".to_owned(),
        format!("-threads {}", encode.cores),
    ]);
    args.extend(pass_args(pass));
    args
}

/// libvpx counts from 5 (fastest with this deadline) to 0.
fn cpu_used(preset: Preset) -> u32 {
    match preset {
        Preset::Ultrafast | Preset::Superfast | Preset::Veryfast | Preset::Faster | Preset::Fast => 5,
        Preset::Medium | Preset::Cpu => 4,
        Preset::Slow => 2,
        Preset::Slower => 1,
        Preset::Veryslow => 0,
    }
}

//! NVIDIA's encoders: H.264, HEVC, AV1.

use super::{Dropped, VideoEncode, words};
use crate::codec::Codec;
use crate::intent::Quality;
use crate::params::Preset;

/// The device is chosen by the environment of the child, so that it is always number 0 here.
pub(super) fn args(encode: &VideoEncode, dropped: &Dropped) -> Vec<String> {
    let codec = encode.encoder.codec();
    let mut groups = vec![
        format!("-c:v {}", encode.encoder.name()),
        format!("-preset {}", preset(encode.preset)),
        "-tune hq".to_owned(),
        "-rc vbr".to_owned(),
    ];
    let ceiling_bits_per_sec = ceiling_bits_per_sec(encode);
    let peak_bits_per_sec = match encode.quality {
        // With a quality the encoder heeds no rate but the ceiling.
        Quality::Constant { crf } => {
            groups.push(format!("-cq {} -b:v 0 -maxrate {ceiling_bits_per_sec}", cq(codec, crf)));
            ceiling_bits_per_sec
        }
        Quality::Average { bits_per_sec, two_pass } => {
            let peak = bits_per_sec.saturating_mul(2);
            groups.push(format!("-b:v {bits_per_sec} -maxrate {peak} -bufsize {peak}"));
            if two_pass && dropped.keeps("multipass") {
                groups.push("-multipass fullres".to_owned());
            }
            peak
        }
    };
    match codec {
        Codec::H264 => {
            if dropped.keeps("bf") {
                groups.push("-bf 3".to_owned());
            }
            if dropped.keeps("bf") && dropped.keeps("b_ref_mode") {
                groups.push("-b_ref_mode middle".to_owned());
            }
            groups.push("-profile:v high".to_owned());
            if dropped.keeps("level") && fits_level_41(encode, peak_bits_per_sec) {
                groups.push("-level 4.1".to_owned());
            }
        }
        Codec::Hevc => {
            if dropped.keeps("bf") {
                groups.push("-bf 4".to_owned());
            }
            groups.push("-profile:v main -tier high -tag:v hvc1".to_owned());
        }
        Codec::Av1 | Codec::Vp9 => {}
    }
    // Each chunk begins with a frame that needs nothing before it.
    groups.push("-forced-idr 1".to_owned());
    words(groups)
}

fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Ultrafast | Preset::Superfast | Preset::Veryfast => "p1",
        Preset::Faster => "p2",
        Preset::Fast => "p3",
        Preset::Medium | Preset::Cpu => "p4",
        Preset::Slow => "p5",
        Preset::Slower => "p6",
        Preset::Veryslow => "p7",
    }
}

/// From the scale of the codec's CPU encoder to NVENC's: equal at the defaults (H.264 23 → 23, HEVC 28 → 23,
/// AV1 35 → 28).
fn cq(codec: Codec, crf: u8) -> u8 {
    match codec {
        Codec::H264 | Codec::Vp9 => crf.max(1),
        Codec::Hevc => crf.saturating_sub(5).max(1),
        Codec::Av1 => ((u16::from(crf) * 51 + 31) / 63).max(1) as u8,
    }
}

/// A rate that constant quality may not go beyond: far above what ordinary pictures need.
fn ceiling_bits_per_sec(encode: &VideoEncode) -> u64 {
    let bits_per_pixel = match encode.encoder.codec() {
        Codec::H264 => 0.25,
        Codec::Hevc => 0.18,
        Codec::Av1 | Codec::Vp9 => 0.15,
    };
    let pixels_per_sec =
        f64::from(encode.width) * f64::from(encode.height) * encode.frame_rate.clamp(1.0, 240.0);
    let steps = (pixels_per_sec * bits_per_pixel / 100_000.0).ceil() as u64;
    (steps * 100_000).clamp(2_000_000, 240_000_000)
}

/// Level 4.1 ends at 8192 macroblocks a picture, 245 760 a second and 62.5 Mb/s; beyond it the encoder chooses.
fn fits_level_41(encode: &VideoEncode, peak_bits_per_sec: u64) -> bool {
    let blocks = u64::from(encode.width.div_ceil(16)) * u64::from(encode.height.div_ceil(16));
    blocks <= 8_192 && blocks as f64 * encode.frame_rate <= 245_760.0 && peak_bits_per_sec <= 62_500_000
}

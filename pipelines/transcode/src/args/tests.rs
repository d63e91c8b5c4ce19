//! Command lines as they are given to FFmpeg.

use super::*;

fn encode(encoder: Encoder, quality: Quality) -> VideoEncode {
    VideoEncode {
        encoder,
        preset: Preset::Medium,
        quality,
        cores: 2,
        width: 1920,
        height: 1080,
        frame_rate: 30.0,
    }
}

fn line(encode: &VideoEncode) -> String {
    encode.args(Pass::Only, &Dropped::default()).join(" ")
}

const ALL: [Encoder; 7] = [
    Encoder::Libx264,
    Encoder::Libx265,
    Encoder::Libsvtav1,
    Encoder::LibvpxVp9,
    Encoder::H264Nvenc,
    Encoder::HevcNvenc,
    Encoder::Av1Nvenc,
];

#[test]
fn every_encoder_has_its_line_for_constant_quality() {
    let of = |encoder: Encoder| line(&encode(encoder, Quality::Constant { crf: encoder.default_crf() }));
    insta::assert_snapshot!(ALL.map(of).join("\n"));
}

#[test]
fn every_encoder_has_its_line_for_a_rate() {
    let quality = Quality::Average { bits_per_sec: 5_000_000, two_pass: false };
    insta::assert_snapshot!(ALL.map(|encoder| line(&encode(encoder, quality))).join("\n"));
}

#[test]
fn a_rate_on_nvenc_leaves_constant_quality_out() {
    let quality = Quality::Average { bits_per_sec: 5_000_000, two_pass: true };
    for encoder in [Encoder::H264Nvenc, Encoder::HevcNvenc, Encoder::Av1Nvenc] {
        let line = line(&encode(encoder, quality));
        assert!(!line.contains("-cq") && line.contains("-multipass fullres"), "{line}");
    }
}

#[test]
fn two_passes_share_a_file() {
    let quality = Quality::Average { bits_per_sec: 5_000_000, two_pass: true };
    let of = |encoder: Encoder| {
        let encode = encode(encoder, quality);
        assert!(encode.is_two_pass());
        [Pass::First("/s c/it's:a"), Pass::Second("/s c/it's:a")]
            .map(|pass| encode.args(pass, &Dropped::default()).join(" "))
            .join("\n")
    };
    let lines = [Encoder::Libx264, Encoder::Libx265, Encoder::LibvpxVp9].map(of);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_preset_has_its_word_for_every_family() {
    let presets = [
        Preset::Ultrafast,
        Preset::Superfast,
        Preset::Veryfast,
        Preset::Faster,
        Preset::Fast,
        Preset::Medium,
        Preset::Slow,
        Preset::Slower,
        Preset::Veryslow,
        Preset::Cpu,
    ];
    let word = |encoder: Encoder, preset: Preset| {
        let args = VideoEncode { preset, ..encode(encoder, Quality::Constant { crf: 30 }) }
            .args(Pass::Only, &Dropped::default());
        let at = args.iter().position(|arg| arg == "-preset" || arg == "-cpu-used").unwrap();
        args[at + 1].clone()
    };
    let row = |preset: Preset| ALL.map(|encoder| word(encoder, preset)).join(" ");
    insta::assert_snapshot!(presets.map(row).join("\n"));
}

#[test]
fn level_41_is_asked_for_only_where_it_is_enough() {
    let base = encode(Encoder::H264Nvenc, Quality::Constant { crf: 23 });
    assert!(line(&base).contains("-level 4.1"));
    for beyond in [
        VideoEncode { frame_rate: 60.0, ..base.clone() },
        VideoEncode { width: 3840, height: 2160, ..base.clone() },
        VideoEncode { quality: Quality::Average { bits_per_sec: 40_000_000, two_pass: false }, ..base },
    ] {
        assert!(!line(&beyond).contains("-level"), "{beyond:?}");
    }
}

#[test]
fn an_option_that_a_device_lacks_can_be_left_out() {
    let encode = encode(Encoder::H264Nvenc, Quality::Constant { crf: 23 });
    let without = |option: &str| encode.args(Pass::Only, &Dropped(vec![option.to_owned()])).join(" ");
    assert!(!without("b_ref_mode").contains("-b_ref_mode") && without("b_ref_mode").contains("-bf 3"));
    assert!(!without("bf").contains("-bf") && !without("bf").contains("-b_ref_mode"));
}

#[test]
fn threads_are_never_left_to_chance() {
    let quality = Quality::Constant { crf: 30 };
    for (encoder, word) in [
        (Encoder::Libx264, "-threads 5"),
        (Encoder::Libx265, "pools=2:frame-threads=1"),
        (Encoder::Libsvtav1, "lp=2"),
        (Encoder::LibvpxVp9, "-threads 2"),
    ] {
        let line = line(&encode(encoder, quality));
        assert!(line.contains(word), "{line}");
    }
}

//! Sources that are cut off, or whose bits are flipped, in five codecs.

use std::path::{Path, PathBuf};

use reel_matte::{Format, Params, Patience};
use reel_media::Ffmpeg;
use reel_testkit::clips;

use crate::case::{Case, Dice, PATIENCE, Tally, count};
use crate::scene::Scene;

const CODECS: [(&str, &[&str]); 5] = [
    // The index first: without it a film that is cut off is none.
    ("h264.mp4", &["-c:v", "libx264", "-preset", "veryfast", "-g", "15", "-movflags", "+faststart"]),
    (
        "hevc.mkv",
        &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=1:keyint=15"],
    ),
    ("mpeg4.ts", &["-c:v", "mpeg4", "-q:v", "4", "-g", "15"]),
    ("vp9.webm", &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "15"]),
    // With the encoder that is here, see below.
    ("av1.mp4", &["-g", "15", "-movflags", "+faststart"]),
];
const AV1: usize = 4;
/// Not every FFmpeg has one of them.
const AV1_ENCODERS: [(&str, &[&str]); 2] = [
    ("libsvtav1", &["-c:v", "libsvtav1", "-preset", "12"]),
    ("libaom-av1", &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"]),
];

/// What makes AV1 of a film here.
fn av1_encoder() -> Option<&'static [&'static str]> {
    let ffmpeg = Ffmpeg::discover(reel_testkit::fake_ffmpeg::real_ffmpeg().as_deref(), None).unwrap();
    AV1_ENCODERS.into_iter().find(|(name, _)| ffmpeg.has_encoder(name)).map(|(_, args)| args)
}

fn clip(codec: usize, encoder: &[&str]) -> PathBuf {
    let (name, args) = CODECS[codec];
    let inputs = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=1.5"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.5"];
    clips::made(&format!("faults_{name}"), &[&inputs[..], &sound, encoder, args].concat())
}

/// The clip of case `index` with its damage, in `folder`, and what it is called.
fn damaged(index: usize, encoder: &[&str], folder: &Path) -> (PathBuf, String) {
    let codec = index % CODECS.len();
    let is_cut = (index / CODECS.len()).is_multiple_of(2);
    let mut dice = Dice::new(index);
    let mut bytes = std::fs::read(clip(codec, encoder)).unwrap();
    let size = bytes.len() as u64;
    let what = if is_cut {
        let kept = dice.below(size);
        bytes.truncate(kept as usize);
        format!("cut at {kept} of {size}")
    } else {
        // From one bit to one in some hundred bytes, headers as well.
        let flips = 1 << dice.below(9);
        for _ in 0..flips {
            bytes[dice.below(size) as usize] ^= 1 << dice.below(8);
        }
        format!("{flips} bits flipped")
    };
    let (name, _) = CODECS[codec];
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    (path, format!("damage {index}: {name} {what}"))
}

#[test]
fn damaged_sources_give_a_result_or_one_clear_error() {
    let mut tally = Tally::new("damaged sources");
    let av1 = av1_encoder();
    if av1.is_none() {
        eprintln!("SKIPPED damaged sources in AV1: this FFmpeg has neither of {AV1_ENCODERS:?}");
    }
    for index in 0..count(12, 80) {
        let encoder = match (index % CODECS.len(), av1) {
            (AV1, None) => continue,
            (AV1, Some(encoder)) => encoder,
            _ => &[],
        };
        let scene = Scene::with(None, Patience::of(10 * PATIENCE));
        let (source, name) = damaged(index, encoder, scene.folder());
        let change = |params: &mut Params| params.format = Some([Format::Webm, Format::Ffv1][index / 8 % 2]);
        let case = Case::run(name, &scene, &[&source], change);
        tally.take(&case, None, &[scene.folder()]);
    }
    tally.end();
}

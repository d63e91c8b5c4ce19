//! A `share` video comes back after what sites do to it.

use std::path::{Path, PathBuf};

use reel_pack::{Profile, Target};

use crate::scene::{Scene, ffmpeg, random};

/// Some seconds of video at the target for scaled copies.
const BYTES: usize = 60_000;

fn packed(scene: &Scene, bytes: &[u8], target: Target) -> PathBuf {
    let source = scene.file("in.bin", bytes);
    let ended = scene.pack(&source, |params| {
        params.profile = Profile::Share;
        params.target = Some(target);
    });
    assert_eq!(ended.job.metadata["profile"], "share");
    ended.output().to_owned()
}

fn again(scene: &Scene, video: &Path, name: &str, args: &[&str]) -> PathBuf {
    let copy = scene.file(name, b"");
    let out = copy.to_str().unwrap().to_owned();
    ffmpeg(&[&["-i", video.to_str().unwrap()][..], args, &[&out]].concat());
    copy
}

#[test]
fn every_target_comes_back_from_the_file_itself() {
    let scene = Scene::new();
    for target in [Target::Hd1080At10M, Target::Hd1080At4M, Target::Hd720At2M] {
        let bytes = random(BYTES, 4);
        let video = packed(&scene, &bytes, target);
        assert!(scene.unpack(&[&video]).bytes() == bytes, "{target:?}");
    }
}

#[test]
fn a_re_encoded_scaled_and_slowed_copy_comes_back() {
    let scene = Scene::new();
    let bytes = random(BYTES, 8);
    let video = packed(&scene, &bytes, Target::Hd720At2M);
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"];
    let scaled = [&["-vf", "scale=1280:720"][..], &x264].concat();
    let slower = [&["-r", "24"][..], &x264].concat();
    for (name, args) in [("crf.mp4", &x264[..]), ("scaled.mkv", &scaled), ("slower.mp4", &slower)] {
        let copy = again(&scene, &video, name, args);
        assert!(scene.unpack(&[&copy]).bytes() == bytes, "{name}");
    }
}

#[test]
fn a_size_of_ones_own_is_refused() {
    let scene = Scene::new();
    let ended = scene.pack(&scene.file("in.bin", b"x"), |params| {
        params.profile = Profile::Share;
        params.resolution = Some("1280x720".parse().unwrap());
    });
    assert_eq!(ended.failure().kind, reel_types::FailureKind::Usage);
}

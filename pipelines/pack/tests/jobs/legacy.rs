//! Videos of coloured cells come back, from their packets and from their pixels.

use std::path::PathBuf;

use reel_pack::{Compress, ErrorCorrection, PackParams, Profile, Switch};
use reel_types::FailureKind;
use serde_json::json;

use crate::scene::{Scene, ffmpeg, random};

/// Content of a full block of pictures of this size.
const BLOCK_BYTES: usize = 1_024_000;

fn legacy(params: &mut PackParams) {
    params.profile = Profile::Legacy;
    params.compress = Compress::Off;
    params.resolution = Some("640x360".parse().unwrap());
    params.fps = Some(5);
}

fn comes_back(bytes: &[u8], change: impl FnOnce(&mut PackParams)) {
    let scene = Scene::new();
    let packed = scene.pack(&scene.file("in.bin", bytes), |params| {
        legacy(params);
        change(params);
    });
    let unpacked = scene.unpack(&[packed.output()]);
    assert!(unpacked.bytes() == bytes, "{} bytes came back as others", bytes.len());
    assert_eq!(unpacked.job.metadata["exact"], json!(true));
    assert_eq!(unpacked.job.metadata["name"], json!("in.bin"));
    assert_eq!(packed.job.metadata["profile"], json!("legacy"));
}

#[test]
fn every_size_comes_back() {
    for size in [0, 1, 1023, 1024, 1025, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1] {
        comes_back(&random(size, size as u64), |_| ());
    }
}

#[test]
fn every_count_of_colours_comes_back() {
    for count in [2, 3, 8, 16, 64, 256] {
        for nine_to_one in [Switch::On, Switch::Off] {
            comes_back(&random(20_000, count.into()), |params| {
                params.color_count = Some(count);
                params.nine_to_one = Some(nine_to_one);
            });
        }
    }
}

#[test]
fn every_size_of_pictures_comes_back() {
    for size in ["256x256", "642x362", "1000x1000", "1920x1080"] {
        comes_back(&random(30_000, 4), |params| params.resolution = Some(size.parse().unwrap()));
    }
}

#[test]
fn every_choice_comes_back() {
    let bytes = random(50_000, 3);
    comes_back(&bytes, |params| params.no_error_correction = true);
    comes_back(&bytes, |params| params.no_metadata_frames = true);
    comes_back(&bytes, |params| params.error_correction_ratio = Some("0.5".parse().unwrap()));
    comes_back(&bytes, |params| params.fps = Some(1));
    comes_back(&bytes, |params| params.fps = Some(60));
    comes_back(&bytes, |params| params.error_correction = Some(ErrorCorrection::ReedSolomon));
    comes_back(&[], |params| params.no_metadata_frames = true);
}

#[test]
fn more_than_one_chunk_comes_back() {
    comes_back(&random(17_000_000, 7), |params| params.nine_to_one = Some(Switch::Off));
}

/// A packed video of three blocks and their bytes.
fn packed(scene: &Scene, change: impl FnOnce(&mut PackParams)) -> (Vec<u8>, PathBuf) {
    let bytes = random(1_500_000, 9);
    let ended = scene.pack(&scene.file("in.bin", &bytes), |params| {
        legacy(params);
        change(params);
    });
    (bytes, ended.output().to_owned())
}

#[test]
fn lost_pictures_are_mended_by_either_code() {
    for code in [ErrorCorrection::Raptor, ErrorCorrection::ReedSolomon] {
        let scene = Scene::new();
        let (bytes, video) = packed(&scene, |params| params.error_correction = Some(code));
        let mut damaged = std::fs::read(&video).unwrap();
        let frames = reel_pack::avi::AviReader::open(&video).unwrap().frames().to_vec();
        // The first second is cards.
        for frame in frames.iter().skip(6).step_by(15) {
            let at = frame.offset as usize + frame.len as usize / 8;
            damaged[at..at + 64].fill(0x55);
        }
        let unpacked = scene.unpack(&[&scene.file("damaged.avi", &damaged)]);
        assert!(unpacked.bytes() == bytes, "{code:?}");
        let used = unpacked.job.metadata["repair_used"].as_u64().unwrap();
        assert!(used > 0, "{code:?}");
    }
}

#[test]
fn too_much_damage_is_refused_or_named() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene, |_| ());
    let video = std::fs::read(&video).unwrap();
    let half = scene.file("half.avi", &video[..video.len() / 2]);
    let failure = scene.unpack(&[&half]).failure().clone();
    assert_eq!(failure.kind, FailureKind::Damaged);
    let partial =
        scene.job("unpack", &reel_pack::UnpackParams { allow_partial: true, ..Default::default() }, &[&half]);
    assert_eq!(partial.job.metadata["exact"], json!(false));
    assert_eq!(partial.bytes().len(), bytes.len());
}

#[test]
fn a_remuxed_copy_comes_back() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene, |_| ());
    for name in ["copy.mkv", "copy.mov", "copy.avi"] {
        let copy = scene.file(name, b"");
        ffmpeg(&["-i", video.to_str().unwrap(), "-c", "copy", copy.to_str().unwrap()]);
        assert!(scene.unpack(&[&copy]).bytes() == bytes, "{name}");
    }
}

#[test]
fn a_re_encoded_copy_of_good_quality_comes_back() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene, |_| ());
    let full = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv444p"];
    let usual = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"];
    let again = ["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj444p"];
    for (name, args) in [("full.mp4", &full[..]), ("again.avi", &again), ("usual.mp4", &usual)] {
        let copy = scene.file(name, b"");
        // Scalers of FFmpeg 5 warn of full range whenever they see it.
        ffmpeg(
            &[&["-v", "error", "-i", video.to_str().unwrap()][..], args, &[copy.to_str().unwrap()]].concat(),
        );
        assert!(scene.unpack(&[&copy]).bytes() == bytes, "{name}");
    }
}

#[test]
fn what_the_old_converter_never_knew_is_refused_with_a_reason() {
    let scene = Scene::new();
    let source = scene.file("in.bin", b"x");
    let archive = scene.pack(&source, |params| params.color_count = Some(8)).failure().clone();
    assert_eq!(archive.kind, FailureKind::Usage);
    assert!(archive.message.contains("--color-count is of the profile legacy alone"), "{}", archive.message);
    let small = scene.pack(&source, |params| {
        legacy(params);
        params.color_count = Some(2);
        params.resolution = Some("64x64".parse().unwrap());
    });
    assert_eq!(small.failure().kind, FailureKind::Usage);
    assert!(small.failure().message.contains("is the least"), "{}", small.failure().message);
}

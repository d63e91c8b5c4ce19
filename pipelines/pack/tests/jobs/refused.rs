//! What cannot be unpacked is refused in one sentence that says why.

use std::path::Path;

use reel_testkit::clips;
use reel_types::FailureKind;

use crate::scene::{Scene, ffmpeg, random};

fn refused(scene: &Scene, video: &Path, words: &str) {
    let failure = scene.unpack(&[video]).failure().clone();
    assert_eq!(failure.kind, FailureKind::Input, "{failure:?}");
    assert!(failure.message.contains(words), "{}", failure.message);
}

#[test]
fn an_ordinary_video_was_not_made_by_pack() {
    refused(&Scene::new(), &clips::cfr_h264(2), "was not made by reel pack");
}

#[test]
fn an_archive_that_was_re_encoded_is_told_so() {
    let scene = Scene::new();
    let packed = scene.pack(&scene.file("in.bin", &random(100_000, 1)), |_| ());
    for (name, codec) in [("again.avi", "mjpeg"), ("again.mp4", "libx264")] {
        let again = scene.file(name, b"");
        ffmpeg(&[
            "-i",
            packed.output().to_str().unwrap(),
            "-c:v",
            codec,
            "-pix_fmt",
            "yuvj420p",
            again.to_str().unwrap(),
        ]);
        refused(&scene, &again, "was re-encoded");
    }
}

#[test]
fn two_videos_of_different_things_are_told_apart() {
    let scene = Scene::new();
    let video = |name: &str, seed| scene.pack(&scene.file(name, &random(1000, seed)), |_| ());
    let (one, two) = (video("one.bin", 1), video("two.bin", 2));
    let failure = scene.unpack(&[one.output(), two.output()]).failure().clone();
    assert!(failure.message.contains("hold different things"), "{}", failure.message);
}

#[test]
fn what_is_no_video_at_all_is_refused() {
    let scene = Scene::new();
    let text = scene.file("notes.txt", b"not a video");
    assert_eq!(scene.unpack(&[&text]).failure().kind, FailureKind::Input);
    let empty = scene.file("empty.avi", b"");
    assert_eq!(scene.unpack(&[&empty]).failure().kind, FailureKind::Input);
}

#[test]
fn what_is_said_to_be_a_tar_stream_must_be_one() {
    let scene = Scene::new();
    let empty = scene.file("empty.tar", &[0; 1024]);
    let packed = scene.pack(&empty, |params| params.tar = true);
    let unpacked = scene.unpack(&[packed.output()]);
    assert_eq!((unpacked.bytes().len(), &unpacked.job.metadata["kind"]), (1024, &"tar".into()));
    for bytes in [&b""[..], &[7; 1024], &[0; 1023], &[0; 512]] {
        let failure = scene.pack(&scene.file("not.tar", bytes), |params| params.tar = true).failure().clone();
        assert_eq!(failure.kind, FailureKind::Input, "{failure:?}");
        assert!(failure.message.contains("no tar stream"), "{}", failure.message);
    }
}

#[test]
fn what_the_disk_has_no_room_for_is_refused_before_it_is_read() {
    let scene = Scene::new();
    let source = scene.file("huge.bin", b"");
    if std::fs::File::options().write(true).open(&source).unwrap().set_len(10 << 40).is_err() {
        println!("skipped: no file of 10 TiB can be made here");
        return;
    }
    let ended = scene.pack(&source, |params| params.compress = reel_pack::Compress::Off);
    let failure = ended.failure();
    assert_eq!(failure.kind, FailureKind::Storage);
    assert!(failure.message.contains("GB are wanted"), "{}", failure.message);
}

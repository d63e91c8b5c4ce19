//! Damage is mended or named, never passed on.

use reel_pack::UnpackParams;
use reel_pack::avi::AviReader;
use reel_types::FailureKind;
use serde_json::json;

use crate::scene::{Scene, random};

/// A packed video of 20 MB: three blocks, and its bytes.
fn packed(scene: &Scene) -> (Vec<u8>, Vec<u8>) {
    let bytes = random(20_000_000, 9);
    let video = scene.pack(&scene.file("in.bin", &bytes), |_| ()).bytes();
    (bytes, video)
}

#[test]
fn flipped_bytes_are_mended_and_the_margin_says_so() {
    let scene = Scene::new();
    let (bytes, mut video) = packed(&scene);
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..20 {
        let at = random.usize(3_000_000..video.len() - 3_000_000);
        video[at] ^= 1 << random.u8(0..8);
    }
    let unpacked = scene.unpack(&[&scene.file("flipped.avi", &video)]);
    assert!(unpacked.bytes() == bytes);
    let margin = unpacked.job.metadata["margin"].as_f64().unwrap();
    assert!((0.2..1.0).contains(&margin), "{margin}");
}

#[test]
fn a_video_that_lost_its_ends_and_its_index_gives_what_is_left() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene);
    // Both ends go up to where the noise begins and ends.
    let path = scene.file("whole.avi", &video);
    let frames = AviReader::open(&path).unwrap().frames().to_vec();
    let large = |frame: &&reel_pack::avi::FrameSpan| frame.len > 1_000_000;
    let first = frames.iter().find(large).unwrap();
    let last = frames.iter().rfind(large).unwrap();
    let cut = &video[first.offset as usize - 8..last.end() as usize];
    assert!(scene.unpack(&[&scene.file("cut.bin", cut)]).bytes() == bytes);
}

#[test]
fn too_much_damage_is_refused_or_named_to_the_byte() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene);
    let half = scene.file("half.avi", &video[..video.len() / 2]);
    let failure = scene.unpack(&[&half]).failure().clone();
    assert_eq!(failure.kind, FailureKind::Damaged);
    assert!(failure.message.contains("of 20000000 bytes cannot be recovered"), "{}", failure.message);
    let partial =
        scene.job("unpack", &UnpackParams { allow_partial: true, ..UnpackParams::default() }, &[&half]);
    let (holes, got) = (partial.job.metadata["holes"].as_array().unwrap().clone(), partial.bytes());
    assert_eq!(partial.job.metadata["exact"], json!(false));
    assert_eq!(got.len(), bytes.len());
    assert!(!holes.is_empty());
    let in_hole = |at: usize| {
        let at = at as u64;
        holes
            .iter()
            .any(|hole| (hole["begin"].as_u64().unwrap()..hole["end"].as_u64().unwrap()).contains(&at))
    };
    for at in (0..bytes.len()).step_by(997) {
        assert_eq!(got[at], if in_hole(at) { 0 } else { bytes[at] }, "byte {at}");
    }
}

#[test]
fn two_damaged_copies_mend_each_other() {
    let scene = Scene::new();
    let (bytes, video) = packed(&scene);
    let one = scene.file("one.avi", &video[..video.len() * 2 / 3]);
    let two = scene.file("two.avi", &video[video.len() / 3..]);
    assert_eq!(scene.unpack(&[&one]).failure().kind, FailureKind::Damaged);
    assert!(scene.unpack(&[&one, &two]).bytes() == bytes);
}

//! Damage is mended, named or refused; it never passes as the file.

use std::fs;

use crate::support::Scene;
use crate::{random, refused, scene};

/// Three blocks and their video.
fn packed() -> (Scene, Vec<u8>, Vec<u8>) {
    let bytes = random(20_000_000, 1);
    let scene = scene(&[("a.bin", &bytes)]);
    scene.reel(&["pack", "a.bin", "-o", "whole.avi", "--verify", "quick"]).expect(0);
    let video = fs::read(scene.path("whole.avi")).unwrap();
    for name in ["a.bin", "whole.avi"] {
        fs::remove_file(scene.path(name)).unwrap();
    }
    (scene, bytes, video)
}

#[test]
fn a_video_cut_in_two_is_refused_named_or_mended_by_its_other_part() {
    let (scene, bytes, video) = packed();
    fs::write(scene.path("one.avi"), &video[..video.len() * 2 / 3]).unwrap();
    fs::write(scene.path("two.avi"), &video[video.len() / 3..]).unwrap();

    refused(&scene, &["unpack", "one.avi"], 1, "of 20000000 bytes cannot be recovered");
    assert_eq!(scene.names(), ["one.avi", "two.avi"]);
    assert_eq!(scene.object_count(), 0, "what was recovered is of no use to anybody");
    refused(&scene, &["unpack", "one.avi"], 1, "of 20000000 bytes cannot be recovered");

    let ran = scene.reel(&["unpack", "one.avi", "-o", "partial.bin", "--allow-partial", "--json"]).expect(0);
    let told = ran.result()["metadata"].clone();
    assert_eq!(told["exact"], false);
    let holes: Vec<(usize, usize)> = told["holes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hole| (hole["begin"].as_u64().unwrap() as usize, hole["end"].as_u64().unwrap() as usize))
        .collect();
    let mut expected = bytes.clone();
    holes.iter().for_each(|&(begin, end)| expected[begin..end].fill(0));
    assert!(!holes.is_empty() && fs::read(scene.path("partial.bin")).unwrap() == expected, "{holes:?}");
    let again = scene.reel(&["unpack", "one.avi", "-o", "partial2.bin", "--allow-partial"]).expect(0);
    assert!(again.stdout.contains("missing: bytes "), "{again:#?}");

    scene.reel(&["unpack", "one.avi", "two.avi"]).expect(0);
    assert!(fs::read(scene.path("a.bin")).unwrap() == bytes);
}

//! `unpack --verify` says whether everything is there, and writes nothing.

use std::fs;

use crate::{random, scene};

#[test]
fn a_whole_video_holds_and_nothing_is_written() {
    let scene = scene(&[("a.bin", &random(9_000_000, 1))]);
    let packed = scene.reel(&["pack", "a.bin", "-o", "a.avi", "--json"]).expect(0).result();
    let result = scene.reel(&["unpack", "--verify", "a.avi", "--json"]).expect(0).result();
    let told = &result["metadata"];
    assert_eq!((&told["exact"], &told["margin"]), (&true.into(), &1.0.into()), "{result:#}");
    assert_eq!(told["sha256"], packed["metadata"]["content_sha256"]);
    assert_eq!((&result["status"], &result["outputs"]), (&"completed".into(), &serde_json::json!([])));
    let said = scene.reel(&["unpack", "--verify", "a.avi"]).expect(0);
    assert!(said.stdout.contains("all 9000000 bytes are there and have their SHA-256"), "{said:#?}");
    assert!(said.stdout.contains("100 % of repair unused"), "{said:#?}");
    assert_eq!(scene.names(), ["a.avi", "a.bin"]);
    assert_eq!(scene.object_count(), 0);
}

#[test]
fn damage_that_is_mended_costs_margin_and_more_is_told_with_its_place() {
    let scene = scene(&[("a.bin", &random(20_000_000, 2))]);
    scene.reel(&["pack", "a.bin", "-o", "a.avi"]).expect(0);
    let video = fs::read(scene.path("a.avi")).unwrap();
    let mut scratched = video.clone();
    for at in (1_000_000..video.len() - 1_000_000).step_by(700_000) {
        scratched[at] ^= 0x40;
    }
    fs::write(scene.path("scratched.avi"), &scratched).unwrap();
    let told = scene.reel(&["unpack", "--verify", "scratched.avi", "--json"]).expect(0).result();
    let margin = told["metadata"]["margin"].as_f64().unwrap();
    assert!(told["metadata"]["exact"] == true && margin < 1.0, "{told:#}");

    fs::write(scene.path("cut.avi"), &video[..video.len() / 2]).unwrap();
    let result = scene.reel(&["unpack", "--verify", "cut.avi", "--json"]).expect(1).result();
    assert_eq!((&result["status"], &result["error"]["kind"]), (&"failed".into(), &"damaged".into()));
    assert!(result["error"]["message"].as_str().unwrap().contains("of 20000000 bytes cannot be recovered"));
    assert_eq!(result["metadata"]["exact"], false);
    assert!(!result["metadata"]["holes"].as_array().unwrap().is_empty(), "{result:#}");
    let said = scene.reel(&["unpack", "--verify", "cut.avi"]).expect(1);
    assert!(said.stdout.contains("missing: bytes "), "{said:#?}");
    assert_eq!(scene.names(), ["a.avi", "a.bin", "cut.avi", "scratched.avi"]);
}

#[test]
fn an_encrypted_folder_and_a_set_of_parts_are_verified_too() {
    let scene = scene(&[("words", b"correct horse")]);
    fs::create_dir(scene.path("d")).unwrap();
    fs::write(scene.path("d/a"), random(12_000_000, 3)).unwrap();
    let key = ["--passphrase-file", "words"];
    scene.reel(&[&["pack", "d", "-o", "d.avi", "--split-size", "11MB"][..], &key].concat()).expect(0);
    let both = ["unpack", "--verify", "d.002.avi", "d.001.avi"];
    let told = scene.reel(&[&both[..], &key, &["--json"]].concat()).expect(0).result()["metadata"].clone();
    assert_eq!((&told["exact"], &told["kind"]), (&true.into(), &"tar".into()));
    let one = scene.reel(&[&both[..3], &key].concat()).expect(1);
    assert!(one.stdout.contains("part 1 of 2 was not given"), "{one:#?}");
    for more in [&["-o", "x"][..], &["--list"], &["--allow-partial"]] {
        scene.reel(&[&both[..3], more].concat()).expect(2);
    }
    assert_eq!(scene.names(), ["d", "d.001.avi", "d.002.avi", "words"]);
}

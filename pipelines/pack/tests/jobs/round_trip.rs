//! What comes out is what went in.

use reel_pack::stream::seal::FileKey;
use reel_pack::stream::tar::{Entry, EntryKind};
use reel_pack::{Compress, PackParams, Seal};
use serde_json::json;

use crate::scene::{Scene, ffmpeg, random};

/// Content of a full block.
const BLOCK_BYTES: usize = 8_192_000;

fn comes_back(bytes: &[u8], change: impl FnOnce(&mut PackParams)) {
    let scene = Scene::new();
    let packed = scene.pack(&scene.file("in.bin", bytes), change);
    let unpacked = scene.unpack(&[packed.output()]);
    assert!(unpacked.bytes() == bytes, "{} bytes came back as others", bytes.len());
    assert_eq!(unpacked.job.metadata["exact"], json!(true));
    assert_eq!(unpacked.job.metadata["name"], json!("in.bin"));
    assert_eq!(unpacked.job.outputs[0].sha256, packed.job.metadata["content_sha256"]);
}

#[test]
fn every_size_comes_back() {
    for size in [0, 1, 8191, 8192, 8193, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1] {
        comes_back(&random(size, size as u64), |_| ());
    }
}

#[test]
fn more_than_one_chunk_comes_back() {
    comes_back(&random(300_000_000, 7), |params| params.compress = Compress::Off);
}

#[test]
fn bytes_that_no_key_fits_come_back() {
    // All 256 values within each group of the picture: the shape that takes three keys.
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n * 7) as u8).collect();
    comes_back(&bytes, |params| params.compress = Compress::Off);
}

#[test]
fn every_choice_comes_back() {
    let bytes = random(200_000, 3);
    comes_back(&bytes, |params| params.no_error_correction = true);
    comes_back(&bytes, |params| params.no_metadata_frames = true);
    comes_back(&bytes, |params| params.error_correction_ratio = Some("0.5".parse().unwrap()));
    comes_back(&bytes, |params| params.resolution = Some("642x362".parse().unwrap()));
    comes_back(&[], |params| params.no_metadata_frames = true);
}

#[test]
fn what_compresses_is_compressed() {
    let scene = Scene::new();
    let text = "the same words again and again; ".repeat(100_000);
    let source = scene.file("words.txt", text.as_bytes());
    let small = scene.pack(&source, |_| ());
    let large = scene.pack(&source, |params| params.compress = Compress::Off);
    assert!(small.job.outputs[0].size_bytes * 2 < large.job.outputs[0].size_bytes);
    assert_eq!(scene.unpack(&[small.output()]).bytes(), text.as_bytes());
}

#[test]
fn a_remux_to_any_container_comes_back() {
    let scene = Scene::new();
    let bytes = random(4_000_000, 11);
    let packed = scene.pack(&scene.file("in.bin", &bytes), |_| ());
    ffmpeg(&["-i", packed.output().to_str().unwrap(), "-f", "null", "-"]);
    for ending in ["mkv", "mp4", "mov", "nut", "avi"] {
        let copy = scene.file(&format!("copy.{ending}"), b"");
        ffmpeg(&["-i", packed.output().to_str().unwrap(), "-c", "copy", copy.to_str().unwrap()]);
        assert!(scene.unpack(&[&copy]).bytes() == bytes, "{ending}");
    }
}

#[test]
fn several_files_come_back_as_one_tar_stream() {
    let scene = Scene::new();
    let (one, two) = (random(1000, 1), random(9_000_000, 2));
    let paths = [scene.file("one", &one), scene.file("two", &two)];
    let entry = |name: &str, kind| Entry { name: name.into(), kind, mode: 0o644, mtime_secs: 1_000_000_000 };
    let params = PackParams {
        name: "both".to_owned(),
        entries: vec![
            entry("both", EntryKind::Dir),
            entry("both/ein Häuschen 家.bin", EntryKind::File { size: one.len() as u64 }),
            entry("both/link", EntryKind::Symlink { target: "two".into() }),
            entry("both/two", EntryKind::File { size: two.len() as u64 }),
        ],
        ..PackParams::default()
    };
    let packed = scene.job("pack", &params, &[&paths[0], &paths[1]]);
    let unpacked = scene.unpack(&[packed.output()]);
    assert_eq!(unpacked.job.metadata["kind"], json!("tar"));
    let folder = tempfile::tempdir().unwrap();
    reel_pack::stream::tar::extract(unpacked.bytes().as_slice(), folder.path()).unwrap();
    assert_eq!(std::fs::read(folder.path().join("both/ein Häuschen 家.bin")).unwrap(), one);
    assert!(std::fs::read(folder.path().join("both/link")).unwrap() == two);
}

#[test]
fn what_was_sealed_opens_with_its_key_and_with_no_other() {
    let bytes = random(100_000, 5);
    let key = FileKey::generate();
    let wrapped = key.wrap_for(&[key.seal_to()]).unwrap();
    let seal = Seal { seal_to: key.seal_to(), key: wrapped };
    let scene = Scene::with_key(Some(key));
    let packed = scene.pack(&scene.file("secret name.txt", &bytes), |params| params.seal = Some(seal));
    let video = packed.bytes();
    assert!(!video.windows(6).any(|window| window == b"secret"), "the name can be read in the video");
    assert_eq!(scene.unpack(&[packed.output()]).bytes(), bytes);
    for other in [None, Some(FileKey::generate())] {
        let stranger = Scene::with_key(other);
        let copy = stranger.file("copy.avi", &video);
        let failure = stranger.unpack(&[&copy]).failure().clone();
        assert_eq!(failure.kind, reel_types::FailureKind::Input, "{failure:?}");
        assert!(failure.hint.is_some());
    }
}

//! Several videos of one content: numbered, each a video by itself, wanted back in any order.

use std::fs;
use std::path::Path;

use reel_media::{Ffmpeg, ProbeLimits, probe};
use reel_types::CancelToken;

use crate::support::{Ran, Scene};
use crate::{random, refused, scene};

const PACK: [&str; 6] = ["pack", "a.bin", "-o", "v/a.avi", "--split-size", "9MB"];

/// A file of 14 MB as three videos, the file gone.
fn in_three() -> (Scene, Vec<u8>) {
    let bytes = random(14_000_000, 1);
    let scene = scene(&[("a.bin", &bytes)]);
    scene.reel(&PACK).expect(0);
    assert_eq!(crate::support::names(&scene.path("v")), ["a.001.avi", "a.002.avi", "a.003.avi"]);
    fs::remove_file(scene.path("a.bin")).unwrap();
    (scene, bytes)
}

fn sha256(path: &Path) -> String {
    reel_store::sha256_of_file(path).unwrap().1
}

#[test]
fn a_split_file_is_several_videos_within_the_bound_and_all_are_told() {
    let scene = scene(&[("a.bin", &random(14_000_000, 1))]);
    let result = scene.reel(&[&PACK[..], &["--json"]].concat()).expect(0).result();
    let outputs = result["outputs"].as_array().unwrap();
    assert_eq!((outputs.len(), &result["metadata"]["part_count"]), (3, &3.into()));
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    let mut frames = 0;
    for (number, output) in outputs.iter().enumerate() {
        assert_eq!(output["path"], format!("v/a.{:03}.avi", number + 1));
        let path = scene.path(output["path"].as_str().unwrap());
        let bytes = fs::metadata(&path).unwrap().len();
        assert!(bytes <= 9_000_000 && Some(bytes) == output["bytes"].as_u64(), "{bytes}");
        assert_eq!(output["sha256"], sha256(&path));
        let media = probe(&ffmpeg, &path, &ProbeLimits::default(), &CancelToken::new()).unwrap();
        let video = media.main_video().unwrap();
        frames += video.frame_count.unwrap_or(0);
        // Title cards before and behind.
        assert!(video.frame_count.unwrap_or(0) > 20, "{video:?}");
    }
    assert_eq!(result["metadata"]["frames"], frames);
    let again = scene.reel(&[&PACK[..], &["--json"]].concat()).expect(0).result();
    assert_eq!((&again["already_there"], &again["outputs"]), (&true.into(), &result["outputs"]));
    let listed = scene.reel(&["unpack", "--list", "--json", "v/a.002.avi"]).expect(0).records().remove(0);
    assert_eq!(
        (&listed["part"], &listed["part_count"], &listed["name"]),
        (&2.into(), &3.into(), &"a.bin".into())
    );
}

#[test]
fn the_videos_come_back_in_any_order_under_any_name() {
    let (scene, bytes) = in_three();
    fs::rename(scene.path("v/a.003.avi"), scene.path("z.avi")).unwrap();
    let args = ["unpack", "v/a.002.avi", "z.avi", "v/a.002.avi", "v/a.001.avi", "-o", "back/"];
    scene.reel(&args).expect(0);
    assert!(fs::read(scene.path("back/a.bin")).unwrap() == bytes);
}

#[test]
fn a_missing_video_is_named_by_its_number() {
    let (scene, bytes) = in_three();
    refused(&scene, &["unpack", "v/a.003.avi", "v/a.001.avi"], 3, "part 2 of 3 is missing; give it too");
    refused(&scene, &["unpack", "v/a.002.avi"], 3, "parts 1 and 3 of 3 are missing; give them too");
    assert_eq!(scene.names(), ["v"]);

    let args = ["unpack", "v/a.003.avi", "v/a.001.avi", "--allow-partial", "--json"];
    let told = scene.reel(&args).expect(0).result()["metadata"].clone();
    assert_eq!(told["decisions"][1], "part 2 of 3 was not given", "{told:#}");
    let place = |field: &str| told["holes"][0][field].as_u64().unwrap() as usize;
    let (begin, end) = (place("begin"), place("end"));
    assert!(told["holes"].as_array().unwrap().len() == 1 && begin > 0 && end < bytes.len(), "{told:#}");
    let mut expected = bytes.clone();
    expected[begin..end].fill(0);
    assert!(fs::read(scene.path("a.bin")).unwrap() == expected);
}

#[test]
fn videos_of_two_sets_are_not_mixed() {
    let (scene, _) = in_three();
    fs::write(scene.path("a.bin"), random(14_000_000, 2)).unwrap();
    scene.reel(&["pack", "a.bin", "-o", "w/a.avi", "--split-size", "9MB"]).expect(0);
    let args = ["unpack", "v/a.001.avi", "w/a.002.avi", "v/a.003.avi", "-o", "back/"];
    refused(&scene, &args, 3, "hold different things");
}

#[test]
fn a_number_that_is_taken_is_refused_before_any_work() {
    let scene = scene(&[("a.bin", &random(100_000, 1)), ("a.007.avi", b"mine"), ("a.01.avi", b"not one")]);
    let args = ["pack", "a.bin", "-o", "a.avi", "--split-size", "1GB"];
    refused(&scene, &args, 5, "a.007.avi exists");
    assert!(scene.reel(&["jobs", "list", "--json"]).records().is_empty(), "work was begun");
    scene.reel(&[&args[..], &["--force"]].concat()).expect(0);
    assert_eq!(scene.names(), ["a.001.avi", "a.007.avi", "a.01.avi", "a.bin"]);
    assert_eq!(fs::read(scene.path("a.007.avi")).unwrap(), b"mine");

    fs::write(scene.path("b.001.avi"), b"packed as it is").unwrap();
    let over_itself = ["pack", "b.001.avi", "-o", "b.avi", "--split-size", "1GB", "--force"];
    refused(&scene, &over_itself, 2, "the output b.001.avi is the input b.001.avi");
}

#[test]
fn a_kill_between_two_videos_costs_neither() {
    let bytes = random(14_000_000, 1);
    let scene = scene(&[("a.bin", &bytes)]);
    for moment in ["after_put:2", "in_assemble", "after_part_file:2", "after_rename"] {
        let mut command = scene.command(&PACK);
        command.env("REEL_CRASH_AT", moment);
        assert!(Ran::of(command).signal.is_some(), "{moment}");
    }
    let attempts = scene.only_job()["attempts"].clone();
    let runs = attempts.as_array().unwrap().iter().filter(|attempt| attempt["outcome"] == "done");
    assert_eq!(runs.count(), 5, "a plan, three videos and an assemble, each once: {attempts:#}");
    assert_eq!(crate::support::names(&scene.path("v")), ["a.001.avi", "a.002.avi"]);
    scene.reel(&PACK).expect(0);
    assert_eq!(crate::support::names(&scene.path("v")), ["a.001.avi", "a.002.avi", "a.003.avi"]);
    assert_eq!(scene.object_count(), 0);
    scene.reel(&["unpack", "v/a.001.avi", "v/a.002.avi", "v/a.003.avi", "-o", "back/"]).expect(0);
    assert!(fs::read(scene.path("back/a.bin")).unwrap() == bytes);
}

#[test]
fn a_bound_that_holds_nothing_or_means_nothing_is_refused() {
    let scene = scene(&[("a.bin", &random(1000, 1))]);
    let with = |bound: [&'static str; 2], code, words: &str| {
        refused(&scene, &[&["pack", "a.bin", "-o", "a.avi"][..], &bound].concat(), code, words);
    };
    with(["--split-size", "100kB"], 2, "do not hold one block: the smallest takes");
    for (flag, value, words) in
        [("--split-size", "many", "like 1GB, 700MiB"), ("--split-duration", "0s", "90s, 10m or 1h30m")]
    {
        let ran = scene.reel(&["pack", "a.bin", "-o", "a.avi", flag, value]).expect(2);
        assert!(ran.stderr.contains(words), "{ran:#?}");
    }
    assert_eq!(scene.names(), ["a.bin"]);
}

#[test]
fn an_encrypted_folder_in_several_videos_comes_back() {
    let scene = Scene::new();
    fs::create_dir(scene.path("d")).unwrap();
    fs::write(scene.path("d/a"), random(14_000_000, 3)).unwrap();
    fs::write(scene.path("words"), "correct horse").unwrap();
    let key = ["--passphrase-file", "words"];
    scene
        .reel(&[&["pack", "d", "-o", "d.avi", "--fps", "4", "--split-duration", "3s"][..], &key].concat())
        .expect(0);
    let mut videos: Vec<String> = scene.names().into_iter().filter(|name| name.ends_with(".avi")).collect();
    assert!(videos.len() > 1, "{videos:?}");
    videos.reverse();
    let videos: Vec<&str> = videos.iter().map(String::as_str).collect();
    scene.reel(&[&["unpack"], &videos[..], &["-o", "back/"], &key].concat()).expect(0);
    assert!(fs::read(scene.path("back/d/a")).unwrap() == fs::read(scene.path("d/a")).unwrap());
    let ran =
        refused(&scene, &[&["unpack", videos[0], "-o", "other/"][..], &key].concat(), 3, "missing; give");
    assert!(!ran.stderr.contains("d/a"), "{ran:#?}");
}

#[test]
fn a_video_for_sites_is_split_by_time_and_by_size() {
    let bytes = random(900_000, 4);
    let scene = scene(&[("a.bin", &bytes)]);
    let pack = ["pack", "a.bin", "--profile", "share", "--verify", "quick", "--json"];
    for (output, bound) in [("t/a.mp4", ["--split-duration", "4s"]), ("s/a.mkv", ["--split-size", "12MB"])] {
        let result = scene.reel(&[&pack[..], &["-o", output], &bound].concat()).expect(0).result();
        let outputs = result["outputs"].as_array().unwrap();
        assert!(outputs.len() > 1, "{result:#}");
        let most = if bound[1] == "12MB" { 12_000_000 } else { u64::MAX };
        assert!(outputs.iter().all(|output| output["bytes"].as_u64().unwrap() <= most), "{result:#}");
        let secs = result["metadata"]["duration_secs"].as_f64().unwrap();
        assert!(bound[1] != "4s" || secs <= 4.0 * outputs.len() as f64, "{result:#}");
        if bound[1] != "4s" {
            continue;
        }
        let videos: Vec<&str> = outputs.iter().rev().map(|output| output["path"].as_str().unwrap()).collect();
        scene.reel(&[&["unpack"], &videos[..], &["-o", "back/", "--force"]].concat()).expect(0);
        assert!(fs::read(scene.path("back/a.bin")).unwrap() == bytes, "{bound:?}");
    }
}

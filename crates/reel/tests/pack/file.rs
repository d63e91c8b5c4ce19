//! One file: there, looked at, and back.

use serde_json::json;

use crate::support::Ran;
use crate::{random, scene};

#[test]
fn a_file_comes_back_here_under_its_own_name() {
    let bytes = random(300_000, 1);
    let scene = scene(&[("notes of May.bin", &bytes)]);
    scene.reel(&["pack", "notes of May.bin", "-o", "video.avi"]).expect(0);
    std::fs::remove_file(scene.path("notes of May.bin")).unwrap();
    scene.reel(&["unpack", "video.avi"]).expect(0);
    assert!(std::fs::read(scene.path("notes of May.bin")).unwrap() == bytes);
    assert_eq!(scene.names(), ["notes of May.bin", "video.avi"]);
    assert_eq!(scene.object_count(), 0);
}

#[test]
fn an_empty_file_and_one_byte_come_back() {
    let scene = scene(&[("nothing", b""), ("one", b"1")]);
    for name in ["nothing", "one"] {
        scene.reel(&["pack", name, "-o", "video.avi", "--force"]).expect(0);
        scene.reel(&["unpack", "video.avi", "-o", "back/"]).expect(0);
        assert_eq!(
            std::fs::read(scene.path("back").join(name)).unwrap(),
            std::fs::read(scene.path(name)).unwrap()
        );
    }
}

#[test]
fn a_packed_video_says_what_is_in_it() {
    let scene = scene(&[("a.bin", &random(1000, 2)), ("b.bin", b"b")]);
    let packed = scene.reel(&["pack", "a.bin", "-o", "a.avi", "--json"]).expect(0).result();
    scene.reel(&["pack", "b.bin", "-o", "b.avi"]).expect(0);
    let said = scene.reel(&["unpack", "--list", "a.avi", "b.avi"]).expect(0);
    assert!(said.stdout.starts_with("a.bin  1.0 kB  profile archive, 5 % repair\n"), "{said:#?}");
    assert!(said.stdout.contains("b.bin  1 B"), "{said:#?}");
    let listed = scene.reel(&["unpack", "--list", "--json", "a.avi"]).expect(0).records().remove(0);
    assert_eq!(listed["type"], "packed");
    let told = |field: &str| listed[field].clone();
    assert_eq!(
        (told("name"), told("size_bytes"), told("kind")),
        (json!("a.bin"), json!(1000), json!("file"))
    );
    assert_eq!(told("sha256"), packed["metadata"]["content_sha256"]);
    assert_eq!(scene.names(), ["a.avi", "a.bin", "b.avi", "b.bin"]);
}

#[test]
fn json_has_progress_one_result_and_a_summary() {
    let scene = scene(&[("a.bin", &random(1000, 3))]);
    for args in
        [&["pack", "a.bin", "-o", "a.avi", "--json"][..], &["unpack", "a.avi", "-o", "back/", "--json"]]
    {
        let ran = scene.reel(args).expect(0);
        let types: Vec<_> = ran.records().iter().map(|record| record["type"].clone()).collect();
        let (last, before) = types.split_last().unwrap();
        assert_eq!((last, before.last().unwrap()), (&json!("summary"), &json!("result")));
        assert_eq!(before[0], "progress");
        let result = ran.result();
        assert_eq!((&result["status"], &result["exit_code"]), (&json!("completed"), &json!(0)));
        assert_eq!(result["outputs"].as_array().unwrap().len(), 1);
        assert_eq!(ran.records().last().unwrap()["exit_code"], 0);
    }
}

#[test]
fn the_same_command_again_finds_its_output() {
    let scene = scene(&[("a.bin", &random(1000, 4))]);
    for args in
        [&["pack", "a.bin", "-o", "a.avi", "--json"][..], &["unpack", "a.avi", "-o", "back/", "--json"]]
    {
        assert_eq!(scene.reel(args).expect(0).result()["already_there"], false);
        assert_eq!(scene.reel(args).expect(0).result()["already_there"], true);
    }
}

#[test]
fn a_folder_after_o_gets_the_video_under_the_name_of_what_is_in_it() {
    let long = "x".repeat(255);
    let scene = scene(&[("a.bin", b"a"), (&long, b"long")]);
    scene.reel(&["pack", "a.bin", "-o", "videos/"]).expect(0);
    assert_eq!(crate::support::names(&scene.path("videos")), ["a.bin.avi"]);
    scene.reel(&["pack", &long, "-o", "long/"]).expect(0);
    let video = crate::support::names(&scene.path("long")).remove(0);
    assert_eq!((video.len(), video.ends_with("x.avi")), (255, true));
    scene.reel(&["unpack", &format!("long/{video}"), "-o", "back/"]).expect(0);
    assert_eq!(crate::support::names(&scene.path("back")), [long]);
}

#[test]
fn a_name_with_a_leading_dash_is_a_name() {
    let scene = scene(&[("-rf", b"x")]);
    scene.reel(&["pack", "-o", "a.avi", "--", "-rf"]).expect(0);
    std::fs::remove_file(scene.path("-rf")).unwrap();
    scene.reel(&["unpack", "a.avi"]).expect(0);
    assert_eq!(scene.names(), ["-rf", "a.avi"]);
}

#[test]
fn an_archive_needs_no_ffmpeg_and_a_share_says_that_it_is_missing() {
    let scene = scene(&[("a.bin", &random(100_000, 9))]);
    let without = |args: &[&str]| {
        let mut command = scene.command(args);
        command.env("PATH", "/nonexistent");
        Ran::of(command)
    };
    without(&["pack", "a.bin", "-o", "a.avi"]).expect(0);
    without(&["unpack", "--list", "a.avi"]).expect(0);
    without(&["unpack", "a.avi", "-o", "back/"]).expect(0);
    assert!(std::fs::read(scene.path("back/a.bin")).unwrap() == std::fs::read(scene.path("a.bin")).unwrap());
    let share = without(&["pack", "a.bin", "-o", "a.mp4", "--profile", "share"]).expect(4);
    assert!(share.stderr.contains("apt-get install ffmpeg"), "{share:#?}");
}

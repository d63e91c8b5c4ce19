//! What is refused before any work: with which code, in which words, and nothing is written.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use reel_testkit::clips;

use crate::support::Scene;
use crate::{random, refused, scene};

#[test]
fn an_output_that_is_something_else_is_kept_unless_forced() {
    let scene = scene(&[("a.bin", b"mine"), ("b.avi", b"mine too")]);
    refused(&scene, &["pack", "a.bin", "-o", "b.avi"], 5, "b.avi exists");
    scene.reel(&["pack", "a.bin", "-o", "b.avi", "--force"]).expect(0);
    std::fs::write(scene.path("a.bin"), "another").unwrap();
    refused(&scene, &["unpack", "b.avi"], 5, "a.bin exists");
    assert_eq!(std::fs::read(scene.path("a.bin")).unwrap(), b"another");
    scene.reel(&["unpack", "b.avi", "--force"]).expect(0);
    assert_eq!(std::fs::read(scene.path("a.bin")).unwrap(), b"mine");
}

#[test]
fn a_command_that_makes_no_sense_ends_with_two() {
    let scene = scene(&[("a.bin", b"a")]);
    std::fs::create_dir(scene.path("other")).unwrap();
    std::fs::write(scene.path("other/a.bin"), "b").unwrap();
    refused(&scene, &["pack", "a.bin", "-o", "a.mp4"], 2, "does not end as a packed video does");
    refused(&scene, &["pack", "a.bin", "-o", "a"], 2, "does not end as a packed video does");
    refused(&scene, &["pack", "a.bin", "-o", "a.avi", "--profile", "share"], 2, "does not end");
    refused(&scene, &["pack", "a.bin", "other/a.bin", "-o", "a.avi"], 2, "two inputs are called a.bin");
    refused(&scene, &["pack", "a.bin", "-o", "-"], 2, "not streams");
    refused(&scene, &["pack", "a.bin", "-o", ""], 2, "empty");
    refused(&scene, &["pack", "a.bin", "-o", "a.avi", "--resolution", "64x64"], 2, "do not hold one symbol");
    assert_eq!(scene.names(), ["a.bin", "other"]);
}

#[test]
fn an_input_that_is_not_there_or_no_file_ends_with_three() {
    let scene = scene(&[("a.bin", b"a")]);
    std::fs::create_dir(scene.path("folder")).unwrap();
    let _socket = UnixListener::bind(scene.path("folder/socket")).unwrap();
    refused(&scene, &["pack", "absent", "-o", "a.avi"], 3, "absent: no such file");
    refused(&scene, &["unpack", "absent.avi"], 3, "absent.avi: no such file");
    refused(&scene, &["unpack", "folder"], 3, "is a folder");
    refused(&scene, &["unpack", "/dev/null"], 3, "not a regular file");
    refused(&scene, &["pack", "/dev/zero", "-o", "a.avi"], 3, "not a regular file");
    refused(&scene, &["pack", "folder/socket", "-o", "a.avi"], 3, "socket");
    refused(&scene, &["pack", "folder", "-o", "a.avi"], 3, "folder/socket is neither a file");
    assert_eq!(scene.names(), ["a.bin", "folder"]);
}

#[test]
fn a_file_that_only_says_it_is_empty_is_not_packed_as_nothing() {
    let scene = Scene::new();
    refused(&scene, &["pack", "/proc/version", "-o", "a.avi"], 3, "says that it is empty");
    refused(&scene, &["pack", "/proc/version", "/proc/uptime", "-o", "a.avi"], 3, "says that it is empty");
    assert!(scene.names().is_empty());
}

#[test]
fn a_file_that_may_not_be_read_is_named_before_any_work() {
    let scene = scene(&[("a.bin", b"a")]);
    std::fs::create_dir(scene.path("d")).unwrap();
    std::fs::write(scene.path("d/secret"), b"s").unwrap();
    std::fs::set_permissions(scene.path("d/secret"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(scene.path("d/secret")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    refused(&scene, &["pack", "d", "-o", "d.avi"], 3, "d/secret: may not be read");
    refused(&scene, &["unpack", "d/secret"], 3, "d/secret: may not be read");
}

#[test]
fn what_pack_did_not_make_is_refused_in_a_sentence() {
    let scene = scene(&[("text.avi", b"no video"), ("empty.avi", b"")]);
    scene.clip(&clips::cfr_h264(1), "film.mp4");
    refused(&scene, &["unpack", "film.mp4"], 3, "was not made by reel pack");
    refused(&scene, &["unpack", "text.avi"], 3, "text.avi");
    refused(&scene, &["unpack", "empty.avi"], 3, "empty.avi");
    refused(&scene, &["unpack", "--list", "film.mp4"], 3, "was not made by reel pack");
    assert_eq!(scene.names(), ["empty.avi", "film.mp4", "text.avi"]);
}

#[test]
fn videos_of_different_things_are_not_mixed() {
    let scene = scene(&[("a.bin", &random(100, 1)), ("b.bin", &random(100, 2))]);
    scene.reel(&["pack", "a.bin", "-o", "a.avi"]).expect(0);
    scene.reel(&["pack", "b.bin", "-o", "b.avi"]).expect(0);
    refused(&scene, &["unpack", "a.avi", "b.avi", "-o", "back/"], 3, "hold different things");
    assert!(!scene.path("back").exists());
}

#[test]
fn a_video_is_not_packed_over_what_is_in_it() {
    let scene = scene(&[("a.avi", b"a")]);
    refused(&scene, &["pack", "a.avi", "-o", "a.avi", "--force"], 2, "is the input");
    refused(&scene, &["pack", ".", "-o", "a.avi", "--force"], 2, "is the input");
    assert_eq!(std::fs::read(scene.path("a.avi")).unwrap(), b"a");
}

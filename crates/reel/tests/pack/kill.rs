//! `kill -9` at every named moment: the same command again finishes the job, and nothing is left behind.

use std::fs;

use reel_engine::crash_point;
use rustix::process::Signal;

use crate::random;
use crate::support::{Ran, Scene, names};

/// Runs it with a kill at each moment that comes, then again, and has `check` look at what is there.
fn at_each_moment(scene: impl Fn() -> Scene, args: &[&str], check: impl Fn(&Scene)) {
    let mut killed_count = 0;
    for moment in crash_point::NAMES {
        let scene = scene();
        let mut command = scene.command(args);
        command.env("REEL_CRASH_AT", moment);
        let ran = Ran::of(command);
        if ran.code == Some(0) {
            continue;
        }
        assert_eq!(ran.signal, Some(Signal::KILL.as_raw()), "{moment}: {ran:#?}");
        killed_count += 1;
        scene.reel(args).expect(if moment == "after_rename" && scene.path("back/d").exists() {
            5
        } else {
            0
        });
        check(&scene);
    }
    assert!(killed_count >= 5, "only {killed_count} moments came");
}

#[test]
fn a_killed_pack_goes_on() {
    let bytes = random(100_000, 1);
    let undisturbed = crate::scene(&[("a.bin", &bytes)]);
    let args = ["pack", "a.bin", "-o", "a.avi"];
    undisturbed.reel(&args).expect(0);
    let video = fs::read(undisturbed.path("a.avi")).unwrap();
    at_each_moment(
        || crate::scene(&[("a.bin", &bytes)]),
        &args,
        |scene| {
            assert!(fs::read(scene.path("a.avi")).unwrap() == video);
            assert_eq!(scene.names(), ["a.avi", "a.bin"]);
            assert_eq!(scene.object_count(), 0);
        },
    );
}

#[test]
fn a_killed_unpack_goes_on() {
    let bytes = random(100_000, 1);
    let packed = crate::scene(&[("a.bin", &bytes)]);
    packed.reel(&["pack", "a.bin", "-o", "a.avi"]).expect(0);
    let video = fs::read(packed.path("a.avi")).unwrap();
    at_each_moment(
        || crate::scene(&[("a.avi", &video)]),
        &["unpack", "a.avi", "-o", "back/"],
        |scene| {
            assert!(fs::read(scene.path("back/a.bin")).unwrap() == bytes);
            assert_eq!(
                (names(&scene.path("back")), scene.names()),
                (vec!["a.bin".into()], vec!["a.avi".into(), "back".into()])
            );
            assert_eq!(scene.object_count(), 0);
        },
    );
}

const LEGACY: [&str; 10] =
    ["pack", "a.bin", "-o", "a.avi", "--profile", "legacy", "--resolution", "256x256", "--fps", "1"];

#[test]
fn a_killed_pack_in_cells_of_colour_goes_on() {
    let bytes = random(5_000, 1);
    let undisturbed = crate::scene(&[("a.bin", &bytes)]);
    undisturbed.reel(&LEGACY).expect(0);
    let video = fs::read(undisturbed.path("a.avi")).unwrap();
    at_each_moment(
        || crate::scene(&[("a.bin", &bytes)]),
        &LEGACY,
        |scene| {
            assert!(fs::read(scene.path("a.avi")).unwrap() == video);
            assert_eq!(scene.names(), ["a.avi", "a.bin"]);
            assert_eq!(scene.object_count(), 0);
        },
    );
}

#[test]
fn a_killed_unpack_of_cells_of_colour_goes_on() {
    let bytes = random(5_000, 1);
    let packed = crate::scene(&[("a.bin", &bytes)]);
    packed.reel(&LEGACY).expect(0);
    let video = fs::read(packed.path("a.avi")).unwrap();
    at_each_moment(
        || crate::scene(&[("a.avi", &video)]),
        &["unpack", "a.avi", "-o", "back/"],
        |scene| {
            assert!(fs::read(scene.path("back/a.bin")).unwrap() == bytes);
            assert_eq!(scene.object_count(), 0);
        },
    );
}

#[test]
fn a_killed_unpack_of_a_folder_goes_on() {
    let packed = Scene::new();
    fs::create_dir_all(packed.path("d/sub")).unwrap();
    fs::write(packed.path("d/sub/a"), b"a").unwrap();
    packed.reel(&["pack", "d", "-o", "d.avi"]).expect(0);
    let video = fs::read(packed.path("d.avi")).unwrap();
    at_each_moment(
        || crate::scene(&[("d.avi", &video)]),
        &["unpack", "d.avi", "-o", "back/"],
        |scene| {
            assert_eq!(fs::read(scene.path("back/d/sub/a")).unwrap(), b"a");
            assert_eq!(
                (names(&scene.path("back")), scene.names()),
                (vec!["d".into()], vec!["back".into(), "d.avi".into()])
            );
        },
    );
}

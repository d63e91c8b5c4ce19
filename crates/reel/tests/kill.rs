//! `kill -9`, at every named moment and at random ones: the same command again finishes the job.
//!
//! How many random moments: `REEL_KILLS`, 8 unless told.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use reel_engine::crash_point;
use reel_testkit::clips;
use rustix::process::Signal;
use support::{Ran, Scene, frame_hashes, nothing_done_twice};

const ARGS: [&str; 10] =
    ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "medium", "--chunk", "2", "--json", "--device=cpu"];

fn scene() -> Scene {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(8), "in.mp4");
    scene
}

/// The frames of a run that nobody disturbed, and how long it took.
fn undisturbed() -> (String, Duration) {
    let scene = scene();
    let began = Instant::now();
    scene.reel(&ARGS).expect(0);
    (frame_hashes(&scene.path("out.mp4")), began.elapsed())
}

/// Nothing partial at the final path, whatever happened.
#[track_caller]
fn nothing_partial(output: &Path, frames: &str) {
    if output.exists() {
        assert_eq!(frame_hashes(output), frames);
    }
}

#[test]
fn a_kill_at_each_named_moment_loses_nothing() {
    let (frames, _) = undisturbed();
    for name in crash_point::NAMES {
        // The third time there are chunks before and after; the later points come once.
        for moment in [name.to_owned(), format!("{name}:3")] {
            let scene = scene();
            let output = scene.path("out.mp4");
            let mut command = scene.command(&ARGS);
            command.env("REEL_CRASH_AT", &moment);
            let ran = Ran::of(command);
            if moment.ends_with(":3") && ran.code == Some(0) {
                assert!(
                    ["in_assemble", "after_part_file", "after_rename"].contains(&name),
                    "{moment} did not happen"
                );
                continue;
            }
            assert_eq!(ran.signal, Some(Signal::KILL.as_raw()), "{moment}: {ran:#?}");
            scene.no_process_is_left();
            nothing_partial(&output, &frames);
            scene.reel(&ARGS).expect(0);
            assert_eq!(frame_hashes(&output), frames, "{moment}");
            assert_eq!(scene.names(), ["in.mp4", "out.mp4"], "{moment}");
            assert_eq!(scene.object_count(), 0, "{moment}: objects were left");
            nothing_done_twice(&scene.only_job());
        }
    }
}

#[test]
fn kills_at_random_moments_lose_nothing() {
    let kills: u32 = std::env::var("REEL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let (frames, took) = undisturbed();
    let scene = scene();
    let output = scene.path("out.mp4");
    let mut killed = 0;
    while killed < kills {
        let running = scene.start(&ARGS);
        let moment = took.mul_f64(fastrand::f64());
        if running.ends_within(moment) {
            // It was faster than the kill; a new job for the next one.
            running.end().expect(0);
            assert_eq!(frame_hashes(&output), frames);
            std::fs::remove_file(&output).unwrap();
            continue;
        }
        running.signal(Signal::KILL);
        running.end();
        killed += 1;
        scene.no_process_is_left();
        nothing_partial(&output, &frames);
        if output.exists() {
            // Killed after the rename: what is there is the result, and is known as such.
            assert_eq!(scene.reel(&ARGS).expect(0).result()["already_there"], true);
            std::fs::remove_file(&output).unwrap();
        }
    }
    scene.reel(&ARGS).expect(0);
    assert_eq!(frame_hashes(&output), frames);
    assert_eq!(scene.names(), ["in.mp4", "out.mp4"]);
    nothing_done_twice(&scene.only_job());
    eprintln!("{killed} kills, a run takes {took:?}");
}

//! `reel matte` as a person runs it, when something goes wrong outside of it: kills, full disks, no runtime.
//!
//! A few cases of each sort are run, all with `REEL_FAULTS=all` (`make faults`).

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod batches;
mod disks;
mod kills;
mod runtimes;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use reel_testkit::clips;
use support::Scene;

/// How many cases of a sort are run.
fn count(few: u32, all: u32) -> u32 {
    if std::env::var("REEL_FAULTS").is_ok_and(|text| text == "all") { all } else { few }
}

/// Six seconds of 128x96 with sound, a key frame each second.
fn clip() -> std::path::PathBuf {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25:duration=6"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=6"];
    let codec = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25"];
    clips::made("matte_faults.mp4", &[&picture[..], &sound, &codec].concat())
}

const ARGS: [&str; 9] = ["matte", "in.mp4", "-o", "out.webm", "--model", "chroma", "--chunk", "1", "--json"];

fn scene() -> Scene {
    let scene = Scene::new();
    scene.clip(&clip(), "in.mp4");
    scene
}

/// The result of a run that nobody disturbed.
fn undisturbed() -> Vec<u8> {
    let scene = scene();
    scene.reel(&ARGS).expect(0);
    std::fs::read(scene.path("out.webm")).unwrap()
}

/// Nothing partial at the final path, whatever happened.
#[track_caller]
fn nothing_partial(output: &Path, whole: &[u8]) {
    if output.exists() {
        assert!(std::fs::read(output).unwrap() == whole, "{} is something else", output.display());
    }
}

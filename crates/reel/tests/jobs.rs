//! `reel jobs`, and what a reader of its output may do.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use reel_testkit::clips;
use support::{Ran, Scene};

fn scene_with_a_job() -> (Scene, String) {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let ran =
        scene.reel(&["transcode", "in.mp4", "-o", "out.mp4", "--preset", "ultrafast", "--json"]).expect(0);
    let job = ran.result()["job"].as_str().unwrap().to_owned();
    (scene, job)
}

#[test]
fn a_job_is_listed_shown_and_forgotten_by_the_beginning_of_its_id() {
    let (scene, job) = scene_with_a_job();
    let list = scene.reel(&["jobs", "list"]).expect(0).stdout;
    assert!(list.starts_with("JOB") && list.contains(&job) && list.contains("completed"), "{list}");
    let shown = scene.reel(&["jobs", "show", &job[..14]]).expect(0).stdout;
    for word in ["0.plan.0", "0.run.0", "0.assemble.0", "sha256", "preset = \"ultrafast\""] {
        assert!(shown.contains(word), "no {word} in {shown}");
    }
    assert!(scene.reel(&["jobs", "list", "--only", "failed", "--json"]).expect(0).stdout.is_empty());
    scene.reel(&["jobs", "watch", &job]).expect(0);
    scene.reel(&["jobs", "forget", &job]).expect(0);
    assert!(scene.reel(&["jobs", "list", "--json"]).expect(0).stdout.is_empty());
    assert!(scene.path("out.mp4").exists());
}

#[test]
fn a_job_that_failed_says_why() {
    let scene = Scene::new();
    std::fs::write(scene.path("text.mp4"), "this is no film\n".repeat(100)).unwrap();
    scene.reel(&["transcode", "text.mp4", "-o", "out.mp4"]).expect(3);
    let job = scene.only_job();
    assert_eq!((&job["state"], &job["error"]["kind"]), (&"failed".into(), &"input".into()));
    let shown = scene.reel(&["jobs", "show", job["job"].as_str().unwrap()]).expect(0).stdout;
    assert!(shown.contains("error  ") && shown.contains("(input)"), "{shown}");
    // Trying again is a new try of the same job, and says the same.
    scene.reel(&["transcode", "text.mp4", "-o", "out.mp4"]).expect(3);
    assert_eq!(scene.only_job()["job"], job["job"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (scene, _) = scene_with_a_job();
    let program = env!("CARGO_BIN_EXE_reel");
    for verb in ["jobs list", "jobs list --json", "--help", "doctor"] {
        let mut command = scene.command::<&str>(&[]);
        let script = format!("set -o pipefail; {program} {verb} | true");
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", &script]);
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                shell.env(name, value);
            }
        }
        shell.current_dir(command.current_dir(scene.path("")).get_current_dir().unwrap());
        let ran = Ran::of(shell).expect(0);
        assert!(ran.stderr.is_empty(), "{verb}: {}", ran.stderr);
    }
}

#[test]
fn any_name_that_a_file_can_have_works() {
    let hostile: [&[u8]; 6] = [
        b"-v.mp4",
        b"a\nerror: b.mp4",
        b"bad\xff\xfe.mp4",
        b"\x1b[31m.mp4",
        b" .mp4",
        "ü中%d%%.mp4".as_bytes(),
    ];
    let scene = Scene::new();
    for name in hostile {
        let name = OsStr::from_bytes(name);
        scene.clip(&clips::cfr_h264(1), name);
        let words = ["transcode", "-o", "out/", "--preset", "ultrafast"].map(OsStr::new);
        let tail = [OsStr::new("--"), name];
        let ran = scene.reel(&[&words[..], &tail].concat()).expect(0);
        assert_eq!(
            ran.stdout.lines().filter(|line| !line.starts_with("  ")).count(),
            1,
            "{name:?}: {}",
            ran.stdout
        );
        assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran:?}");
        assert!(scene.path("out").join(name).is_file(), "{name:?}");
        let ran = scene.reel(&[&words[..], &[OsStr::new("--json")], &tail].concat()).expect(0);
        let result = ran.result();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        match name.to_str() {
            Some(name) => assert_eq!(result["input"], name),
            None => assert_eq!(result["input_hex"], hex(name.as_bytes())),
        }
    }
    let list = scene.reel(&["jobs", "list"]).expect(0).stdout;
    assert_eq!(list.lines().count(), 1 + hostile.len(), "{list}");
}

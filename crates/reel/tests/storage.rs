//! Disks that are full or cannot be written, each a small one of its own in a mount namespace.

mod support;

use std::process::Command;

use reel_testkit::clips;
use support::{Ran, Scene};

/// Runs a script in which `$DISK` is a folder for a mount, `$REEL` the program, `$ARGS` a transcode of a 1 s clip.
/// Nothing, with a visible line, where no mount can be made.
fn with_disk(scene: &Scene, script: &str) -> Option<Ran> {
    let disk = scene.path("disk");
    std::fs::create_dir_all(&disk).ok()?;
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "bash", "-c", script]);
        command.current_dir(scene.path("")).env("DISK", &disk).env("REEL", env!("CARGO_BIN_EXE_reel"));
        command
            .env("REEL_STATE", scene.state())
            .env("ARGS", "transcode in.mp4 --preset ultrafast --device cpu --json -o");
        command
    };
    let possible = can_unshare() && Ran::of(in_namespace("mount -t tmpfs tmpfs \"$DISK\"")).code == Some(0);
    if !possible {
        eprintln!("skipped: no mount namespace can be made here");
        return None;
    }
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    Some(Ran::of(in_namespace(script)))
}

#[expect(clippy::disallowed_methods, reason = "asks whether a program is there")]
fn can_unshare() -> bool {
    Command::new("unshare").arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_output_disk_keeps_the_result_until_there_is_room() {
    let scene = Scene::new();
    let script = r#"
        mount -t tmpfs -o size=8k tmpfs "$DISK"
        $REEL $ARGS disk/out.mp4; echo "{\"type\":\"code\",\"code\":$?,\"names\":\"$(ls -A disk)\"}"
        mount -o remount,size=10m "$DISK"
        $REEL $ARGS disk/out.mp4; echo "{\"type\":\"code\",\"code\":$?,\"names\":\"$(ls -A disk)\"}""#;
    let Some(ran) = with_disk(&scene, script) else { return };
    let records = ran.records();
    let codes: Vec<_> = records.iter().filter(|r| r["type"] == "code").collect();
    assert_eq!((&codes[0]["code"], &codes[0]["names"]), (&1.into(), &"".into()), "{ran:#?}");
    assert_eq!((&codes[1]["code"], &codes[1]["names"]), (&0.into(), &"out.mp4".into()), "{ran:#?}");
    let results: Vec<_> = records.iter().filter(|r| r["type"] == "result").collect();
    assert_eq!(results[0]["error"]["kind"], "storage");
    // Delivered, not made again.
    assert_eq!(results[0]["job"], results[1]["job"]);
    let attempts = scene.only_job()["attempts"].as_array().map(Vec::len);
    assert_eq!(attempts, scene.only_job()["tasks"].as_array().map(Vec::len));
}

#[test]
fn a_full_state_disk_ends_the_job_by_name() {
    let scene = Scene::new();
    let script = r#"mount -t tmpfs -o size=2m tmpfs "$DISK"; $REEL $ARGS out.mp4 --state disk/state"#;
    let Some(ran) = with_disk(&scene, script) else { return };
    let result = ran.expect(1).result();
    assert_eq!(result["error"]["kind"], "storage", "{result:#}");
    assert!(result["error"]["hint"].as_str().is_some_and(|hint| hint.contains("--state")), "{result:#}");
    assert_eq!(scene.names(), ["disk", "in.mp4"]);
}

#[test]
fn a_read_only_output_folder_is_found_before_any_work() {
    let scene = Scene::new();
    let script = r#"mount -t tmpfs -o ro tmpfs "$DISK"; $REEL $ARGS disk/out.mp4"#;
    let Some(ran) = with_disk(&scene, script) else { return };
    let result = ran.expect(1).result();
    assert_eq!(
        (&result["error"]["kind"], &result["status"]),
        (&"storage".into(), &"refused".into()),
        "{result:#}"
    );
    assert!(scene.reel(&["jobs", "list", "--json"]).expect(0).stdout.is_empty(), "a job was made");
}

#[test]
fn a_state_folder_that_is_made_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    scene.reel(&["jobs", "list", "--state", "new/state"]).expect(0);
    let mode = |path: &str| std::fs::metadata(scene.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("new/state"), 0o700);
    std::fs::create_dir(scene.path("shared")).unwrap();
    let before = mode("shared");
    scene.reel(&["jobs", "list", "--state", "shared"]).expect(0);
    assert_eq!(mode("shared"), before, "a folder that was there keeps its rights");
}

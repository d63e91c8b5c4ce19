//! Disks that are full before or while the work is done.

use std::process::Command;

use reel_testkit::clips;

use crate::support::{Ran, Scene, nothing_done_twice};
use crate::{count, scene, undisturbed};

/// Runs a script where `disk` is a folder for a mount; nothing where no mount can be made.
fn with_disk(scene: &Scene, script: &str) -> Option<Ran> {
    std::fs::create_dir_all(scene.path("disk")).ok()?;
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "bash", "-c", script]).current_dir(scene.path(""));
        command.env("REEL", env!("CARGO_BIN_EXE_reel")).env("REEL_STATE", scene.state());
        command.env("REEL_CONFIG", "/dev/null");
        command
    };
    if Ran::of(in_namespace("mount -t tmpfs tmpfs disk")).code != Some(0) {
        eprintln!("SKIPPED: no mount namespace can be made here");
        return None;
    }
    Some(Ran::of(in_namespace(script)))
}

/// The folder of the result has no room for it, then it has.
#[test]
fn a_result_without_room_leaves_nothing_and_comes_when_there_is_room() {
    let whole = undisturbed();
    for index in 0..count(1, 4) {
        let scene = scene();
        let kib = [4, 16, 36, 60][index as usize];
        let script = format!(
            r#"mount -t tmpfs -o size={kib}k tmpfs disk
            job() {{ timeout 60 $REEL matte in.mp4 -o disk/out.webm --model chroma --chunk 1 2>&1; echo "code $?"; }}
            job; echo "left $(ls -A disk | wc -l)"; mount -o remount,size=10m disk; job; cp disk/out.webm after.webm"#
        );
        let Some(ran) = with_disk(&scene, &script) else { return };
        assert!(ran.stdout.contains("code 1\nleft 0\n"), "{kib} KiB: {ran:#?}");
        assert!(ran.stdout.contains("No space left"), "{kib} KiB: {ran:#?}");
        assert!(ran.stdout.ends_with("code 0\n"), "{kib} KiB: {ran:#?}");
        assert!(std::fs::read(scene.path("after.webm")).unwrap() == whole, "{kib} KiB: other bytes");
    }
}

/// Little room is left where the state is kept: that is said before any work, and with room the same command goes on.
#[test]
fn a_full_disk_of_the_state_is_named_before_any_work() {
    let whole = undisturbed();
    let cases = count(1, 4);
    for index in 0..cases {
        let scene = scene();
        let mib = [20, 1, 5, 60][index as usize];
        let script = format!(
            r#"mount -t tmpfs -o size=100m tmpfs disk; head -c {}M /dev/zero >disk/fill
            job() {{ timeout 60 $REEL matte in.mp4 -o out.webm --model chroma --chunk 1 --state disk/state 2>&1; echo "code $?"; }}
            job; [ -e out.webm ] && echo early; rm disk/fill; echo AGAIN; job"#,
            100 - mib
        );
        let Some(ran) = with_disk(&scene, &script) else { return };
        let (first, again) = ran.stdout.split_once("AGAIN\n").unwrap();
        assert!(first.ends_with("code 1\n") && first.contains("MiB are free in"), "{mib} MiB: {ran:#?}");
        assert!(again.ends_with("code 0\n"), "{mib} MiB: {ran:#?}");
        assert!(std::fs::read(scene.path("out.webm")).unwrap() == whole, "{mib} MiB: other bytes");
    }
    eprintln!("FAULTS full disks: {cases} cases, {cases} refusals, 0 hangs");
}

/// The films are known to be too large for the disk before the first is begun.
#[test]
fn films_that_the_disk_cannot_hold_are_refused_before_any_work() {
    let scene = scene();
    let source = "color=c=green:size=1920x1080:rate=25:duration=40";
    let long = clips::made(
        "too_long.mp4",
        &["-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast"],
    );
    scene.clip(&long, "one.mp4");
    scene.clip(&long, "two.mp4");
    let script = r#"mount -t tmpfs -o size=100m tmpfs disk
        timeout 60 $REEL matte one.mp4 two.mp4 -o disk/out/ --model chroma --format prores 2>&1; echo "code $?"; ls disk"#;
    let Some(ran) = with_disk(&scene, script) else { return };
    assert!(ran.stdout.contains("the disk of disk/out has 104.9 MB free, and about "), "{ran:#?}");
    assert!(ran.stdout.contains("hint: free some space"), "{ran:#?}");
    assert!(ran.stdout.ends_with("code 1\n"), "nothing is begun: {ran:#?}");
}

/// Somebody fills the disk of the state while chunks are made, and whatever becomes free as well. Without room it ends with a
/// word; with room the same command goes on.
#[test]
fn a_disk_that_runs_full_ends_the_job_with_a_word_and_it_goes_on_when_there_is_room() {
    let whole = undisturbed();
    let cases = count(1, 6);
    for index in 0..cases {
        let scene = scene();
        let script = format!(
            r#"mount -t tmpfs -o size=100m tmpfs disk
            job() {{ timeout 60 $REEL matte in.mp4 -o out.webm --model chroma --chunk 1 --state disk/state 2>&1; echo "code $?"; }}
            fill() {{ while [ -e disk/go ]; do cat /dev/zero >>disk/fill; sleep 0.02; done 2>/dev/null; }}
            touch disk/go; job >first & working=$!
            until grep -q running first; do sleep 0.05; done; sleep 0.{index}
            fill & wait $working; rm disk/go; wait; cat first; ls -A disk/state/scratch; [ -e out.webm ] && echo early
            rm disk/fill; echo AGAIN; job; cp -r disk/state state"#,
        );
        let Some(ran) = with_disk(&scene, &script) else { return };
        let (first, again) = ran.stdout.split_once("AGAIN\n").unwrap();
        assert!(first.ends_with("code 1\n"), "{index}: {ran:#?}");
        // How many are left then depends on how far the other program has come.
        let is_named = first.contains("the disk is full: only ") && first.contains(" MiB are free in ");
        assert!(is_named, "{index}: {ran:#?}");
        assert!(first.contains("hint: free some space"), "{index}: {ran:#?}");
        assert!(again.ends_with("code 0\n"), "{index}: {ran:#?}");
        assert!(std::fs::read(scene.path("out.webm")).unwrap() == whole, "{index}: other bytes");
        nothing_done_twice(&scene.only_job());
    }
    eprintln!("FAULTS disks that run full: {cases} cases, {cases} refusals, 0 hangs");
}

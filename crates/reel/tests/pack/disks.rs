//! Where the output goes: other disks, full ones, folders that cannot be written.

use std::process::Command;

use crate::support::{Ran, Scene, names};
use crate::{random, scene};

#[test]
fn results_go_to_another_file_system() {
    let scene = scene(&[("a.bin", &random(10_000, 1))]);
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: /dev/shm cannot be written");
        return;
    };
    std::fs::create_dir(scene.path("d")).unwrap();
    std::fs::write(scene.path("d/file"), b"x").unwrap();
    let at = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    scene.reel(&["pack", "a.bin", "-o", &at("a.avi")]).expect(0);
    scene.reel(&["pack", "d", "-o", &at("d.avi")]).expect(0);
    scene.reel(&["unpack", &at("a.avi"), "-o", &at("a.bin")]).expect(0);
    scene.reel(&["unpack", &at("d.avi"), "-o", &at("d")]).expect(0);
    assert_eq!(names(elsewhere.path()), ["a.avi", "a.bin", "d", "d.avi"]);
    assert!(std::fs::read(at("a.bin")).unwrap() == random(10_000, 1));
    assert_eq!(std::fs::read(at("d/file")).unwrap(), b"x");
    assert_eq!(scene.object_count(), 0);
}

/// Runs a script where `$DISK` is a folder for a mount; nothing where no mount can be made.
fn with_disk(scene: &Scene, script: &str) -> Option<Ran> {
    std::fs::create_dir_all(scene.path("disk")).ok()?;
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "bash", "-c", script]).current_dir(scene.path(""));
        command.env("REEL", env!("CARGO_BIN_EXE_reel")).env("REEL_STATE", scene.state());
        command
    };
    let possible = Ran::of(in_namespace("mount -t tmpfs tmpfs disk")).code == Some(0);
    if !possible {
        eprintln!("skipped: no mount namespace can be made here");
        return None;
    }
    Some(Ran::of(in_namespace(script)))
}

#[test]
fn a_full_disk_leaves_no_half_folder() {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("d")).unwrap();
    std::fs::write(scene.path("d/a"), random(300_000, 1)).unwrap();
    scene.reel(&["pack", "d", "-o", "d.avi"]).expect(0);
    let script = r#"mount -t tmpfs -o size=100k tmpfs disk
        $REEL unpack d.avi -o disk/ 2>&1; echo "code $? names $(ls -A disk | wc -l)"
        mount -o remount,size=10m disk; $REEL unpack d.avi -o disk/ 2>&1; echo "code $?"; cmp d/a disk/d/a && ls -A disk"#;
    let Some(ran) = with_disk(&scene, script) else { return };
    assert!(ran.stdout.contains("code 1 names 0"), "{ran:#?}");
    assert!(ran.stdout.contains("cannot write d/a of disk/d\n  because: No space left"), "{ran:#?}");
    assert!(ran.stdout.contains("hint: "), "{ran:#?}");
    assert!(ran.stdout.ends_with("code 0\nd\n"), "{ran:#?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_any_work() {
    let scene = scene(&[("a.bin", b"a")]);
    scene.reel(&["pack", "a.bin", "-o", "a.avi"]).expect(0);
    let script = "mount -t tmpfs -o ro tmpfs disk
        $REEL pack a.bin -o disk/a.avi 2>&1; echo code $?; $REEL unpack a.avi -o disk/ 2>&1; echo code $?";
    let Some(ran) = with_disk(&scene, script) else { return };
    assert_eq!(ran.stdout.matches("code 1").count(), 2, "{ran:#?}");
    assert_eq!(ran.stdout.matches("hint: choose another folder after -o").count(), 2, "{ran:#?}");
}

#[test]
fn verifying_wants_no_room_for_what_it_does_not_keep() {
    let scene = Scene::new();
    let long = std::fs::File::create(scene.path("zeros")).unwrap();
    long.set_len(400_000_000).unwrap();
    scene.reel(&["pack", "zeros", "-o", "zeros.avi", "--verify", "quick"]).expect(0);
    let script = r#"mount -t tmpfs -o size=500m tmpfs disk
        $REEL unpack --verify zeros.avi --state disk/state 2>&1; echo "code $?""#;
    let Some(ran) = with_disk(&scene, script) else { return };
    assert!(ran.stdout.ends_with("code 0\n"), "{ran:#?}");
}

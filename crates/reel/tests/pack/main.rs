//! `reel pack` and `reel unpack` as a person types them: files in, command, what is there afterwards.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod damage;
mod device;
mod disks;
mod file;
mod folder;
mod forge;
mod hostile;
mod kill;
mod parts;
mod refused;
mod sealed;
mod stage;
mod verify;

use support::{Ran, Scene};

/// Bytes that nothing makes smaller.
fn random(count: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}

/// A scene with some files in it.
fn scene(files: &[(&str, &[u8])]) -> Scene {
    let scene = Scene::new();
    for (name, bytes) in files {
        std::fs::write(scene.path(name), bytes).unwrap();
    }
    scene
}

/// Refused with this code; said in one line, with a line that says what to do.
#[track_caller]
fn refused(scene: &Scene, args: &[&str], code: i32, words: &str) -> Ran {
    let ran = scene.reel(args).expect(code);
    let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{ran:#?}");
    assert!(errors[0].contains(words), "{ran:#?}");
    assert!(ran.stderr.lines().any(|line| line.starts_with("hint: ")), "no hint: {ran:#?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
    ran
}

//! `scripts/setup` on machines that lack something, made of fake programs; nothing is installed.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should end")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// A machine whose only programs are these scripts and what the set-up script itself is written with.
struct Machine {
    path: tempfile::TempDir,
}

impl Machine {
    fn with(programs: &[(&str, &str)]) -> Self {
        let machine = Self { path: tempfile::tempdir().unwrap() };
        for tool in ["bash", "cut", "dirname", "env", "grep", "id", "sed"] {
            let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
                .map(|folder| folder.join(tool))
                .find(|file| file.is_file())
                .unwrap();
            symlink(real, machine.path.path().join(tool)).unwrap();
        }
        for (name, script) in programs {
            let file = machine.path.path().join(name);
            let _ = fs::remove_file(&file);
            fs::write(&file, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        machine
    }

    /// What `scripts/setup` says, and whether it was content.
    #[expect(clippy::disallowed_methods, reason = "a script that only looks; no watchdog is needed")]
    fn set_up(&self, arguments: &[&str]) -> (String, bool) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("scripts/setup");
        let output = Command::new(script)
            .args(arguments)
            .env_clear()
            .env("PATH", self.path.path())
            .env("HOME", self.path.path().join("home"))
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (String::from_utf8(said).unwrap(), output.status.success())
    }
}

/// Programs of a machine that has everything; later entries replace earlier ones.
fn complete<'a>(changes: &[(&'a str, &'a str)]) -> Machine {
    let mut programs = vec![
        ("uname", "echo Darwin"),
        ("cc", "exit 0"),
        ("ffmpeg", "echo 'ffmpeg version 7.1 Copyright'"),
        ("ffprobe", "exit 0"),
        ("cargo", "echo 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)'"),
    ];
    programs.extend_from_slice(changes);
    Machine::with(&programs)
}

fn check(machine: &Machine, content: bool, said: &[&str]) {
    let (text, success) = machine.set_up(&[]);
    assert_eq!(success, content, "{text}");
    for part in said {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

#[test]
fn a_complete_machine_is_left_alone() {
    check(&complete(&[]), true, &["ready: FFmpeg 7.1, Rust 1.95.0"]);
}

#[test]
fn what_only_tests_and_the_page_want_is_not_brought_to_run() {
    let machine = complete(&[]);
    let (all, _) = machine.set_up(&[]);
    assert!(all.contains("bringing Node"), "{all}");
    let (to_run, success) = machine.set_up(&["--to-run"]);
    assert!(success && !to_run.contains("Node") && to_run.contains("ready"), "{to_run}");
    let (text, success) = machine.set_up(&["--to-go"]);
    assert!(!success && text.contains("unknown argument: --to-go"), "{text}");
}

#[test]
fn an_ffmpeg_from_a_development_tree_is_taken() {
    check(
        &complete(&[("ffmpeg", "echo 'ffmpeg version N-117000-gabc Copyright'")]),
        true,
        &["N-117000-gabc"],
    );
}

#[test]
fn an_old_ffmpeg_is_refused_by_its_version() {
    let machine = complete(&[("ffmpeg", "echo 'ffmpeg version 4.4.2-0ubuntu0 Copyright'")]);
    check(&machine, false, &["FFmpeg 4.4.2", "needs 5.1 or newer"]);
}

#[test]
fn an_old_rust_is_refused_with_what_to_do() {
    check(
        &complete(&[("cargo", "echo 'cargo 1.63.0'")]),
        false,
        &["cargo is 1.63.0", "rustup update stable"],
    );
}

#[test]
fn a_compiler_without_headers_counts_as_missing() {
    check(&complete(&[("cc", "exit 1")]), false, &["missing: gcc libc6-dev", "xcode-select --install"]);
}

#[test]
fn without_apt_it_says_what_to_install() {
    check(&Machine::with(&[("uname", "echo Darwin")]), false, &["brew install ffmpeg"]);
    check(&Machine::with(&[("uname", "echo Linux"), ("dnf", "")]), false, &["dnf install", "RPM Fusion"]);
    check(
        &Machine::with(&[("uname", "echo Linux"), ("pacman", "")]),
        false,
        &["pacman -S --needed ffmpeg gcc"],
    );
}

#[test]
fn without_root_it_says_the_command() {
    let machine = Machine::with(&[("uname", "echo Linux"), ("apt-get", "exit 1"), ("id", "echo 1000")]);
    check(&machine, false, &["this needs root", "sudo apt-get install -y --no-install-recommends ffmpeg"]);
}

#[test]
fn where_only_another_toolchain_is_installed_that_one_is_used() {
    let machine = complete(&[
        ("cargo", "[[ $RUSTUP_TOOLCHAIN == stable-x ]] || exit 1; echo 'cargo 1.97.0'"),
        ("rustup", "printf 'nightly-x\\nstable-x (default)\\n'"),
    ]);
    check(&machine, true, &["Rust 1.97.0"]);
}

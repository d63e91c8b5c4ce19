//! Runtimes of networks that are missing, too old, or none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Ran, Scene};
use crate::{count, scene};

/// A library with the one function that is asked for its version.
fn of_version(folder: &Path, version: &str) -> Option<PathBuf> {
    let (source, library) = (folder.join("old.c"), folder.join("old.so"));
    let text = format!(
        "static const char *version(void) {{ return \"{version}\"; }}\n\
         static const void *api(unsigned wanted) {{ (void)wanted; return 0; }}\n\
         static const struct {{ const void *(*api)(unsigned); const char *(*version)(void); }} base = {{ api, version }};\n\
         const void *OrtGetApiBase(void) {{ return &base; }}\n"
    );
    std::fs::write(&source, text).ok()?;
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    (Ran::of(cc).code == Some(0)).then_some(library)
}

/// A runtime that will not do, by number.
fn bad(index: u32, scene: &Scene) -> Option<PathBuf> {
    let path = scene.path("library.so");
    match index {
        0 => {}
        1 => std::fs::write(&path, "a text").ok()?,
        2 => return of_version(&scene.path(""), "1.5.0"),
        3 => std::fs::create_dir(&path).ok()?,
        4 => std::fs::write(&path, "").ok()?,
        5 => std::fs::write(&path, [&b"\x7fELF\x02\x01\x01"[..], &[0; 4096]].concat()).ok()?,
        6 => std::os::unix::fs::symlink("/nowhere.so", &path).ok()?,
        _ => return of_version(&scene.path(""), "nonsense"),
    }
    Some(path)
}

#[test]
fn a_runtime_that_does_not_load_is_named_with_what_brings_one() {
    let mut slowest = Duration::ZERO;
    let cases = count(3, 8);
    for index in 0..cases {
        let scene = scene();
        let Some(path) = bad(index, &scene) else {
            eprintln!("SKIPPED runtime {index}: there is no cc");
            continue;
        };
        let args = ["matte", "in.mp4", "-o", "out.webm", "--onnxruntime"];
        let args = [&args[..], &[path.to_str().unwrap()]].concat();
        let began = Instant::now();
        let ran = scene.reel(&args).expect(4);
        slowest = slowest.max(began.elapsed());
        assert!(ran.stderr.contains("hint: "), "{index}: {ran:#?}");
        assert!(ran.stderr.contains("ONNX Runtime"), "{index}: {ran:#?}");
        assert!(!scene.path("out.webm").exists());
        scene.no_process_is_left();
    }
    eprintln!("FAULTS bad runtimes: {cases} cases, {cases} refusals, 0 hangs, slowest verdict {slowest:?}");
}

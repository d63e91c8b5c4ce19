//! Libraries that will not do. Each is refused at once; none of them is ever loaded here, since a process has one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use std::path::{Path, PathBuf};
use std::process::Command;

use reel_infer::{InferError, OnDemand, Runtime};
use reel_types::FailureKind;

fn refused(path: &Path) -> InferError {
    let error = Runtime::load(Some(path), None).unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::Missing, "{error}");
    assert!(error.failure().hint.unwrap().contains("scripts/models"));
    error
}

#[test]
fn a_library_that_is_not_there_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(refused(&folder.path().join("libonnxruntime.so")), InferError::NoRuntime { .. }));
}

#[test]
fn a_text_a_folder_and_an_empty_file_are_no_library() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    let empty = folder.path().join("empty.so");
    std::fs::write(&text, "not a library\n").unwrap();
    std::fs::write(&empty, "").unwrap();
    for path in [&text, &empty, folder.path()] {
        assert!(matches!(refused(path), InferError::NotARuntime { .. }));
    }
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.so");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    assert!(matches!(refused(&pipe), InferError::NotARuntime { .. }));
}

#[test]
fn another_library_is_no_onnx_runtime() {
    let Some(other) = ["/lib/x86_64-linux-gnu/libm.so.6", "/usr/lib64/libm.so.6"]
        .map(Path::new)
        .into_iter()
        .find(|p| p.exists())
    else {
        eprintln!("skipped: no libm.so.6 where it usually is");
        return;
    };
    assert!(matches!(refused(other), InferError::NotARuntime { .. }));
}

/// A library with the one function that is asked for its version.
fn library_of_version(folder: &Path, version: &str) -> Option<PathBuf> {
    let (source, library) = (folder.join("old.c"), folder.join("libonnxruntime.so"));
    let text = format!(
        "static const char *version(void) {{ return \"{version}\"; }}\n\
         static const void *api(unsigned wanted) {{ (void)wanted; return 0; }}\n\
         static const struct {{ const void *(*api)(unsigned); const char *(*version)(void); }} base = {{ api, version }};\n\
         const void *OrtGetApiBase(void) {{ return &base; }}\n"
    );
    std::fs::write(&source, text).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    #[expect(clippy::disallowed_methods, reason = "the compiler of set-up, which ends by itself")]
    let built = cc.status();
    built.is_ok_and(|status| status.success()).then_some(library)
}

#[test]
fn an_old_one_is_refused_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["1.23.2", "1.5.0", "nonsense", ""] {
        let Some(old) = library_of_version(folder.path(), version) else {
            eprintln!("skipped: there is no cc");
            return;
        };
        let error = refused(&old);
        assert!(matches!(&error, InferError::OldRuntime { version: told, .. } if told == version), "{error}");
    }
}

/// The same with a real one, where a person has one: `REEL_OLD_ONNXRUNTIME`.
#[test]
fn a_real_old_one_is_refused() {
    let Some(old) = std::env::var_os("REEL_OLD_ONNXRUNTIME").map(PathBuf::from) else {
        eprintln!("skipped: REEL_OLD_ONNXRUNTIME names no ONNX Runtime older than 1.24");
        return;
    };
    assert!(matches!(refused(&old), InferError::OldRuntime { .. }));
}

#[test]
fn on_demand_it_is_looked_for_again_until_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.so");
    let on_demand = OnDemand::new(Some(path.clone()), None);
    assert!(matches!(on_demand.get(), Err(InferError::NoRuntime { .. })));
    std::fs::write(&path, "not a library\n").unwrap();
    assert!(matches!(on_demand.clone().get(), Err(InferError::NotARuntime { .. })));
}

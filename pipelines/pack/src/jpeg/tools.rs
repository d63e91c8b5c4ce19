//! Other people's programs, run by tests.

#![expect(
    clippy::disallowed_methods,
    reason = "a test runs a program as a person does and waits for its end"
)]

use std::path::Path;
use std::process::{Command, Output};

/// What a program printed and answered; nothing when it is not installed, which is said aloud.
pub(crate) fn run(program: &str, folder: &Path, args: &[&str]) -> Option<Output> {
    match Command::new(program).current_dir(folder).args(args).output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("SKIPPED: {program} cannot be run: {error}");
            None
        }
    }
}

/// As [`run`], and the program must end well and say nothing on stderr.
pub(crate) fn run_silently(program: &str, folder: &Path, args: &[&str]) -> Option<Output> {
    let output = run(program, folder, args)?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program} {args:?}: {}: {said}", output.status);
    Some(output)
}

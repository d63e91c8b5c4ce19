//! Errors of what stands below, as the engine takes them.

use reel_engine::RunError;
use reel_media::MediaError;
use reel_types::{Failure, FailureKind};

/// What a person or the engine can do about an error of the media crate.
pub(crate) fn run_error(error: MediaError) -> RunError {
    if error.is_cancelled() {
        return RunError::Cancelled;
    }
    let failure = error.failure();
    if let Some(tail) = error.stderr_tail().filter(|tail| !tail.is_empty()) {
        tracing::warn!(stderr = tail, "{}", failure.message);
    }
    RunError::Failed(failure)
}

/// The same, with what was being done: a program's name alone does not tell which of several was meant.
pub(crate) fn stage_error(action: &str, error: MediaError) -> RunError {
    match run_error(error) {
        RunError::Failed(mut failure) => {
            failure.message = format!("cannot {action}: {}", failure.message);
            RunError::Failed(failure)
        }
        other => other,
    }
}

/// A file of ours that cannot be read or written.
pub(crate) fn storage(action: &str, error: &std::io::Error) -> RunError {
    RunError::failed(FailureKind::Storage, format!("cannot {action}: {error}"))
}

pub(crate) fn usage(message: impl Into<String>, hint: &str) -> Failure {
    Failure::new(FailureKind::Usage, message).with_hint(hint)
}

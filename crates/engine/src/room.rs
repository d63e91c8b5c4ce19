//! How much room the state's disk has, and what is said when it has none.

use std::path::Path;

use reel_queue::QueueError;
use reel_types::{Failure, FailureKind};

use crate::engine::Engine;

/// With less free space no task is started, and an attempt that ended badly ended for want of it.
pub(crate) const FREE_BYTES_MIN: u64 = 64 << 20;

/// Under which name the log tells of a full disk; a server tells it without being asked.
pub const LOG: &str = "reel_engine::room";

/// What is said of less free space than that; nothing when there is enough, or when nobody knows.
pub(crate) async fn shortage(engine: &Engine) -> Option<Failure> {
    let free = engine.store.free_bytes().await.ok().flatten().filter(|free| *free < FREE_BYTES_MIN)?;
    Some(too_little(engine.state.root(), free))
}

/// What is said when the queue says that it has no room, whatever the file system says: a quota, too, is a bound.
pub(crate) async fn full(engine: &Engine, error: &QueueError) -> Failure {
    match shortage(engine).await {
        Some(failure) => failure,
        None => {
            storage(format!("the disk of {} has no room for more: {error}", engine.state.root().display()))
        }
    }
}

fn too_little(root: &Path, free_bytes: u64) -> Failure {
    storage(format!(
        "the disk is full: only {} MiB are free in {}, at least {} are needed",
        free_bytes >> 20,
        root.display(),
        FREE_BYTES_MIN >> 20
    ))
}

fn storage(message: String) -> Failure {
    Failure::new(FailureKind::Storage, message).with_hint(
        "free some space there, or name another folder with --state, and run it again: what is done is kept",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_which_disk_is_full_and_how_much_is_needed() {
        let failure = too_little(Path::new("/srv/reel"), 3 << 20);
        assert_eq!(failure.kind, FailureKind::Storage);
        assert_eq!(
            failure.message,
            "the disk is full: only 3 MiB are free in /srv/reel, at least 64 are needed"
        );
    }
}

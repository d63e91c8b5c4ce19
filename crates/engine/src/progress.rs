//! The latest progress of a running task, written by its thread and read by the heartbeat.

use std::sync::atomic::{AtomicU64, Ordering};

use reel_types::Progress;

/// Two numbers without a lock: a reader may see one of an older pair, which the next heartbeat mends.
#[derive(Default, Debug)]
pub struct ProgressCell {
    done: AtomicU64,
    total: AtomicU64,
}

impl ProgressCell {
    /// Replaces the value.
    pub fn set(&self, progress: Progress) {
        self.total.store(progress.total, Ordering::Relaxed);
        self.done.store(progress.done, Ordering::Relaxed);
    }

    /// The latest value.
    pub fn get(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

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

    /// Counts up, for a step that moves and cannot say how far it is.
    pub fn beat(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The latest value.
    pub fn get(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beat_is_another_value() {
        let cell = ProgressCell::default();
        cell.beat();
        assert_eq!(cell.get(), Progress { done: 1, total: 0 });
        cell.beat();
        assert_eq!(cell.get(), Progress { done: 2, total: 0 });
    }
}

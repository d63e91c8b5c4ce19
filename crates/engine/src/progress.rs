//! The latest progress of a running task, written by its thread and read by the heartbeat.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use reel_types::{Progress, Stage};

/// Two numbers without a lock: a reader may see one of an older pair, which the next heartbeat mends.
#[derive(Default, Debug)]
pub struct ProgressCell {
    done: AtomicU64,
    total: AtomicU64,
    /// 0 for none, else one more than its place in [`Stage::ALL`].
    stage: AtomicU8,
}

impl ProgressCell {
    /// Replaces how far the step is.
    pub fn set(&self, done: u64, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    /// Says what the step has come to; it never goes back, though it may do an earlier thing again for the next stretch.
    pub fn set_stage(&self, stage: Stage) {
        let place = Stage::ALL.iter().position(|one| *one == stage).map_or(0, |place| place as u8 + 1);
        self.stage.fetch_max(place, Ordering::Relaxed);
    }

    /// Counts up, for a step that moves and cannot say how far it is.
    pub fn beat(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The latest value.
    pub fn get(&self) -> Progress {
        let place = usize::from(self.stage.load(Ordering::Relaxed));
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            stage: place.checked_sub(1).and_then(|place| Stage::ALL.get(place).copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_beat_is_another_value() {
        let cell = ProgressCell::default();
        cell.beat();
        assert_eq!(cell.get(), Progress { done: 1, ..Progress::default() });
        cell.beat();
        assert_eq!(cell.get(), Progress { done: 2, ..Progress::default() });
    }

    #[test]
    fn a_stage_stays_while_progress_goes_on() {
        let cell = ProgressCell::default();
        assert_eq!(cell.get().stage, None);
        for stage in Stage::ALL {
            cell.set_stage(stage);
            cell.set(3, 4);
            assert_eq!(cell.get(), Progress { done: 3, total: 4, stage: Some(stage) });
        }
    }
}

//! The leases that a worker holds, and the heartbeat that keeps them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reel_queue::{Beat, BeatReply};
use reel_types::{CancelToken, Epoch, TaskId};

use crate::progress::ProgressCell;

/// One held lease.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) progress: Arc<ProgressCell>,
    pub(crate) cancel: CancelToken,
}

/// All leases of a worker. By task *and* epoch: a worker may claim a task again before its own lost attempt has
/// stopped, and neither must be taken for the other.
#[derive(Default, Debug)]
pub(crate) struct Leases {
    held: Mutex<BTreeMap<(TaskId, Epoch), Held>>,
}

impl Leases {
    pub(crate) fn hold(&self, task: TaskId, epoch: Epoch, held: Held) {
        self.lock().insert((task, epoch), held);
    }

    pub(crate) fn let_go(&self, task: TaskId, epoch: Epoch) {
        self.lock().remove(&(task, epoch));
    }

    /// Tells every running step to stop.
    pub(crate) fn cancel_all(&self) {
        self.lock().values().for_each(|held| held.cancel.cancel());
    }

    /// What the next heartbeat says.
    pub(crate) fn beats(&self) -> Vec<Beat> {
        let beat = |((task, epoch), held): (&(TaskId, Epoch), &Held)| Beat {
            task: task.clone(),
            epoch: *epoch,
            progress: held.progress.get(),
        };
        self.lock().iter().map(beat).collect()
    }

    /// Stops the steps whose leases are lost.
    pub(crate) fn take_in(&self, beats: &[Beat], replies: &[BeatReply]) {
        let held = self.lock();
        for (beat, reply) in beats.iter().zip(replies) {
            let lease = held.get(&(beat.task.clone(), beat.epoch));
            match (reply, lease) {
                (BeatReply::Lost, Some(lease)) => {
                    tracing::info!(task = %beat.task, epoch = beat.epoch, "lease lost, stopping");
                    lease.cancel.cancel();
                }
                (BeatReply::Stalled, Some(_)) => {
                    tracing::warn!(task = %beat.task, "no progress, lease not extended")
                }
                _ => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(TaskId, Epoch), Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use reel_types::JobId;

    use super::*;

    #[test]
    fn a_lost_attempt_is_stopped_though_its_task_was_claimed_again_here() {
        let (leases, task) = (Leases::default(), TaskId::plan(JobId::new("j")));
        let (lost, again) = (CancelToken::new(), CancelToken::new());
        for (epoch, cancel) in [(1, &lost), (2, &again)] {
            leases.hold(task.clone(), epoch, Held { progress: Arc::default(), cancel: cancel.clone() });
        }
        leases.take_in(&leases.beats(), &[BeatReply::Lost, BeatReply::Held]);
        assert!(lost.is_cancelled() && !again.is_cancelled());
        leases.let_go(task, 1);
        assert_eq!(leases.beats().iter().map(|beat| beat.epoch).collect::<Vec<_>>(), [2]);
    }
}

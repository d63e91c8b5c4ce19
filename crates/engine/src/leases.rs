//! The leases that a worker holds, and the heartbeat that keeps them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reel_queue::{Beat, BeatReply};
use reel_types::{CancelToken, Epoch, TaskId};

use crate::progress::ProgressCell;

/// One held lease.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) epoch: Epoch,
    pub(crate) progress: Arc<ProgressCell>,
    pub(crate) cancel: CancelToken,
}

/// All leases of a worker.
#[derive(Default, Debug)]
pub(crate) struct Leases {
    held: Mutex<BTreeMap<TaskId, Held>>,
}

impl Leases {
    pub(crate) fn hold(&self, task: TaskId, held: Held) {
        self.lock().insert(task, held);
    }

    pub(crate) fn let_go(&self, task: &TaskId) {
        self.lock().remove(task);
    }

    /// Tells every running step to stop.
    pub(crate) fn cancel_all(&self) {
        self.lock().values().for_each(|held| held.cancel.cancel());
    }

    /// What the next heartbeat says.
    pub(crate) fn beats(&self) -> Vec<Beat> {
        let beat = |(task, held): (&TaskId, &Held)| Beat {
            task: task.clone(),
            epoch: held.epoch,
            progress: held.progress.get(),
        };
        self.lock().iter().map(beat).collect()
    }

    /// Stops the steps whose leases are lost.
    pub(crate) fn take_in(&self, beats: &[Beat], replies: &[BeatReply]) {
        let held = self.lock();
        for (beat, reply) in beats.iter().zip(replies) {
            let lease = held.get(&beat.task).filter(|lease| lease.epoch == beat.epoch);
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

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TaskId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

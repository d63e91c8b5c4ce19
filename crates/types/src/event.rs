//! Events: state changes only, in the order in which they were committed.

use serde::{Deserialize, Serialize};

use crate::ids::{Epoch, JobId, TaskId};
use crate::job::JobState;
use crate::task::TaskState;
use crate::time::Millis;

/// One state change. Once a reader saw event `seq`, no event with a smaller one appears.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the log; starts at 1.
    pub seq: u64,
    /// When it was committed, on the database's clock.
    pub at: Millis,
    /// The job it belongs to.
    pub job: JobId,
    /// What changed.
    pub kind: EventKind,
}

/// What changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The job is now in this state.
    Job {
        /// The new state.
        state: JobState,
    },
    /// A task is now in this state.
    Task {
        /// Which.
        task: TaskId,
        /// The epoch after the change.
        epoch: Epoch,
        /// The new state.
        state: TaskState,
    },
}

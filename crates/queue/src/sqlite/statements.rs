//! The statements on which soundness rests, each by name, so that a test can break one and see it caught.

use super::{cancel, fail, release, task};

/// Outside the contract suite there is only [`Statements::SOUND`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statements {
    /// Finds the task that a finishing attempt holds.
    pub(crate) finish_held: &'static str,
    /// Finds the task that a heartbeat extends.
    pub(crate) beat_held: &'static str,
    /// Finds what can be released of one job.
    pub(crate) due_of_job: &'static str,
    /// Finds what can be released of all.
    pub(crate) due_of_all: &'static str,
    /// Counts a failure and puts the task back.
    pub(crate) rescue: &'static str,
    /// Ends the open tasks of a job.
    pub(crate) cancel_tasks: &'static str,
}

impl Statements {
    /// As they should be.
    pub(crate) const SOUND: Self = Self {
        finish_held: task::HELD,
        beat_held: task::HELD,
        due_of_job: release::DUE_OF_JOB,
        due_of_all: release::DUE_OF_ALL,
        rescue: fail::REST,
        cancel_tasks: cancel::CANCEL_TASKS,
    };
}

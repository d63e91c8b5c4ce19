//! A job is stopped.

use reel_types::{AttemptOutcome, JobId, JobState, Millis, TaskState};

use super::event::{job_became, task_became};
use super::lease::close;
use super::rules::Rules;
use super::state::{ClosedBy, State};

pub(super) fn cancel(rules: &Rules, state: &mut State, job: &JobId, now: Millis) -> Option<JobState> {
    let row = state.jobs.get_mut(job)?;
    if row.state.is_terminal() {
        return Some(row.state);
    }
    row.ended_at = Some(now);
    if rules.cancel_fences_leases {
        cancel_open_tasks(state, job, "the job was cancelled", now);
    }
    job_became(state, job, JobState::Cancelled, now);
    Some(JobState::Cancelled)
}

/// Ends all open tasks of a job that ends, and raises their epochs, so that nothing of it commits any more.
pub(super) fn cancel_open_tasks(state: &mut State, job: &JobId, why: &str, now: Millis) {
    for id in state.open_tasks(job) {
        let Some(row) = state.tasks.get_mut(&id) else { continue };
        let epoch = row.task.epoch;
        row.task.epoch += 1;
        if row.task.state == TaskState::Leased {
            close(state, &id, epoch, AttemptOutcome::Cancelled, Some(why), ClosedBy::Queue, now);
        }
        task_became(state, &id, TaskState::Cancelled, now);
    }
}

//! State changes, each with its event.

use reel_types::{Event, EventKind, JobId, JobState, Millis, TaskId, TaskState};

use super::state::State;

/// Puts a task into a state and says so. The event carries the epoch after the change.
pub(super) fn task_became(state: &mut State, id: &TaskId, new: TaskState, now: Millis) {
    let Some(row) = state.tasks.get_mut(id) else { return };
    row.task.state = new;
    let kind = EventKind::Task { task: id.clone(), epoch: row.task.epoch, state: new };
    append(state, &id.job, kind, now);
}

/// Puts a job into a state and says so, unless it is there already.
pub(super) fn job_became(state: &mut State, id: &JobId, new: JobState, now: Millis) {
    let Some(job) = state.jobs.get_mut(id) else { return };
    if job.state != new {
        job.state = new;
        append(state, id, EventKind::Job { state: new }, now);
    }
}

/// Says that something changed.
pub(super) fn append(state: &mut State, job: &JobId, kind: EventKind, now: Millis) {
    state.last_seq += 1;
    state.events.push(Event { seq: state.last_seq, at: now, job: job.clone(), kind });
}

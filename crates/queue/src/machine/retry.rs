//! A job that ended is queued again, or forgotten.

use reel_types::{JobId, JobState, Millis, TaskId, TaskKind, TaskState};

use super::event::{job_became, task_became};
use super::state::State;
use crate::command::RetryReply;

pub(super) fn retry(state: &mut State, id: &JobId, now: Millis) -> RetryReply {
    let Some(job) = state.jobs.get_mut(id) else { return RetryReply::NotFound };
    match job.state {
        JobState::Completed => RetryReply::Completed,
        JobState::Failed | JobState::Cancelled => {
            job.failure = None;
            job.ended_at = None;
            let round = job.round;
            requeue_tasks(state, id, round, now);
            job_became(state, id, JobState::Queued, now);
            RetryReply::Requeued
        }
        _ => {
            for task in state.open_tasks(id) {
                if let Some(row) = state.tasks.get_mut(&task) {
                    row.task.failures = 0;
                }
            }
            RetryReply::Refreshed
        }
    }
}

/// What failed or was cancelled in the current round begins anew; what was committed stays.
fn requeue_tasks(state: &mut State, job: &JobId, round: u32, now: Millis) {
    let ended_badly = |s: TaskState| matches!(s, TaskState::Failed | TaskState::Cancelled);
    let rows = state
        .tasks
        .range(State::tasks_of(job))
        .filter(|(id, row)| (id.round == round || id.kind == TaskKind::Plan) && ended_badly(row.task.state));
    // In order of the index, so that a chunk sees whether the one it waits for was queued again.
    let again: Vec<TaskId> = rows.map(|(id, _)| id.clone()).collect();
    for id in again {
        let next = state_after_retry(state, &id);
        if let Some(row) = state.tasks.get_mut(&id) {
            row.task.failures = 0;
            row.task.failure = None;
            row.task.ready_at = now;
            row.ready_since = now;
        }
        task_became(state, &id, next, now);
    }
}

fn state_after_retry(state: &State, id: &TaskId) -> TaskState {
    let waits = match id.kind {
        TaskKind::Plan => false,
        TaskKind::Assemble => true,
        TaskKind::Run => {
            state.tasks.get(id).is_some_and(|row| !super::release::needs_ended(state, &row.task))
        }
    };
    if waits { TaskState::Waiting } else { TaskState::Ready }
}

pub(super) fn forget(state: &mut State, id: &JobId) -> bool {
    if !state.jobs.get(id).is_some_and(|job| job.state.is_terminal()) {
        return false;
    }
    if let Some(job) = state.jobs.remove(id) {
        state.keys.remove(&(job.tenant, job.key));
    }
    state.idempotency.retain(|_, row| row.job != *id);
    state.tasks.retain(|task, _| task.job != *id);
    state.attempts.retain(|(task, _), _| task.job != *id);
    state.claims.retain(|_, (task, _)| task.job != *id);
    state.events.retain(|event| event.job != *id);
    true
}

/// Forgets the jobs that ended first.
pub(super) fn prune(state: &mut State, ended_before: Millis, limit: u32) -> Vec<JobId> {
    let jobs = state.jobs.values().filter_map(|job| Some((job.ended_at?, job.id.clone())));
    let mut ended: Vec<(Millis, JobId)> = jobs.filter(|(at, _)| *at < ended_before).collect();
    ended.sort();
    ended.truncate(limit as usize);
    ended.into_iter().map(|(_, job)| job).filter(|job| forget(state, job)).collect()
}

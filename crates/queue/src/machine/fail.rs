//! Attempts that end without a result: failed, given back, lost.

use reel_types::{
    AttemptOutcome, Failure, FailureKind, JobState, Millis, OnFailedChunk, TaskId, TaskKind, TaskState,
    WorkerId,
};

use super::backoff::next_try;
use super::cancel::cancel_open_tasks;
use super::event::{job_became, task_became};
use super::lease::{close, is_held, late};
use super::rules::Rules;
use super::state::{ClosedBy, State};
use crate::command::{FailTask, FinishReply, ReleaseTask};

pub(super) fn fail(state: &mut State, fail: &FailTask, now: Millis) -> FinishReply {
    let FailTask { task, epoch, failure, jitter_millis } = fail;
    if !is_held(state, task, *epoch, true) {
        return late(state, task, *epoch, ClosedBy::Fail);
    }
    close(state, task, *epoch, AttemptOutcome::Failed, Some(&failure.message), ClosedBy::Fail, now);
    count_failure(state, task, failure, *jitter_millis, now);
    FinishReply::Committed
}

pub(super) fn give_back(state: &mut State, release: &ReleaseTask, now: Millis) -> FinishReply {
    let ReleaseTask { task, epoch, reason, delay_millis } = release;
    if !is_held(state, task, *epoch, true) {
        return late(state, task, *epoch, ClosedBy::GiveBack);
    }
    close(state, task, *epoch, AttemptOutcome::Released, Some(reason), ClosedBy::GiveBack, now);
    if let Some(row) = state.tasks.get_mut(task) {
        row.task.ready_at = now.saturating_add((*delay_millis).max(0));
    }
    task_became(state, task, TaskState::Ready, now);
    FinishReply::Committed
}

/// What is said of a task whose worker was lost.
pub(crate) fn lost(worker: Option<&WorkerId>) -> Failure {
    let worker = worker.map_or("unknown", WorkerId::as_str);
    Failure::new(FailureKind::WorkerLost, format!("worker {worker} was lost"))
}

/// Takes a lease away from a lost worker: a failure without jitter.
pub(super) fn rescue(rules: &Rules, state: &mut State, id: &TaskId, now: Millis) {
    let Some(row) = state.tasks.get_mut(id) else { return };
    let (epoch, failure) = (row.task.epoch, lost(row.task.worker.as_ref()));
    if !rules.rescue_keeps_epoch {
        row.task.epoch -= 1;
    }
    close(state, id, epoch, AttemptOutcome::Lost, Some(&failure.message), ClosedBy::Queue, now);
    count_failure(state, id, &failure, 0, now);
}

/// The task of an attempt that just failed rests, or is over.
fn count_failure(state: &mut State, id: &TaskId, failure: &Failure, jitter_millis: Millis, now: Millis) {
    let Some(row) = state.tasks.get_mut(id) else { return };
    row.task.failures += 1;
    match next_try(failure, row.task.failures, jitter_millis, now) {
        Some(at) => {
            row.task.failure = Some(failure.clone());
            row.task.ready_at = at;
            row.ready_since = at;
            task_became(state, id, TaskState::Ready, now);
        }
        None => fail_for_good(state, id, failure, now),
    }
}

/// The task is over; a chunk may be kept as failed, anything else takes its job along.
pub(super) fn fail_for_good(state: &mut State, id: &TaskId, failure: &Failure, now: Millis) {
    let keeps = state.jobs.get(&id.job).is_some_and(|job| job.on_failed_chunk == OnFailedChunk::Keep);
    if id.kind == TaskKind::Run && keeps {
        fail_task(state, id, failure, now);
    } else {
        end_job_failed(state, id, failure, now);
    }
}

/// The task is over, and its job with it.
pub(super) fn end_job_failed(state: &mut State, id: &TaskId, failure: &Failure, now: Millis) {
    fail_task(state, id, failure, now);
    cancel_open_tasks(state, &id.job, "the job failed", now);
    if let Some(job) = state.jobs.get_mut(&id.job) {
        job.failure = Some(failure.clone());
        job.ended_at = Some(now);
    }
    job_became(state, &id.job, JobState::Failed, now);
}

fn fail_task(state: &mut State, id: &TaskId, failure: &Failure, now: Millis) {
    if let Some(row) = state.tasks.get_mut(id) {
        row.task.failure = Some(failure.clone());
    }
    task_became(state, id, TaskState::Failed, now);
}

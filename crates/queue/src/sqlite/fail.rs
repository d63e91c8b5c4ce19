//! Attempts that end without a result: failed, given back, lost.

use reel_types::{AttemptOutcome, Failure, JobState, Millis, TaskKind, TaskState};

use super::attempt::{Ending, close, late};
use super::cancel::cancel_open_tasks;
use super::event::{job_became, task_became};
use super::task::{HELD, Row, held};
use super::turn::Turn;
use super::word::to_json;
use crate::command::{FailTask, FinishReply, ReleaseTask};
use crate::error::QueueError;
use crate::machine::backoff::next_try;
use crate::machine::{ClosedBy, lost};

/// The task rests until `?3`.
pub(super) const REST: &str = "
    update tasks set failures = failures + 1, failure = ?2, ready_at = ?3, ready_since = ?3 where id = ?1";
const COUNT: &str = "update tasks set failures = failures + 1 where id = ?1";
const FAILED: &str = "update tasks set failure = ?2 where id = ?1";
const READY_AT: &str = "update tasks set ready_at = ?2 where id = ?1";
const ON_FAILED_CHUNK: &str = "select on_failed_chunk = 'keep' from jobs where id = ?1";
const JOB_FAILED: &str = "update jobs set failure = ?2, ended_at = ?3 where id = ?1";

pub(super) async fn fail(turn: &mut Turn, fail: &FailTask) -> Result<FinishReply, QueueError> {
    let FailTask { task, epoch, failure, jitter_millis } = fail;
    let Some(row) = held(turn, HELD, task, *epoch).await? else {
        return late(turn, task, *epoch, ClosedBy::Fail).await;
    };
    let reason = Some(failure.message.as_str());
    let ending = Ending { outcome: AttemptOutcome::Failed, reason, by: ClosedBy::Fail };
    close(turn, &row, *epoch, ending).await?;
    count_failure(turn, REST, &row, failure, *jitter_millis).await?;
    Ok(FinishReply::Committed)
}

pub(super) async fn give_back(turn: &mut Turn, release: &ReleaseTask) -> Result<FinishReply, QueueError> {
    let ReleaseTask { task, epoch, reason, delay_millis } = release;
    let Some(row) = held(turn, HELD, task, *epoch).await? else {
        return late(turn, task, *epoch, ClosedBy::GiveBack).await;
    };
    let ending = Ending { outcome: AttemptOutcome::Released, reason: Some(reason), by: ClosedBy::GiveBack };
    close(turn, &row, *epoch, ending).await?;
    let ready_at = turn.now.saturating_add((*delay_millis).max(0));
    sqlx::query(READY_AT).bind(row.id).bind(ready_at).execute(turn.on()).await?;
    task_became(turn, &row, TaskState::Ready).await?;
    Ok(FinishReply::Committed)
}

/// Takes a lease away from a lost worker: a failure without jitter.
pub(super) async fn rescue(turn: &mut Turn, row: &Row) -> Result<(), QueueError> {
    let failure = lost(row.worker.as_ref());
    let reason = Some(failure.message.as_str());
    let ending = Ending { outcome: AttemptOutcome::Lost, reason, by: ClosedBy::Queue };
    close(turn, row, row.epoch, ending).await?;
    count_failure(turn, turn.statements.rescue, row, &failure, 0).await
}

/// The task of an attempt that just failed rests, or is over.
async fn count_failure(
    turn: &mut Turn,
    rest: &'static str,
    row: &Row,
    failure: &Failure,
    jitter_millis: Millis,
) -> Result<(), QueueError> {
    match next_try(failure, row.failures + 1, jitter_millis, turn.now) {
        Some(at) => {
            sqlx::query(rest).bind(row.id).bind(to_json(failure)?).bind(at).execute(turn.on()).await?;
            task_became(turn, row, TaskState::Ready).await
        }
        None => {
            sqlx::query(COUNT).bind(row.id).execute(turn.on()).await?;
            fail_for_good(turn, row, failure).await
        }
    }
}

/// The task is over; a chunk may be kept as failed, anything else takes its job along.
pub(super) async fn fail_for_good(turn: &mut Turn, row: &Row, failure: &Failure) -> Result<(), QueueError> {
    let job = row.name.job.as_str();
    let keeps: bool = sqlx::query_scalar(ON_FAILED_CHUNK).bind(job).fetch_one(turn.on()).await?;
    if row.name.kind == TaskKind::Run && keeps {
        fail_task(turn, row, failure).await
    } else {
        end_job_failed(turn, row, failure).await
    }
}

/// The task is over, and its job with it.
pub(super) async fn end_job_failed(turn: &mut Turn, row: &Row, failure: &Failure) -> Result<(), QueueError> {
    let job = &row.name.job;
    fail_task(turn, row, failure).await?;
    cancel_open_tasks(turn, job, "the job failed").await?;
    let query = sqlx::query(JOB_FAILED).bind(job.as_str()).bind(to_json(failure)?).bind(turn.now);
    query.execute(turn.on()).await?;
    job_became(turn, job, JobState::Failed).await
}

async fn fail_task(turn: &mut Turn, row: &Row, failure: &Failure) -> Result<(), QueueError> {
    sqlx::query(FAILED).bind(row.id).bind(to_json(failure)?).execute(turn.on()).await?;
    task_became(turn, row, TaskState::Failed).await
}

//! State changes, each with its event.

use reel_types::{JobId, JobState, TaskState};

use super::outbox;
use super::task::Row;
use super::turn::Turn;
use super::word::{kind_number, signed};
use crate::error::QueueError;

const TASK_STATE: &str = "update tasks set state = ?2 where id = ?1";
const JOB_STATE: &str = "update jobs set state = ?2 where id = ?1 and state <> ?2";
const TASK_EVENT: &str = "
    insert into events (at, job, round, kind, idx, epoch, state) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const JOB_EVENT: &str = "insert into events (at, job, state) values (?1, ?2, ?3)";

/// Puts a task into a state and says so. The row's epoch is the one after the change.
pub(super) async fn task_became(turn: &mut Turn, row: &Row, state: TaskState) -> Result<(), QueueError> {
    sqlx::query(TASK_STATE).bind(row.id).bind(state.as_str()).execute(turn.on()).await?;
    task_event(turn, row, state).await
}

/// Says that a task is in a state.
pub(super) async fn task_event(turn: &mut Turn, row: &Row, state: TaskState) -> Result<(), QueueError> {
    sqlx::query(TASK_EVENT)
        .bind(turn.now)
        .bind(row.name.job.as_str())
        .bind(row.name.round)
        .bind(kind_number(row.name.kind))
        .bind(row.name.index)
        .bind(signed(row.epoch))
        .bind(state.as_str())
        .execute(turn.on())
        .await?;
    Ok(())
}

/// Puts a job into a state and says so, unless it is there already.
pub(super) async fn job_became(turn: &mut Turn, job: &JobId, state: JobState) -> Result<(), QueueError> {
    let changed = sqlx::query(JOB_STATE).bind(job.as_str()).bind(state.as_str()).execute(turn.on()).await?;
    if changed.rows_affected() > 0 {
        job_event(turn, job, state).await?;
    }
    Ok(())
}

/// Says that a job is in a state, here and to whoever wants to hear of it elsewhere. All else about the job is written
/// before.
pub(super) async fn job_event(turn: &mut Turn, job: &JobId, state: JobState) -> Result<(), QueueError> {
    sqlx::query(JOB_EVENT).bind(turn.now).bind(job.as_str()).bind(state.as_str()).execute(turn.on()).await?;
    outbox::tell(turn, job, state).await
}

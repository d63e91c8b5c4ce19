//! A job is stopped.

use reel_types::{JobId, JobState};

use super::event::job_became;
use super::turn::Turn;
use super::word::from_word;
use crate::error::QueueError;

const STATE: &str = "select state from jobs where id = ?1";
const ENDED: &str = "update jobs set ended_at = ?2 where id = ?1";

const CANCEL_EVENTS: &str = "
    insert into events (at, job, round, kind, idx, epoch, state)
    select ?2, job, round, kind, idx, epoch + 1, 'cancelled' from tasks
     where job = ?1 and state in ('waiting', 'ready', 'leased') order by round, kind, idx";
const CANCEL_ATTEMPTS: &str = "
    update attempts set outcome = 'cancelled', ended_at = ?2, reason = ?3, closed_by = 'queue'
     where outcome = 'running' and task in (select id from tasks where job = ?1 and state = 'leased')";
pub(super) const CANCEL_TASKS: &str = "
    update tasks set state = 'cancelled', epoch = epoch + 1, lease_until = null
     where job = ?1 and state in ('waiting', 'ready', 'leased')";

pub(super) async fn cancel(turn: &mut Turn, job: &JobId) -> Result<Option<JobState>, QueueError> {
    let state: Option<String> =
        sqlx::query_scalar(STATE).bind(job.as_str()).fetch_optional(turn.on()).await?;
    let Some(state) = state else { return Ok(None) };
    let state: JobState = from_word(&state)?;
    if state.is_terminal() {
        return Ok(Some(state));
    }
    sqlx::query(ENDED).bind(job.as_str()).bind(turn.now).execute(turn.on()).await?;
    cancel_open_tasks(turn, job, "the job was cancelled").await?;
    job_became(turn, job, JobState::Cancelled).await?;
    Ok(Some(JobState::Cancelled))
}

/// Ends all open tasks of a job that ends, and raises their epochs, so that nothing of it commits any more.
pub(super) async fn cancel_open_tasks(turn: &mut Turn, job: &JobId, why: &str) -> Result<(), QueueError> {
    let job = job.as_str();
    sqlx::query(CANCEL_EVENTS).bind(job).bind(turn.now).execute(turn.on()).await?;
    sqlx::query(CANCEL_ATTEMPTS).bind(job).bind(turn.now).bind(why).execute(turn.on()).await?;
    sqlx::query(turn.statements.cancel_tasks).bind(job).execute(turn.on()).await?;
    Ok(())
}

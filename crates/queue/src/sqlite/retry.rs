//! A job that ended is queued again, or forgotten.

use reel_types::{JobId, JobState, Millis, TaskKind, TaskState};

use super::event::{job_became, task_became};
use super::task::{Row, columns};
use super::turn::Turn;
use super::word::from_word;
use crate::command::RetryReply;
use crate::error::QueueError;
use sqlx::Row as _;

const STATE: &str = "select state, round from jobs where id = ?1";
const REOPEN: &str = "update jobs set failure = null, ended_at = null where id = ?1";
/// In order of the index, so that a chunk sees whether the one it waits for was queued again.
const ENDED_BADLY: &str = concat!(
    "select ",
    columns!(),
    " from tasks t where t.job = ?1 and (t.round = ?2 or t.kind = 0) and t.state in ('failed', 'cancelled')
     order by t.round, t.kind, t.idx"
);
const ANEW: &str = "
    update tasks set failures = 0, failure = null, ready_at = ?2, ready_since = ?2 where id = ?1";
/// Whether the chunk that this one waits for is open.
const WAITS: &str = "
    select exists (select 1 from tasks t join tasks n
                on n.job = t.job and n.round = t.round and n.kind = 1 and n.idx = t.after
             where t.id = ?1 and n.state in ('waiting', 'ready', 'leased'))";
const REFRESH: &str = "
    update tasks set failures = 0 where job = ?1 and state in ('waiting', 'ready', 'leased')";
const ENDED: &str = "select id from jobs where ended_at < ?1 order by ended_at, id limit ?2";
const FORGET: &str = "delete from jobs where id = ?1 and state in ('completed', 'failed', 'cancelled')";

pub(super) async fn retry(turn: &mut Turn, job: &JobId) -> Result<RetryReply, QueueError> {
    let Some(found) = sqlx::query(STATE).bind(job.as_str()).fetch_optional(turn.on()).await? else {
        return Ok(RetryReply::NotFound);
    };
    match from_word(found.try_get(0)?)? {
        JobState::Completed => Ok(RetryReply::Completed),
        JobState::Failed | JobState::Cancelled => {
            sqlx::query(REOPEN).bind(job.as_str()).execute(turn.on()).await?;
            requeue_tasks(turn, job, found.try_get(1)?).await?;
            job_became(turn, job, JobState::Queued).await?;
            Ok(RetryReply::Requeued)
        }
        _ => {
            sqlx::query(REFRESH).bind(job.as_str()).execute(turn.on()).await?;
            Ok(RetryReply::Refreshed)
        }
    }
}

/// What failed or was cancelled in the current round begins anew; what was committed stays.
async fn requeue_tasks(turn: &mut Turn, job: &JobId, round: u32) -> Result<(), QueueError> {
    let rows = sqlx::query(ENDED_BADLY).bind(job.as_str()).bind(round).fetch_all(turn.on()).await?;
    for row in rows.iter().map(Row::read) {
        let row = row?;
        let waits = match row.name.kind {
            TaskKind::Plan => false,
            TaskKind::Run => sqlx::query_scalar(WAITS).bind(row.id).fetch_one(turn.on()).await?,
            TaskKind::Assemble => true,
        };
        sqlx::query(ANEW).bind(row.id).bind(turn.now).execute(turn.on()).await?;
        task_became(turn, &row, if waits { TaskState::Waiting } else { TaskState::Ready }).await?;
    }
    Ok(())
}

/// Forgets the jobs that ended first.
pub(super) async fn prune(
    turn: &mut Turn,
    ended_before: Millis,
    limit: u32,
) -> Result<Vec<JobId>, QueueError> {
    let ended = sqlx::query_scalar(ENDED).bind(ended_before).bind(limit).fetch_all(turn.on()).await?;
    let jobs: Vec<JobId> = ended.into_iter().map(|id: String| JobId::new(id)).collect();
    for job in &jobs {
        forget(turn, job).await?;
    }
    Ok(jobs)
}

/// Tasks, attempts, outputs and events go with their job.
pub(super) async fn forget(turn: &mut Turn, job: &JobId) -> Result<bool, QueueError> {
    Ok(sqlx::query(FORGET).bind(job.as_str()).execute(turn.on()).await?.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn what_ended_first_is_found_at_the_start_of_an_index() {
        let plan = plan(ENDED).await;
        assert_eq!(plan, ["SEARCH jobs USING COVERING INDEX jobs_ended (ended_at<?)"]);
    }
}

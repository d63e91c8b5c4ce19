//! What waits becomes ready when what it waits for has ended.

use reel_types::{JobId, TaskId, TaskState};

use super::event::task_became;
use super::task::{Row, columns};
use super::turn::Turn;
use crate::error::QueueError;

/// Waiting tasks (of job `?1`, or of all when null) for which nothing is open: an assemble waits for the chunks of its
/// round, a chunk with `after` for that one.
pub(super) const DUE: &str = concat!(
    "select ",
    columns!(),
    " from tasks t join jobs j on j.id = t.job
     where t.state = 'waiting' and (?1 is null or t.job = ?1)
       and j.state not in ('completed', 'failed', 'cancelled')
       and not exists (
           select 1 from tasks n
            where n.job = t.job and n.round = t.round and n.kind = 1 and n.state in ('waiting', 'ready', 'leased')
              and (t.kind = 2 or n.idx = t.after))
     order by t.job, t.round, t.kind, t.idx limit ?2"
);

const READY: &str = "update tasks set ready_at = ?2, ready_since = ?2 where id = ?1";

/// Releases tasks of one job or of all, at most `limit` (-1: no bound), in order; returns which.
pub(super) async fn release(
    turn: &mut Turn,
    job: Option<&JobId>,
    limit: i64,
) -> Result<Vec<TaskId>, QueueError> {
    let query = sqlx::query(turn.statements.due).bind(job.map(JobId::as_str)).bind(limit);
    let due: Vec<Row> = query.fetch_all(turn.on()).await?.iter().map(Row::read).collect::<Result<_, _>>()?;
    for row in &due {
        sqlx::query(READY).bind(row.id).bind(turn.now).execute(turn.on()).await?;
        task_became(turn, row, TaskState::Ready).await?;
    }
    Ok(due.into_iter().map(|row| row.name).collect())
}

//! What waits becomes ready when what it waits for has ended.

use reel_types::{JobId, TaskId, TaskState};

use super::event::task_became;
use super::task::{Row, columns};
use super::turn::Turn;
use crate::error::QueueError;

/// Waiting tasks for which nothing is open: an assemble waits for the chunks of its round, a chunk with `after` for
/// that one. `?1` is a job, or bounds nothing.
macro_rules! due {
    ($of:literal) => {
        concat!(
            "select ",
            columns!(),
            " from tasks t indexed by tasks_waiting join jobs j on j.id = t.job
             where t.state = 'waiting' and ",
            $of,
            " and j.state not in ('completed', 'failed', 'cancelled')
               and not exists (
                   select 1 from tasks n
                    where n.job = t.job and n.round = t.round and n.kind = 1
                      and n.state in ('waiting', 'ready', 'leased') and (t.kind = 2 or n.idx = t.after))
             order by t.job, t.round, t.kind, t.idx limit ?2"
        )
    };
}

pub(super) const DUE_OF_JOB: &str = due!("t.job = ?1");
pub(super) const DUE_OF_ALL: &str = due!("?1 is null");

const READY: &str = "update tasks set ready_at = ?2, ready_since = ?2 where id = ?1";

/// Releases tasks of one job or of all, at most `limit` (-1: no bound), in order; returns which.
pub(super) async fn release(
    turn: &mut Turn,
    job: Option<&JobId>,
    limit: i64,
) -> Result<Vec<TaskId>, QueueError> {
    let statement = if job.is_some() { turn.statements.due_of_job } else { turn.statements.due_of_all };
    let query = sqlx::query(statement).bind(job.map(JobId::as_str)).bind(limit);
    let due: Vec<Row> = query.fetch_all(turn.on()).await?.iter().map(Row::read).collect::<Result<_, _>>()?;
    for row in &due {
        sqlx::query(READY).bind(row.id).bind(turn.now).execute(turn.on()).await?;
        task_became(turn, row, TaskState::Ready).await?;
    }
    Ok(due.into_iter().map(|row| row.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn a_release_looks_at_waiting_tasks_alone() {
        for (statement, way) in [
            (DUE_OF_JOB, "SEARCH t USING INDEX tasks_waiting (job=?)"),
            (DUE_OF_ALL, "SCAN t USING INDEX tasks_waiting"),
        ] {
            let plan = plan(statement).await;
            assert!(plan.iter().any(|line| line == way), "{plan:#?}");
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE") || line == "SCAN n"), "{plan:#?}");
        }
    }
}

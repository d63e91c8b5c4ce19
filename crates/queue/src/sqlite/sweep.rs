//! What time itself does: leases end, workers are gone, work finds nobody.

use reel_types::{Epoch, TaskId, WorkerId};

use super::fail::{fail_for_good, rescue};
use super::release::release;
use super::task::{Row, columns};
use super::turn::Turn;
use crate::command::{IDEMPOTENCY_MILLIS, NO_WORKER_MILLIS, SWEEP_MAX, Swept, WORKER_FORGOTTEN_MILLIS};
use crate::error::QueueError;
use crate::machine::no_worker;

const EXPIRED: &str = concat!(
    "select ",
    columns!(),
    " from tasks t indexed by tasks_leased where t.state = 'leased' and t.lease_until < ?1
     order by t.job, t.round, t.kind, t.idx limit ?2"
);
const HELD_BY: &str = concat!(
    "select ",
    columns!(),
    " from tasks t indexed by tasks_leased where t.state = 'leased' and t.worker = ?1 order by t.job, t.round, t.kind, t.idx"
);
const GPU_SEEN: &str = "select exists (select 1 from workers where gpu and seen_at > ?1)";
const UNSERVED: &str = concat!(
    "select ",
    columns!(),
    " from tasks t indexed by tasks_ready_gpu where t.state = 'ready' and t.class = 'gpu' and t.ready_since <= ?1
     order by t.job, t.round, t.kind, t.idx limit ?2"
);
/// A task that an earlier one in the same list took along with their job is in another state by now.
const IS_STILL: &str = "select exists (select 1 from tasks where id = ?1 and state = ?2)";
const GONE: &str = "update workers set gone = 1 where id = ?1";
const FORGET_REQUESTS: &str = "
    delete from idempotency where (tenant, key) in
           (select tenant, key from idempotency where at <= ?1 order by at, tenant, key limit ?2)";
const FORGET: &str = "delete from workers where seen_at <= ?1";

/// Rescues, then fails what nobody can take, then releases: so that one sweep is enough for what those two ended.
pub(super) async fn sweep(turn: &mut Turn) -> Result<Swept, QueueError> {
    let limit = SWEEP_MAX as i64;
    let expired = sqlx::query(EXPIRED).bind(turn.now).bind(limit).fetch_all(turn.on()).await?;
    let expired: Vec<Row> = expired.iter().map(Row::read).collect::<Result<_, _>>()?;
    let rescued = rescue_each(turn, &expired).await?;
    let unserved = fail_unserved(turn, limit).await?;
    let released = release(turn, None, limit).await?;
    sqlx::query(FORGET_REQUESTS).bind(turn.now - IDEMPOTENCY_MILLIS).bind(limit).execute(turn.on()).await?;
    sqlx::query(FORGET).bind(turn.now - WORKER_FORGOTTEN_MILLIS).execute(turn.on()).await?;
    Ok(Swept { rescued, released, unserved })
}

/// Takes back all leases of a worker that is known to be dead; returns how many.
pub(super) async fn worker_gone(turn: &mut Turn, worker: &WorkerId) -> Result<u32, QueueError> {
    sqlx::query(GONE).bind(worker.as_str()).execute(turn.on()).await?;
    let held = sqlx::query(HELD_BY).bind(worker.as_str()).fetch_all(turn.on()).await?;
    let held: Vec<Row> = held.iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(rescue_each(turn, &held).await?.len() as u32)
}

async fn rescue_each(turn: &mut Turn, rows: &[Row]) -> Result<Vec<(TaskId, Epoch)>, QueueError> {
    let mut rescued = Vec::new();
    for row in rows {
        if is_still(turn, row, "leased").await? {
            rescue(turn, row).await?;
            rescued.push((row.name.clone(), row.epoch));
        }
    }
    Ok(rescued)
}

/// Fails `Gpu` work that was ready for so long, while no GPU worker was heard of for as long.
async fn fail_unserved(turn: &mut Turn, limit: i64) -> Result<Vec<TaskId>, QueueError> {
    let long_ago = turn.now - NO_WORKER_MILLIS;
    let seen: bool = sqlx::query_scalar(GPU_SEEN).bind(long_ago).fetch_one(turn.on()).await?;
    if seen {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(UNSERVED).bind(long_ago).bind(limit).fetch_all(turn.on()).await?;
    let rows: Vec<Row> = rows.iter().map(Row::read).collect::<Result<_, _>>()?;
    let mut unserved = Vec::new();
    for row in rows {
        if is_still(turn, &row, "ready").await? {
            fail_for_good(turn, &row, &no_worker()).await?;
            unserved.push(row.name);
        }
    }
    Ok(unserved)
}

async fn is_still(turn: &mut Turn, row: &Row, state: &str) -> Result<bool, QueueError> {
    Ok(sqlx::query_scalar(IS_STILL).bind(row.id).bind(state).fetch_one(turn.on()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn a_sweep_looks_at_what_is_leased_or_waits_for_a_gpu_alone() {
        for (statement, way) in [
            (EXPIRED, "SCAN t USING INDEX tasks_leased"),
            (HELD_BY, "SCAN t USING INDEX tasks_leased"),
            (UNSERVED, "SCAN t USING INDEX tasks_ready_gpu"),
        ] {
            let plan = plan(statement).await;
            assert!(plan.iter().any(|line| line.starts_with(way)), "{plan:#?}");
        }
    }
}

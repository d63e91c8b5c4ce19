//! Workers: heard of, listed, wanted to end.

use reel_types::{Millis, TaskId, WorkerId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::open::Pool;
use super::task;
use super::turn::Turn;
use crate::command::WorkerInfo;
use crate::error::QueueError;
use crate::machine::WorkerRow;

const ROW: &str = "select gpu, gone, seen_at, draining from workers where id = ?1";
const SAW: &str = "
    insert into workers (id, gpu, gone, seen_at) values (?1, ?2, 0, ?3)
        on conflict (id) do update set gpu = excluded.gpu, gone = 0, seen_at = excluded.seen_at";
const DRAIN: &str = "update workers set draining = 1 where id = ?1";
const ALL: &str = "select gpu, gone, seen_at, draining, id from workers order by id";
/// With those who hold them; the few leased tasks alone are looked at.
const LEASES: &str = "
    select job, round, kind, idx, worker from tasks indexed by tasks_leased where state = 'leased'
     order by job, round, kind, idx";

/// What is known of a worker.
pub(super) async fn known(turn: &mut Turn, worker: &WorkerId) -> Result<Option<WorkerRow>, QueueError> {
    let found = sqlx::query(ROW).bind(worker.as_str()).fetch_optional(turn.on()).await?;
    found.as_ref().map(|found| row(found, 0)).transpose()
}

/// From four columns, the first one at `first`; `gpu` must not be null.
pub(super) fn row(row: &SqliteRow, first: usize) -> Result<WorkerRow, QueueError> {
    Ok(WorkerRow {
        gpu: row.try_get(first)?,
        gone: row.try_get(first + 1)?,
        seen_at: row.try_get(first + 2)?,
        draining: row.try_get(first + 3)?,
    })
}

/// Writes down that a worker was heard of.
pub(super) async fn saw(turn: &mut Turn, worker: &WorkerId, row: WorkerRow) -> Result<(), QueueError> {
    let seen_at: Millis = row.seen_at;
    sqlx::query(SAW).bind(worker.as_str()).bind(row.gpu).bind(seen_at).execute(turn.on()).await?;
    Ok(())
}

pub(super) async fn drain(turn: &mut Turn, worker: &WorkerId) -> Result<bool, QueueError> {
    Ok(sqlx::query(DRAIN).bind(worker.as_str()).execute(turn.on()).await?.rows_affected() > 0)
}

/// Both statements see one moment.
pub(super) async fn find_workers(readers: &Pool) -> Result<Vec<WorkerInfo>, QueueError> {
    let mut reading = readers.begin().await?;
    let rows = sqlx::query(ALL).fetch_all(&mut *reading).await?;
    let leases = sqlx::query(LEASES).fetch_all(&mut *reading).await?;
    drop(reading);
    let mut workers: Vec<WorkerInfo> = rows.iter().map(info).collect::<Result<_, _>>()?;
    for lease in &leases {
        let holder: Option<&str> = lease.try_get(4)?;
        let place = workers.binary_search_by(|worker| Some(worker.id.as_str()).cmp(&holder));
        if let Some(worker) = place.ok().and_then(|place| workers.get_mut(place)) {
            let task: TaskId = task::name(lease, 0)?;
            worker.leases.push(task);
        }
    }
    Ok(workers)
}

fn info(found: &SqliteRow) -> Result<WorkerInfo, QueueError> {
    let WorkerRow { gpu, gone, seen_at, draining } = row(found, 0)?;
    let id = WorkerId::new(found.try_get::<String, _>(4)?);
    Ok(WorkerInfo { id, gpu, seen_at, gone, draining, leases: Vec::new() })
}

//! Everything in the file, as the step machine would have it; for the contract suite.

use reel_types::{ClaimId, JobId, Millis, TenantId, WorkerId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::read::{self, job_columns, outputs_json, task_columns};
use super::{SqliteQueue, Statements, clock, share, worker};
use crate::contract::{Dump, Subject};
use crate::error::QueueError;
use crate::machine::{AttemptRow, ClosedBy, IdempotencyRow, TaskRow, TenantRow, WorkerRow};
use crate::queue::Queue;

const JOBS: &str = concat!("select ", job_columns!(), " from jobs j order by j.id");
const TASKS: &str = concat!(
    "select ",
    task_columns!(),
    ", t.ready_since from tasks t order by t.job, t.round, t.kind, t.idx"
);
const ATTEMPTS: &str = "
    select t.job, t.round, t.kind, t.idx, a.epoch, a.worker, a.started_at, a.ended_at, a.outcome, a.reason,
           a.claim, a.on_gpu, a.closed_by
      from attempts a join tasks t on t.id = a.task order by t.job, t.round, t.kind, t.idx, a.epoch";
const WORKERS: &str = "select gpu, gone, seen_at, draining, id from workers order by id";
const TENANTS: &str = "select id, running_max, paused, served_at from tenants order by id";
const REQUESTS: &str = "select tenant, key, request_sha256, job, at from idempotency order by tenant, key";
const EVENTS: &str = "select job, round, kind, idx, seq, at, epoch, state from events order by seq";
const CLEAR: &str = "
    delete from jobs; delete from workers; delete from tenants; update gate set paused = 0; delete from sqlite_sequence where name = 'events'";

impl SqliteQueue {
    /// The same file under other statements.
    pub(crate) fn with_statements(&self, statements: &'static Statements) -> Self {
        Self { statements, ..self.clone() }
    }
}

impl Subject for SqliteQueue {
    fn queue(&self) -> &dyn Queue {
        self
    }

    async fn set_now(&self, now: Millis) -> Result<(), QueueError> {
        sqlx::query(clock::SET).bind(now).execute(&self.writer).await?;
        Ok(())
    }

    async fn dump(&self) -> Result<Dump, QueueError> {
        let mut reader = self.readers.acquire().await?;
        let jobs = sqlx::query(JOBS).fetch_all(&mut *reader).await?;
        let tasks = sqlx::query(TASKS).fetch_all(&mut *reader).await?;
        let attempts = sqlx::query(ATTEMPTS).fetch_all(&mut *reader).await?;
        let workers = sqlx::query(WORKERS).fetch_all(&mut *reader).await?;
        let tenants = sqlx::query(TENANTS).fetch_all(&mut *reader).await?;
        let requests = sqlx::query(REQUESTS).fetch_all(&mut *reader).await?;
        let paused = sqlx::query_scalar(share::PAUSED).fetch_one(&mut *reader).await?;
        let events = sqlx::query(EVENTS).fetch_all(&mut *reader).await?;
        Ok(Dump {
            jobs: jobs.iter().map(read::job).collect::<Result<_, _>>()?,
            tasks: tasks.iter().map(task_row).collect::<Result<_, _>>()?,
            attempts: attempts.iter().map(attempt_row).collect::<Result<_, _>>()?,
            workers: workers.iter().map(worker_row).collect::<Result<_, _>>()?,
            tenants: tenants.iter().map(tenant_row).collect::<Result<_, _>>()?,
            idempotency: requests.iter().map(request_row).collect::<Result<_, _>>()?,
            paused,
            events: events.iter().map(read::event).collect::<Result<_, _>>()?,
        })
    }

    async fn clear(&self) -> Result<(), QueueError> {
        sqlx::raw_sql(CLEAR).execute(&self.writer).await?;
        Ok(())
    }
}

fn task_row(row: &SqliteRow) -> Result<TaskRow, QueueError> {
    Ok(TaskRow { task: read::task(row)?, ready_since: row.try_get("ready_since")? })
}

fn attempt_row(row: &SqliteRow) -> Result<AttemptRow, QueueError> {
    let closed_by = match row.try_get::<Option<&str>, _>("closed_by")? {
        None => None,
        Some("finish") => Some(ClosedBy::Finish),
        Some("fail") => Some(ClosedBy::Fail),
        Some("give_back") => Some(ClosedBy::GiveBack),
        Some("queue") => Some(ClosedBy::Queue),
        Some(other) => return Err(QueueError::Corrupt(format!("nothing is closed by {other}"))),
    };
    Ok(AttemptRow {
        attempt: read::attempt(row)?,
        claim: ClaimId::new(row.try_get::<String, _>("claim")?),
        on_gpu: row.try_get("on_gpu")?,
        closed_by,
    })
}

fn tenant_row(row: &SqliteRow) -> Result<(TenantId, TenantRow), QueueError> {
    let id = TenantId::new(row.try_get::<String, _>("id")?);
    let running_max = row.try_get("running_max")?;
    Ok((id, TenantRow { running_max, paused: row.try_get("paused")?, served_at: row.try_get("served_at")? }))
}

fn request_row(row: &SqliteRow) -> Result<((TenantId, String), IdempotencyRow), QueueError> {
    let tenant = TenantId::new(row.try_get::<String, _>("tenant")?);
    let job = JobId::new(row.try_get::<String, _>("job")?);
    let found =
        IdempotencyRow { request_sha256: row.try_get("request_sha256")?, job, at: row.try_get("at")? };
    Ok(((tenant, row.try_get("key")?), found))
}

fn worker_row(row: &SqliteRow) -> Result<(WorkerId, WorkerRow), QueueError> {
    let id = WorkerId::new(row.try_get::<String, _>("id")?);
    Ok((id, worker::row(row, 0)?))
}

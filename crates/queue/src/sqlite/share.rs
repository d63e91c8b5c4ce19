//! Who comes first, and who may come at all: what a person says of a job, a tenant or the whole queue.

use reel_types::{JobId, TenantId};
use sqlx::Row as _;

use super::open::Pool;
use super::turn::Turn;
use super::word::from_word;
use crate::command::{QueueLoad, TenantInfo};
use crate::error::QueueError;

const JOB: &str = "update jobs set priority = ?2 where id = ?1";
/// What is done never comes back to ready.
const TASKS: &str = "update tasks set priority = ?2 where job = ?1 and state <> 'done'";
const PAUSE_ALL: &str = "update gate set paused = ?1";
const PAUSE: &str = "
    insert into tenants (id, paused) values (?1, ?2) on conflict (id) do update set paused = excluded.paused";
const LIMIT: &str = "
    insert into tenants (id, running_max) values (?1, ?2)
        on conflict (id) do update set running_max = excluded.running_max";
const KNOWN: &str = "insert into tenants (id) values (?1) on conflict (id) do nothing";
const SERVED: &str = "update tenants set served_at = ?2 where id = ?1";
/// Whether the whole queue rests.
pub(super) const PAUSED: &str = "select paused from gate";
const TENANTS: &str = "
    select s.id, s.running_max, s.paused,
           (select count(*) from tasks t where t.state = 'leased' and t.tenant = s.id)
      from tenants s order by s.id";

/// Read from an index alone.
const LOAD_JOBS: &str = "select state, count(*) from jobs group by state";
const LOAD_TASKS: &str = "
    select (select count(*) from tasks where state = 'ready'),
           (select count(*) from tasks where state = 'leased'),
           (select min(ready_since) from tasks where state = 'ready')";

/// What the last round put together, of jobs without a source on this machine.
const RESULT_BYTES: &str = "
    select coalesce(sum(o.size_bytes), 0)
      from jobs j join tasks t on t.job = j.id and t.round = j.round and t.kind = 2 and t.idx = 0
           join outputs o on o.task = t.id
     where j.tenant = ?1 and j.state = 'completed'
       and not exists (select 1 from json_each(j.sources) where value ->> '$.type' = 'local')";

pub(super) async fn reprioritize(turn: &mut Turn, job: &JobId, priority: i32) -> Result<bool, QueueError> {
    let found = sqlx::query(JOB).bind(job.as_str()).bind(priority).execute(turn.on()).await?;
    sqlx::query(TASKS).bind(job.as_str()).bind(priority).execute(turn.on()).await?;
    Ok(found.rows_affected() > 0)
}

pub(super) async fn pause(
    turn: &mut Turn,
    tenant: Option<&TenantId>,
    paused: bool,
) -> Result<(), QueueError> {
    let query = match tenant {
        Some(tenant) => sqlx::query(PAUSE).bind(tenant.as_str()).bind(paused),
        None => sqlx::query(PAUSE_ALL).bind(paused),
    };
    query.execute(turn.on()).await?;
    Ok(())
}

pub(super) async fn limit(turn: &mut Turn, tenant: &TenantId, running_max: u32) -> Result<(), QueueError> {
    sqlx::query(LIMIT).bind(tenant.as_str()).bind(running_max).execute(turn.on()).await?;
    Ok(())
}

/// A tenant has a job.
pub(super) async fn known(turn: &mut Turn, tenant: &TenantId) -> Result<(), QueueError> {
    sqlx::query(KNOWN).bind(tenant.as_str()).execute(turn.on()).await?;
    Ok(())
}

/// A tenant got a task.
pub(super) async fn served(turn: &mut Turn, tenant: &str) -> Result<(), QueueError> {
    sqlx::query(SERVED).bind(tenant).bind(turn.now).execute(turn.on()).await?;
    Ok(())
}

pub(super) async fn is_paused(readers: &Pool) -> Result<bool, QueueError> {
    Ok(sqlx::query_scalar(PAUSED).fetch_one(readers).await?)
}

pub(super) async fn find_load(readers: &Pool) -> Result<QueueLoad, QueueError> {
    let mut load = QueueLoad::default();
    for row in sqlx::query(LOAD_JOBS).fetch_all(readers).await? {
        let count: i64 = row.try_get(1)?;
        load.jobs.insert(from_word(row.try_get(0)?)?, count as u64);
    }
    let tasks = sqlx::query(LOAD_TASKS).fetch_one(readers).await?;
    let count = |column: usize| Ok::<_, sqlx::Error>(tasks.try_get::<i64, _>(column)? as u64);
    (load.ready, load.leased, load.ready_since) = (count(0)?, count(1)?, tasks.try_get(2)?);
    Ok(load)
}

pub(super) async fn find_result_bytes(readers: &Pool, tenant: &TenantId) -> Result<u64, QueueError> {
    let bytes: i64 = sqlx::query_scalar(RESULT_BYTES).bind(tenant.as_str()).fetch_one(readers).await?;
    Ok(bytes.max(0) as u64)
}

pub(super) async fn find_tenants(readers: &Pool) -> Result<Vec<TenantInfo>, QueueError> {
    let rows = sqlx::query(TENANTS).fetch_all(readers).await?;
    let info = |row: &sqlx::sqlite::SqliteRow| {
        Ok(TenantInfo {
            id: TenantId::new(row.try_get::<String, _>(0)?),
            running_max: row.try_get(1)?,
            paused: row.try_get(2)?,
            leased: row.try_get(3)?,
        })
    };
    rows.iter().map(info).collect()
}

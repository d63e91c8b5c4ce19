//! From rows to what everybody sees.

use reel_types::{
    Attempt, ChunkSpec, Epoch, Event, EventKind, Failure, Job, JobId, JobKey, Millis, Progress, Task, TaskId,
    TenantId, WorkerId,
};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::open::Pool;
use super::task::name;
use super::word::{from_json, from_word, to_json};
use crate::error::QueueError;
use crate::queue::JobFilter;

/// The outputs of task `t` as JSON, in one statement with the rest: a read sees one moment.
macro_rules! outputs_json {
    ($of:literal) => {
        concat!(
            "(select json_group_array(json_object('name', o.name, 'key', o.key, 'size_bytes', o.size_bytes,
                     'sha256', o.sha256, 'mime', o.mime) order by o.position) from outputs o where o.task = ",
            $of,
            ")"
        )
    };
}

/// What [`task`] needs from a statement on tasks.
macro_rules! task_columns {
    () => {
        concat!(
            "t.job, t.round, t.kind, t.idx, t.state, t.chunk, t.class, t.threads, t.memory_bytes, t.cost, t.after,
             t.epoch, t.failures, t.ready_at, t.worker, t.lease_until, t.progress_done, t.progress_total, t.progress_stage,
             t.progress_at, t.failure, ",
            $crate::sqlite::read::outputs_json!("t.id"),
            " as outputs"
        )
    };
}

/// What [`job`] needs from a statement on jobs.
macro_rules! job_columns {
    () => {
        concat!(
            "j.id, j.tenant, j.key, j.pipeline, j.version, j.params, j.sources, j.priority, j.state, j.round, j.rounds_max,
             j.on_failed_chunk, j.created_at, j.ended_at, j.metadata, j.gaps, j.failure, ",
            outputs_json!(
                "(select t.id from tasks t where j.state = 'completed'
                     and t.job = j.id and t.round = j.round and t.kind = 2 and t.idx = 0)"
            ),
            " as outputs"
        )
    };
}
/// What every list of jobs has in common, once an index has led to its start. `?3` states, or null for any.
macro_rules! job_filter {
    () => {
        "(?3 is null or j.state in (select value from json_each(?3)))
         and (?4 is null or substr(j.id, 1, length(?4)) = ?4)
         order by j.created_at desc, j.id desc limit ?5"
    };
}
#[cfg(feature = "contract")]
pub(super) use job_columns;
pub(super) use {outputs_json, task_columns};

/// One job, by its id.
pub(super) const JOB: &str = concat!("select ", job_columns!(), " from jobs j where j.id = ?1");
const JOBS: &str = concat!(
    "select ",
    job_columns!(),
    " from jobs j where (j.created_at, j.id) < (?1, ?2) and ",
    job_filter!()
);
const JOBS_OF_TENANT: &str = concat!(
    "select ",
    job_columns!(),
    " from jobs j where j.tenant = ?6 and (j.created_at, j.id) < (?1, ?2) and ",
    job_filter!()
);
const JOBS_OF_KEY: &str = concat!(
    "select ",
    job_columns!(),
    " from jobs j where j.key = ?7 and (?6 is null or j.tenant = ?6) and (j.created_at, j.id) < (?1, ?2) and ",
    job_filter!()
);
const TASKS: &str =
    concat!("select ", task_columns!(), " from tasks t where t.job = ?1 order by t.round, t.kind, t.idx");
const ATTEMPTS: &str = "
    select t.job, t.round, t.kind, t.idx, a.epoch, a.worker, a.started_at, a.ended_at, a.outcome, a.reason
      from attempts a join tasks t on t.id = a.task
     where t.job = ?1 order by t.round, t.kind, t.idx, a.epoch";
const EVENTS: &str = "
    select job, round, kind, idx, seq, at, epoch, state from events where seq > ?1 order by seq limit ?2";
const EVENTS_OF_JOB: &str = "
    select job, round, kind, idx, seq, at, epoch, state from events
     where job = ?3 and seq > ?1 order by seq limit ?2";

pub(super) async fn find_job(readers: &Pool, id: &JobId) -> Result<Option<Job>, QueueError> {
    let row = sqlx::query(JOB).bind(id.as_str()).fetch_optional(readers).await?;
    row.as_ref().map(job).transpose()
}

pub(super) async fn find_jobs(readers: &Pool, filter: &JobFilter) -> Result<Vec<Job>, QueueError> {
    let limit = if filter.limit == 0 { -1 } else { i64::from(filter.limit) };
    let statement = match filter {
        JobFilter { key: Some(_), .. } => JOBS_OF_KEY,
        JobFilter { tenant: Some(_), .. } => JOBS_OF_TENANT,
        _ => JOBS,
    };
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let states = if states.is_empty() { None } else { Some(to_json(&states)?) };
    let before = filter.before.as_ref();
    let mut query = sqlx::query(statement)
        .bind(before.map_or(Millis::MAX, |(at, _)| *at))
        .bind(before.map_or("", |(_, id)| id.as_str()))
        .bind(states)
        .bind(filter.id_prefix.as_deref())
        .bind(limit);
    if filter.key.is_some() || filter.tenant.is_some() {
        query = query.bind(filter.tenant.as_ref().map(TenantId::as_str));
    }
    if let Some(key) = &filter.key {
        query = query.bind(key.as_str());
    }
    query.fetch_all(readers).await?.iter().map(job).collect()
}

pub(super) async fn find_tasks(readers: &Pool, job: &JobId) -> Result<Vec<Task>, QueueError> {
    sqlx::query(TASKS).bind(job.as_str()).fetch_all(readers).await?.iter().map(task).collect()
}

pub(super) async fn find_attempts(readers: &Pool, job: &JobId) -> Result<Vec<Attempt>, QueueError> {
    sqlx::query(ATTEMPTS).bind(job.as_str()).fetch_all(readers).await?.iter().map(attempt).collect()
}

pub(super) async fn find_events(
    readers: &Pool,
    job: Option<&JobId>,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<Event>, QueueError> {
    let statement = if job.is_some() { EVENTS_OF_JOB } else { EVENTS };
    let mut query = sqlx::query(statement).bind(super::word::signed(after_seq)).bind(limit);
    if let Some(job) = job {
        query = query.bind(job.as_str());
    }
    query.fetch_all(readers).await?.iter().map(event).collect()
}

pub(super) fn job(row: &SqliteRow) -> Result<Job, QueueError> {
    Ok(Job {
        id: JobId::new(row.try_get::<String, _>("id")?),
        tenant: TenantId::new(row.try_get::<String, _>("tenant")?),
        key: JobKey::new(row.try_get::<String, _>("key")?),
        pipeline: row.try_get("pipeline")?,
        version: row.try_get("version")?,
        params: from_json(row.try_get("params")?)?,
        sources: from_json(row.try_get("sources")?)?,
        priority: row.try_get("priority")?,
        state: from_word(row.try_get("state")?)?,
        round: row.try_get("round")?,
        rounds_max: row.try_get("rounds_max")?,
        on_failed_chunk: from_word(row.try_get("on_failed_chunk")?)?,
        created_at: row.try_get("created_at")?,
        ended_at: row.try_get("ended_at")?,
        outputs: from_json(row.try_get("outputs")?)?,
        metadata: from_json(row.try_get("metadata")?)?,
        gaps: from_json(row.try_get("gaps")?)?,
        failure: failure(row)?,
    })
}

pub(super) fn task(row: &SqliteRow) -> Result<Task, QueueError> {
    let spec = ChunkSpec {
        chunk: from_json(row.try_get("chunk")?)?,
        class: from_word(row.try_get("class")?)?,
        threads: row.try_get("threads")?,
        memory_bytes: unsigned(row, "memory_bytes")?,
        cost: unsigned(row, "cost")?,
        after: row.try_get("after")?,
    };
    Ok(Task {
        id: name(row, 0)?,
        state: from_word(row.try_get("state")?)?,
        spec,
        epoch: unsigned(row, "epoch")?,
        failures: row.try_get("failures")?,
        ready_at: row.try_get("ready_at")?,
        worker: row.try_get::<Option<String>, _>("worker")?.map(WorkerId::new),
        lease_until: row.try_get("lease_until")?,
        progress: Progress {
            done: unsigned(row, "progress_done")?,
            total: unsigned(row, "progress_total")?,
            stage: row.try_get::<Option<&str>, _>("progress_stage")?.map(from_word).transpose()?,
        },
        progress_at: row.try_get("progress_at")?,
        outputs: from_json(row.try_get("outputs")?)?,
        failure: failure(row)?,
    })
}

pub(super) fn attempt(row: &SqliteRow) -> Result<Attempt, QueueError> {
    Ok(Attempt {
        task: name(row, 0)?,
        epoch: unsigned(row, "epoch")?,
        worker: WorkerId::new(row.try_get::<String, _>("worker")?),
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        outcome: from_word(row.try_get("outcome")?)?,
        reason: row.try_get("reason")?,
    })
}

pub(super) fn event(row: &SqliteRow) -> Result<Event, QueueError> {
    let state: &str = row.try_get("state")?;
    let kind = match row.try_get::<Option<i64>, _>("kind")? {
        None => EventKind::Job { state: from_word(state)? },
        Some(_) => {
            let task: TaskId = name(row, 0)?;
            EventKind::Task { task, epoch: unsigned(row, "epoch")?, state: from_word(state)? }
        }
    };
    let at: Millis = row.try_get("at")?;
    Ok(Event { seq: unsigned(row, "seq")?, at, job: JobId::new(row.try_get::<String, _>("job")?), kind })
}

fn unsigned(row: &SqliteRow, column: &str) -> Result<Epoch, QueueError> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|_| QueueError::Corrupt(format!("{column} is {value}")))
}

fn failure(row: &SqliteRow) -> Result<Option<Failure>, QueueError> {
    row.try_get::<Option<&str>, _>("failure")?.map(from_json).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn a_page_of_jobs_is_read_from_an_index_without_sorting() {
        for (statement, way) in [
            (JOBS, "SEARCH j USING INDEX jobs_newest"),
            (JOBS_OF_TENANT, "SEARCH j USING INDEX jobs_of_tenant (tenant=?"),
            (JOBS_OF_KEY, "SEARCH j USING INDEX sqlite_autoindex_jobs_2 (key=?"),
        ] {
            let plan = plan(statement).await;
            assert!(plan.iter().any(|line| line.starts_with(way)), "{plan:#?}");
            let sorts = plan.iter().any(|line| line == "USE TEMP B-TREE FOR ORDER BY");
            assert_eq!(sorts, statement == JOBS_OF_KEY, "{plan:#?}");
        }
    }
}

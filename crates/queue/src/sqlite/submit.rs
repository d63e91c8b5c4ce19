//! A job is born.

use reel_types::{JobId, JobState, TaskId, TaskState};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::event::job_event;
use super::turn::Turn;
use super::word::{from_word, to_json};
use super::{share, task};
use crate::command::{Idempotency, NewJob, Submitted};
use crate::error::QueueError;
use crate::machine::chunks::{light_spec, new_task};

const SAME_KEY: &str = "select id, state from jobs where tenant = ?1 and key = ?2";
const SAME_REQUEST: &str = "
    select j.id, j.state, r.request_sha256 from idempotency r join jobs j on j.id = r.job
     where r.tenant = ?1 and r.key = ?2";
const REQUEST: &str = "
    insert into idempotency (tenant, key, request_sha256, job, at) values (?1, ?2, ?3, ?4, ?5)";
const SAME_ID: &str = "select count(*) from jobs where id = ?1";
const INSERT: &str = "
    insert into jobs (id, key, pipeline, version, params, sources, priority, state, created_at, tenant)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', ?8, ?9)";

pub(super) async fn submit(turn: &mut Turn, new: &NewJob) -> Result<Submitted, QueueError> {
    if let Some(named) = &new.idempotency
        && let Some(submitted) = known_request(turn, new, named).await?
    {
        return Ok(submitted);
    }
    let same = sqlx::query(SAME_KEY).bind(new.tenant.as_str()).bind(new.key.as_str());
    let submitted = match same.fetch_optional(turn.on()).await? {
        Some(row) => answer(&row, new, false)?,
        None => make(turn, new).await?,
    };
    if let Some(named) = &new.idempotency {
        sqlx::query(REQUEST)
            .bind(new.tenant.as_str())
            .bind(&named.key)
            .bind(&named.request_sha256)
            .bind(submitted.id.as_str())
            .bind(turn.now)
            .execute(turn.on())
            .await?;
    }
    Ok(submitted)
}

/// The job that this request got before.
async fn known_request(
    turn: &mut Turn,
    new: &NewJob,
    named: &Idempotency,
) -> Result<Option<Submitted>, QueueError> {
    let query = sqlx::query(SAME_REQUEST).bind(new.tenant.as_str()).bind(&named.key);
    let Some(row) = query.fetch_optional(turn.on()).await? else { return Ok(None) };
    if row.try_get::<&str, _>(2)? != named.request_sha256 {
        return Err(QueueError::IdempotencyMismatch { key: named.key.clone() });
    }
    answer(&row, new, true).map(Some)
}

/// The client made the id, so an equal one means that this very submit made the job and its reply was lost.
fn answer(row: &SqliteRow, new: &NewJob, reused: bool) -> Result<Submitted, QueueError> {
    let id = JobId::new(row.try_get::<String, _>(0)?);
    let created = id == new.id;
    Ok(Submitted { id, created, state: from_word(row.try_get(1)?)?, reused })
}

async fn make(turn: &mut Turn, new: &NewJob) -> Result<Submitted, QueueError> {
    let taken: i64 = sqlx::query_scalar(SAME_ID).bind(new.id.as_str()).fetch_one(turn.on()).await?;
    if taken > 0 {
        return Err(QueueError::JobIdTaken { id: new.id.clone() });
    }
    share::known(turn, &new.tenant).await?;
    sqlx::query(INSERT)
        .bind(new.id.as_str())
        .bind(new.key.as_str())
        .bind(&new.pipeline)
        .bind(new.version)
        .bind(to_json(&new.params)?)
        .bind(to_json(&new.sources)?)
        .bind(new.priority)
        .bind(turn.now)
        .bind(new.tenant.as_str())
        .execute(turn.on())
        .await?;
    let plan = new_task(TaskId::plan(new.id.clone()), TaskState::Ready, light_spec(), turn.now);
    task::insert(turn, &plan).await?;
    job_event(turn, &new.id, JobState::Queued).await?;
    Ok(Submitted { id: new.id.clone(), created: true, state: JobState::Queued, reused: false })
}

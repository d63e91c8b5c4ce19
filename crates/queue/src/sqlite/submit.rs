//! A job is born.

use reel_types::{JobId, JobState, TaskId, TaskState};
use sqlx::Row as _;

use super::event::job_event;
use super::turn::Turn;
use super::word::{from_word, to_json};
use super::{share, task};
use crate::command::{NewJob, Submitted};
use crate::error::QueueError;
use crate::machine::chunks::{light_spec, new_task};

const SAME_KEY: &str = "select id, state from jobs where tenant = ?1 and key = ?2";
const SAME_ID: &str = "select count(*) from jobs where id = ?1";
const INSERT: &str = "
    insert into jobs (id, key, pipeline, version, params, sources, priority, state, created_at, tenant)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', ?8, ?9)";

pub(super) async fn submit(turn: &mut Turn, new: &NewJob) -> Result<Submitted, QueueError> {
    let same = sqlx::query(SAME_KEY).bind(new.tenant.as_str()).bind(new.key.as_str());
    if let Some(row) = same.fetch_optional(turn.on()).await? {
        let id = JobId::new(row.try_get::<String, _>(0)?);
        // The client made the id, so an equal one means that this very submit made the job and its reply was lost.
        let created = id == new.id;
        return Ok(Submitted { id, created, state: from_word(row.try_get(1)?)? });
    }
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
    Ok(Submitted { id: new.id.clone(), created: true, state: JobState::Queued })
}

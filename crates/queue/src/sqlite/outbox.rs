//! What endpoints of a tenant want to hear of a job, written in the transaction that changes it.

use reel_types::{Job, JobId, JobState};
use serde_json::Value;

use super::read;
use super::turn::Turn;
use super::word::to_json;
use crate::error::QueueError;

/// So many results, and so many gaps, are told of one job; one more says that there are others.
pub const TOLD_MAX: usize = 100;

/// Another id for each event, but only where somebody wants it.
const WANTED: &str = "
    select lower(hex(randomblob(16))) from hook_endpoints e
     where e.tenant = (select tenant from jobs where id = ?1) and e.disabled_at is null
       and exists (select 1 from json_each(e.states) where value = ?2)
     limit 1";
const ADD: &str = "
    insert into hook_deliveries (endpoint, tenant, event, word, job, created_at, due_at)
    select e.id, e.tenant, ?3, ?2, ?4, ?5, ?5 from hook_endpoints e
     where e.tenant = ?1 and e.disabled_at is null
       and exists (select 1 from json_each(e.states) where value = ?2)
     order by e.id";

/// A job is in a state. Writes nothing where nobody wants to hear of it.
pub(super) async fn tell(turn: &mut Turn, job: &JobId, state: JobState) -> Result<(), QueueError> {
    let wanted = sqlx::query_scalar(WANTED).bind(job.as_str()).bind(state.as_str());
    let event: Option<String> = wanted.fetch_optional(turn.on()).await?;
    let Some(event) = event else { return Ok(()) };
    let row = sqlx::query(read::JOB).bind(job.as_str()).fetch_one(turn.on()).await?;
    let job = shown(read::job(&row)?);
    sqlx::query(ADD)
        .bind(job.tenant.as_str())
        .bind(state.as_str())
        .bind(event)
        .bind(to_json(&job)?)
        .bind(turn.now)
        .execute(turn.on())
        .await?;
    Ok(())
}

/// What a job was asked, what it reads and what it reports can be long, and may outlive it nowhere.
fn shown(mut job: Job) -> Job {
    job.outputs.truncate(TOLD_MAX + 1);
    job.gaps.truncate(TOLD_MAX + 1);
    // Why it failed is told with the names of what it reads.
    job.sources.truncate(if job.failure.is_some() { TOLD_MAX } else { 0 });
    Job { params: Value::Null, metadata: Value::Null, ..job }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan::plan;

    #[tokio::test]
    async fn the_endpoints_of_a_tenant_are_found_by_an_index() {
        let plan = plan(WANTED).await;
        let way = "SEARCH e USING INDEX hook_endpoints_of_tenant (tenant=?)";
        assert!(plan.iter().any(|line| line.starts_with(way)), "{plan:#?}");
    }
}

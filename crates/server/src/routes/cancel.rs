//! Stopping a job, and beginning again.

use axum::Json;
use axum::extract::State;
use reel_types::{JobState, TenantId};

use crate::extract::PathOf;
use crate::problem::{Problem, ProblemKind};
use crate::progress;
use crate::refusals::{Always, InState, Named};
use crate::state::{AppState, Caller};
use crate::submit;
use crate::view::JobView;

/// Stops a job. Once this answers, nothing of it is committed any more; what it had finished is kept for a retry.
#[utoipa::path(
    post, operation_id = "cancelJob", path = "/jobs/{id}/cancel", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobView), Named, InState, Always)
)]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<JobView>, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let after = state.engine.queue.cancel(&job.id).await?;
    state.cache.job_changed(&job.id);
    state.engine.tell_change();
    match after {
        Some(JobState::Cancelled) => view(&state, &caller.tenant, &id).await,
        Some(ended) => {
            Err(Problem::new(ProblemKind::Conflict, format!("job {id} is {} already", ended.as_str())))
        }
        None => Err(Problem::not_found(format!("job {id}"))),
    }
}

/// Queues a failed or cancelled job again; it goes on with what it had finished.
#[utoipa::path(
    post, operation_id = "retryJob", path = "/jobs/{id}/retry", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobView), Named, InState, Always)
)]
pub(crate) async fn retry(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<JobView>, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let after = submit::retry(&state, &job.id).await?;
    state.cache.job_changed(&job.id);
    if after == JobState::Completed {
        return Err(Problem::new(ProblemKind::Conflict, format!("job {id} is completed already")));
    }
    view(&state, &caller.tenant, &id).await
}

async fn view(state: &AppState, tenant: &TenantId, id: &str) -> Result<Json<JobView>, Problem> {
    let job = state.job(tenant, id).await?;
    let progress = progress::of_job(&*state.engine.queue, &job.id, job.state).await?;
    Ok(Json(JobView::new(job, progress)))
}

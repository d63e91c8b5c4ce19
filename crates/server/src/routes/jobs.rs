//! Jobs: made, listed, looked at, forgotten.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use reel_queue::JobFilter;
use reel_types::{JobId, JobState, Source, TenantId};
use serde::Deserialize;
use tokio::time::{Duration, timeout};
use utoipa::{IntoParams, ToSchema};

use crate::cache::Kind;
use crate::extract::{JsonBody, PathOf, QueryOf};
use crate::idempotency::RequestName;
use crate::job_list;
use crate::keep::erase_job;
use crate::problem::{Problem, ProblemKind};
use crate::progress;
use crate::refusals::{Always, InState, Named, WithBody};
use crate::state::{AppState, Caller};
use crate::submit::{Accepted, JobRequest, check_priority, submit, whole};
use crate::view::{API, JobView, Page, PageQuery};

/// Longest wait for the end of a job.
const WAIT_SECS_MAX: u64 = 60;

/// Which jobs.
#[derive(Deserialize, IntoParams, Clone, Default, Debug)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// Only jobs in this state.
    #[param(value_type = Option<crate::view::StatusView>)]
    status: Option<JobState>,
}

/// Jobs, newest first.
#[utoipa::path(
    get, operation_id = "listJobs", path = "/jobs", tag = "jobs", params(PageQuery, JobsQuery),
    responses((status = 200, body = Page<JobView>), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(page): QueryOf<PageQuery>,
    QueryOf(query): QueryOf<JobsQuery>,
) -> Result<Json<Page<JobView>>, Problem> {
    Ok(Json(job_list::page(&state, &caller.tenant, &page, query.status).await?))
}

/// Makes a job, or joins one that asks for the same.
#[utoipa::path(
    post, operation_id = "createJob", path = "/jobs", tag = "jobs", request_body = JobRequest,
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,255}$")),
    responses(
        (status = 202, body = Accepted, headers(("Location" = String))),
        (status = 507, description = "the disk is full", body = crate::problem::ProblemDocument,
         content_type = "application/problem+json"),
        WithBody, InState, Always
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    name: RequestName,
    JsonBody(request): JsonBody<JobRequest>,
) -> Result<(StatusCode, HeaderMap, Json<Accepted>), Problem> {
    accepted(submit(&state, &caller.tenant, request, name).await?)
}

/// The answer of all routes that make a job.
pub(super) fn accepted(accepted: Accepted) -> Result<(StatusCode, HeaderMap, Json<Accepted>), Problem> {
    let mut headers = HeaderMap::new();
    let location = format!("{API}/jobs/{}", accepted.id);
    headers.insert(header::LOCATION, location.parse().map_err(Problem::internal)?);
    Ok((StatusCode::ACCEPTED, headers, Json(accepted)))
}

/// What of a job can be changed.
#[derive(Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobChange {
    /// Higher is sooner.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = -100, maximum = 100)]
    priority: i32,
}

/// Gives a job another priority; what of it is under way goes on.
#[utoipa::path(
    patch, operation_id = "changeJob", path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    request_body = JobChange,
    responses((status = 200, body = JobView), Named, WithBody, Always)
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(change): JsonBody<JobChange>,
) -> Result<Json<JobView>, Problem> {
    check_priority(change.priority)?;
    let job = state.job(&caller.tenant, &id).await?;
    state.engine.queue.reprioritize(&job.id, change.priority).await?;
    state.cache.job_changed(&job.id);
    let job = state.job(&caller.tenant, &id).await?;
    let progress = progress::of_job(&*state.engine.queue, &job.id, job.state).await?;
    Ok(Json(JobView::new(job, progress)))
}

/// How long to wait.
#[derive(Deserialize, IntoParams, Clone, Default, Debug)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitQuery {
    /// Answer when the job has ended, or after so many seconds.
    #[param(maximum = 60)]
    wait: Option<u64>,
}

/// One job.
#[utoipa::path(
    get, operation_id = "getJob", path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path), WaitQuery),
    responses((status = 200, body = JobView), Named, Always)
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<WaitQuery>,
) -> Result<Response, Problem> {
    match query.wait {
        None | Some(0) => {}
        Some(secs @ 1..=WAIT_SECS_MAX) => {
            wait(&state, &caller.tenant, &id, Duration::from_secs(secs)).await?;
        }
        Some(secs) => {
            let detail = format!("wait is {secs}, and must be at most {WAIT_SECS_MAX} seconds");
            return Err(Problem::new(ProblemKind::BadRequest, detail));
        }
    }
    let load = async {
        let job = state.job(&caller.tenant, &id).await?;
        let progress = progress::of_job(&*state.engine.queue, &job.id, job.state).await?;
        Ok(JobView::new(job, progress))
    };
    state.cache.json(Kind::Job, &caller.tenant, &id, load).await
}

/// Returns once the job has ended, or the time is over.
async fn wait(state: &AppState, tenant: &TenantId, id: &str, time: Duration) -> Result<(), Problem> {
    // Listening begins before the look, so that the end cannot fall between the two.
    let mut tail = state.live.tail(Some(JobId::new(id)), state.live.seq());
    let mut job = state.job(tenant, id).await?;
    let ended = async {
        while !job.state.is_terminal() && tail.next(&*state.engine.queue).await?.is_some() {
            job = state.job(tenant, id).await?;
        }
        Ok::<_, Problem>(())
    };
    // The time being over is an answer as well.
    timeout(time, ended).await.unwrap_or(Ok(()))
}

/// Forgets a job that has ended, with what it made.
#[utoipa::path(
    delete, operation_id = "deleteJob", path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 204), Named, InState, Always)
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, Problem> {
    // Nobody begins to read a result between the look for readers and its end.
    let _guard = state.uploads.lock().await;
    let job = state.job(&caller.tenant, &id).await?;
    refuse_while_read(&state, &job.id).await?;
    if !state.engine.queue.forget(&job.id).await? {
        let now = state.job(&caller.tenant, &id).await?;
        return Err(Problem::new(ProblemKind::Conflict, format!("job {id} is {}", now.state.as_str()))
            .with_hint(format!("cancel it first: POST {API}/jobs/{id}/cancel")));
    }
    erase_job(&state, &job.id).await?;
    state.engine.tell_change();
    Ok(StatusCode::NO_CONTENT)
}

/// A job under way may read what this one made.
async fn refuse_while_read(state: &AppState, job: &JobId) -> Result<(), Problem> {
    let states = vec![JobState::Queued, JobState::Planning, JobState::Running, JobState::Assembling];
    let open = state.engine.queue.jobs(JobFilter { states, ..JobFilter::default() }).await?;
    let made = format!("jobs/{job}/");
    let reads = |source: &Source| matches!(source, Source::Object { key, .. } if key.starts_with(&made));
    let Some(reader) = open.iter().find(|one| one.sources.iter().any(reads)) else { return Ok(()) };
    Err(Problem::new(ProblemKind::Conflict, format!("job {} still reads what it made", reader.id))
        .with_hint(format!("wait for it, or cancel it: POST {API}/jobs/{}/cancel", reader.id)))
}

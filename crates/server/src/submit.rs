//! From what a client asks to a job: sources looked up, params checked, whose it is noted.

use reel_engine::{ParamsError, Submission};
use reel_queue::RetryReply;
use reel_types::{JobId, JobState, Source, TenantId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::extract::joined;
use crate::fetch;
use crate::idempotency::RequestName;
use crate::problem::{Problem, ProblemKind};
use crate::room;
use crate::state::AppState;
use crate::view::StatusView;

/// Most sources of one job.
const SOURCES_MAX: usize = 64;
/// Priorities that may come from outside.
const PRIORITIES: std::ops::RangeInclusive<i32> = -100..=100;

/// A new job.
#[derive(Serialize, Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJob)]
pub(crate) struct JobRequest {
    /// Which pipeline does it; `GET /api/v1/pipelines` lists them.
    pub(crate) pipeline: String,
    /// What it reads, in order.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub(crate) sources: Vec<SourceRef>,
    /// Its parameters; the pipeline's schema says which. Those left out have their default.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(crate) params: Map<String, Value>,
    /// Higher is sooner.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = -100, maximum = 100, default = 0)]
    pub(crate) priority: i32,
}

/// A file that a job reads: never a path.
#[derive(Serialize, Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SourceRef {
    /// An upload, by its id.
    Upload(String),
    /// A file at an address, `http` or `https`: it is fetched before the job is made.
    Url(String),
    /// What another job made.
    Artifact(ArtifactRef),
}

/// What a job made.
#[derive(Serialize, Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArtifactRef {
    /// The job.
    job: String,
    /// The name of its result.
    name: String,
}

/// The job that a request made or found.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Accepted)]
pub(crate) struct Accepted {
    /// The job's name.
    pub(crate) id: String,
    /// The same.
    job_id: String,
    /// Where it stands.
    status: StatusView,
    /// Whether this request made it; false when it joined one that asks for the same.
    created: bool,
}

/// Makes the job, or joins the one that asks for the same. One that failed or was cancelled is queued again.
pub(crate) async fn submit(
    state: &AppState,
    tenant: &TenantId,
    request: JobRequest,
    name: RequestName,
) -> Result<Accepted, Problem> {
    let idempotency = name.of(&request)?;
    let params = check(state, &request, request.sources.len())?;
    room::left(state, tenant).await?;
    let asked = fetched(state, tenant, request.sources).await?;
    // No upload is forgotten between the look at it and the note that a job reads it.
    let _guard = state.uploads.lock().await;
    let mut sources = Vec::with_capacity(asked.len());
    let mut uploads = Vec::new();
    for (place, source) in asked.into_iter().enumerate() {
        sources.push(find(state, tenant, &source, place).await?);
        if let SourceRef::Upload(id) = source {
            uploads.push(id);
        }
    }
    let submission = Submission { pipeline: request.pipeline, params, sources, priority: request.priority };
    let submitted = state.engine.submit_once(tenant.clone(), idempotency, submission).await?;
    state.catalog.link(&submitted.id, &uploads).await?;
    let status = match submitted.state {
        // A repeat of the same request asks for nothing new.
        ended if submitted.reused => ended,
        JobState::Failed | JobState::Cancelled => retry(state, &submitted.id).await?,
        other => other,
    };
    Ok(Accepted {
        id: submitted.id.to_string(),
        job_id: submitted.id.to_string(),
        status: status.into(),
        created: submitted.created,
    })
}

/// Every address as the upload that became of it. All that can be refused without it was refused before.
async fn fetched(
    state: &AppState,
    tenant: &TenantId,
    asked: Vec<SourceRef>,
) -> Result<Vec<SourceRef>, Problem> {
    let mut sources = Vec::with_capacity(asked.len());
    for (place, source) in asked.into_iter().enumerate() {
        sources.push(match source {
            SourceRef::Url(url) => {
                let upload = fetch::fetch(state, tenant, &url, None).await;
                let field = format!("sources[{place}].url");
                SourceRef::Upload(upload.map_err(|error| error.into_problem(&field))?.id)
            }
            other => other,
        });
    }
    Ok(sources)
}

/// Params as the pipeline understands them.
pub(crate) fn check(state: &AppState, request: &JobRequest, source_count: usize) -> Result<Value, Problem> {
    check_priority(request.priority)?;
    if state.engine.registry.info(&request.pipeline).is_none() {
        return Err(Problem::unknown_pipeline(&request.pipeline));
    }
    if !(1..=SOURCES_MAX).contains(&source_count) {
        return Err(Problem::unprocessable("sources", format!("a job has 1 to {SOURCES_MAX} sources")));
    }
    let params = Value::Object(request.params.clone());
    state.engine.registry.check(&request.pipeline, &params, source_count).map_err(|error| match error {
        ParamsError::UnknownPipeline(name) => Problem::unknown_pipeline(&name),
        ParamsError::Field { field, message } => Problem::unprocessable(joined("params", &field), message)
            .with_hint(format!(
                "GET /api/v1/pipelines/{} has the schema of its parameters",
                request.pipeline
            )),
        ParamsError::Refused(failure) => {
            let problem = Problem::unprocessable("params", failure.message);
            failure.hint.into_iter().fold(problem, Problem::with_hint)
        }
    })
}

/// JSON has one sort of number: 3.0 is a whole one as well.
pub(crate) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    let number = f64::deserialize(from)?;
    let whole = number as i32;
    if f64::from(whole) == number { Ok(whole) } else { Err(D::Error::custom("not a whole number")) }
}

/// Whether a priority may come from outside.
pub(crate) fn check_priority(priority: i32) -> Result<(), Problem> {
    if PRIORITIES.contains(&priority) {
        return Ok(());
    }
    Err(Problem::unprocessable("priority", "a priority is from -100 to 100"))
}

/// Queues a job again that failed or was cancelled; answers where it stands then.
pub(crate) async fn retry(state: &AppState, job: &JobId) -> Result<JobState, Problem> {
    let missing = || Problem::not_found(format!("job {job}"));
    let reply = state.engine.queue.retry(job).await?;
    if reply == RetryReply::NotFound {
        return Err(missing());
    }
    state.engine.queue.release(job).await?;
    state.engine.tell_change();
    Ok(state.engine.queue.job(job).await?.ok_or_else(missing)?.state)
}

async fn find(
    state: &AppState,
    tenant: &TenantId,
    source: &SourceRef,
    place: usize,
) -> Result<Source, Problem> {
    let field = format!("sources[{place}]");
    match source {
        SourceRef::Upload(id) => {
            let missing = || Problem::unprocessable(&field, format!("there is no upload {id}"));
            let upload = state.catalog.upload(tenant, id).await?.ok_or_else(missing)?;
            Ok(Source::Object {
                key: upload.key,
                sha256: upload.sha256,
                size_bytes: upload.size_bytes,
                filename: upload.filename,
            })
        }
        SourceRef::Url(_) => Err(Problem::internal("an address was not fetched")),
        SourceRef::Artifact(ArtifactRef { job, name }) => {
            let missing = || Problem::unprocessable(&field, format!("job {job} has no result {name}"));
            let found = state.job(tenant, job).await.map_err(|problem| match problem.kind() {
                ProblemKind::NotFound => missing(),
                _ => problem,
            })?;
            let artifact = found.outputs.iter().find(|one| one.name == *name).ok_or_else(missing)?;
            Ok(Source::Object {
                key: artifact.key.clone(),
                sha256: artifact.sha256.clone(),
                size_bytes: artifact.size_bytes,
                filename: name.rsplit('/').next().unwrap_or(name).to_owned(),
            })
        }
    }
}

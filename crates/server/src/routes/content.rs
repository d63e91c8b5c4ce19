//! The bytes that somebody sent: of an upload, or of what a job reads.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use reel_types::Source;
use serde::Deserialize;
use utoipa::IntoParams;

use super::videos;
use crate::extract::{PathOf, QueryOf};
use crate::problem::Problem;
use crate::refusals::{Always, FileBytes, Named};
use crate::send::{Sent, send};
use crate::state::{AppState, Caller};

/// How it is served.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentQuery {
    /// Let a browser save it instead of showing it.
    #[serde(default)]
    #[param(required = false)]
    download: bool,
}

/// The bytes of an upload. `Range` (up to 8), `If-Range` and `If-None-Match` are understood.
#[utoipa::path(
    get, operation_id = "getVideoContent", path = "/videos/{id}/content", tag = "videos",
    params(("id" = String, Path), ContentQuery),
    responses(FileBytes, Named, Always)
)]
pub(crate) async fn of_video(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = state.catalog.upload(&caller.tenant, &id).await?;
    let upload = found.ok_or_else(|| videos::missing(&id))?;
    let sent = Sent {
        key: &upload.key,
        sha256: &upload.sha256,
        mime: &upload.mime,
        filename: &upload.filename,
        as_download: query.download,
    };
    send(&state, &sent, &headers).await
}

/// The bytes that a job reads, by their place among its sources, from 0 on. They are gone once their upload, or the job that
/// made them, was deleted; a file of the server's own machine that is read in place is never served.
#[utoipa::path(
    get, operation_id = "getJobSource", path = "/jobs/{id}/sources/{index}", tag = "jobs",
    params(("id" = String, Path), ("index" = u32, Path), ContentQuery),
    responses(FileBytes, Named, Always)
)]
pub(crate) async fn of_job(
    State(state): State<AppState>,
    caller: Caller,
    PathOf((id, index)): PathOf<(String, u32)>,
    QueryOf(query): QueryOf<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let missing = || Problem::not_found(format!("source {index} of job {id}"));
    let Some(Source::Object { key, sha256, filename, .. }) = job.sources.get(index as usize) else {
        return Err(missing());
    };
    let mime = mime_of(&state, &caller, key).await?.ok_or_else(missing)?;
    let sent = Sent { key, sha256, mime: &mime, filename, as_download: query.download };
    send(&state, &sent, &headers).await
}

/// The media type of an object that the caller still has, as an upload or as a result.
async fn mime_of(state: &AppState, caller: &Caller, key: &str) -> Result<Option<String>, Problem> {
    if let Some(upload) = state.catalog.upload_naming(&caller.tenant, key).await? {
        return Ok(Some(upload.mime));
    }
    let Some(job) = key.strip_prefix("jobs/").and_then(|rest| rest.split('/').next()) else {
        return Ok(None);
    };
    // Another tenant's is as little there as one that is gone.
    let Ok(job) = state.job(&caller.tenant, job).await else { return Ok(None) };
    Ok(job.outputs.iter().find(|output| output.key == key).map(|output| output.mime.clone()))
}

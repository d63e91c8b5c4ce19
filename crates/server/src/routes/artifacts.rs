//! `/jobs/{id}/artifacts/{*path}`: the bytes that a job made.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{PathOf, QueryOf};
use crate::filename::cleaned;
use crate::problem::Problem;
use crate::refusals::{Always, FileBytes, Named};
use crate::send::{Sent, send};
use crate::state::{AppState, Caller};

/// How it is served.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArtifactQuery {
    /// Let a browser save it instead of showing it.
    #[serde(default)]
    #[param(required = false)]
    download: bool,
    /// What a browser calls it instead of its own name.
    filename: Option<String>,
    /// Until when a signed link opens it, seconds since 1970. The door has looked at it.
    #[expect(dead_code, reason = "the door reads it; here it is only known")]
    expires: Option<i64>,
    /// What makes a link open it without a key.
    #[expect(dead_code, reason = "the door reads it; here it is only known")]
    signature: Option<String>,
}

/// A result's bytes. `Range` (up to 8), `If-Range` and `If-None-Match` are understood.
#[utoipa::path(
    get, operation_id = "getArtifact", path = "/jobs/{id}/artifacts/{*path}", tag = "jobs",
    params(("id" = String, Path), ("path" = String, Path), ArtifactQuery),
    responses(FileBytes, Named, Always)
)]
pub(crate) async fn artifact(
    State(state): State<AppState>,
    caller: Caller,
    PathOf((id, name)): PathOf<(String, String)>,
    QueryOf(query): QueryOf<ArtifactQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let missing = || Problem::not_found(format!("result {name} of job {id}"));
    let artifact = job.outputs.iter().find(|output| output.name == name).ok_or_else(missing)?;
    let filename = query.filename.as_deref().map(cleaned);
    let own_name = name.rsplit('/').next().unwrap_or(&name);
    let sent = Sent {
        key: &artifact.key,
        sha256: &artifact.sha256,
        mime: &artifact.mime,
        filename: filename.as_deref().unwrap_or(own_name),
        as_download: query.download,
    };
    send(&state, &sent, &headers).await
}

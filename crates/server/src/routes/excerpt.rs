//! `POST /videos/{id}/excerpt`: the beginning of a film as a file of its own, to try something on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::videos;
use crate::catalog::Upload;
use crate::extract::{JsonBody, PathOf};
use crate::filename::cleaned;
use crate::incoming::Making;
use crate::inspect::Unseen;
use crate::problem::Problem;
use crate::refusals::{Always, InState, Named, WithBody};
use crate::room;
use crate::state::{AppState, Caller};
use crate::vault;
use crate::view::{API, UploadView};

/// Longest excerpt.
const SECS_MAX: u32 = 60;
/// Excerpts that are cut at once; others wait.
const AT_ONCE: usize = 2;
static CUTTING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Which part.
#[derive(Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = ExcerptRequest)]
pub(crate) struct ExcerptRequest {
    /// How many seconds from the start.
    #[serde(default = "secs")]
    #[schema(minimum = 1, maximum = 60, default = 10)]
    secs: u32,
}

fn secs() -> u32 {
    10
}

/// Cuts the first seconds off a film, without encoding anything again, and stores them as an upload: its pictures and its
/// sound, no subtitles. What is done to it shows what would become of the whole, and how long that would take.
#[utoipa::path(
    post, operation_id = "excerptVideo", path = "/videos/{id}/excerpt", tag = "videos", params(("id" = String, Path)),
    request_body = ExcerptRequest,
    responses(
        (status = 201, body = UploadView, headers(("Location" = String))),
        (status = 507, description = "the disk is full", body = crate::problem::ProblemDocument,
         content_type = "application/problem+json"),
        Named, WithBody, InState, Always
    )
)]
pub(crate) async fn excerpt(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ExcerptRequest>,
) -> Result<(StatusCode, HeaderMap, Json<UploadView>), Problem> {
    if !(1..=SECS_MAX).contains(&request.secs) {
        return Err(Problem::unprocessable("secs", format!("an excerpt has 1 to {SECS_MAX} seconds")));
    }
    let found = state.catalog.upload(&caller.tenant, &id).await?;
    let upload = found.ok_or_else(|| videos::missing(&id))?;
    let length_secs = upload.metadata.get("duration_secs").and_then(serde_json::Value::as_f64);
    let Some(length_secs) = length_secs.filter(|length| *length > f64::from(request.secs)) else {
        let detail = format!("upload {id} is no film that is longer than {} s", request.secs);
        return Err(Problem::unprocessable("secs", detail).with_hint("take the whole of it"));
    };
    let share = f64::from(request.secs) / length_secs;
    room::check(&state, &caller.tenant, (upload.size_bytes as f64 * share) as u64).await?;
    let cut = cut(&state, &caller, &upload, request.secs).await?;
    let mut headers = HeaderMap::new();
    let location = format!("{API}/videos/{}", cut.id);
    headers.insert(header::LOCATION, location.parse().map_err(Problem::internal)?);
    Ok((StatusCode::CREATED, headers, Json(cut.into())))
}

async fn cut(state: &AppState, caller: &Caller, upload: &Upload, secs: u32) -> Result<Upload, Problem> {
    let _turn = CUTTING.acquire().await.map_err(Problem::internal)?;
    let source = state.engine.store.local_path(&upload.key, state.incoming.folder()).await?;
    let making = Making::begin(&state.incoming)?;
    let inspect = Arc::clone(&state.inspect);
    let made = tokio::task::spawn_blocking(move || {
        let made = inspect.excerpt(&source, secs, making.path());
        made.map(|()| making.finish())
    });
    let received = made.await.map_err(Problem::internal)?.map_err(|why| match why {
        Unseen::Failed(detail) => Problem::unprocessable("secs", format!("it cannot be cut: {detail}")),
        Unseen::NotThis | Unseen::NoPicture { .. } => Problem::unprocessable("secs", "it is no film"),
    })??;
    // Asked for again, the same bytes are the upload that they are already.
    let key = format!("uploads/{}", received.sha256);
    if let Some(known) = state.catalog.upload_naming(&caller.tenant, &key).await? {
        return Ok(known);
    }
    let name = cleaned(&format!("first {secs} s of {}", upload.filename));
    // It may be of another format than the film; looking into it tells which.
    vault::keep(state, &caller.tenant, received, &name, None).await
}

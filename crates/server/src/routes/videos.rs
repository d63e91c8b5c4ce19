//! Files that were sent here.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::cache::Kind;
use crate::extract::{PathOf, QueryOf};
use crate::problem::Problem;
use crate::refusals::{Always, InState, Named};
use crate::state::{AppState, Caller};
use crate::vault;
use crate::view::{ArtifactView, Page, PageQuery, UploadView};

/// Files that were sent here, newest first.
#[utoipa::path(
    get, operation_id = "listVideos", path = "/videos", tag = "videos", params(PageQuery),
    responses((status = 200, body = Page<UploadView>), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Page<UploadView>>, Problem> {
    let limit = query.limit()?;
    let found = state.catalog.uploads(&caller.tenant, query.cursor.as_deref(), limit + 1).await?;
    let items = found.into_iter().map(UploadView::from).collect();
    Ok(Json(Page::of(items, limit, |item: &UploadView| item.id.clone())))
}

/// One of them.
#[utoipa::path(
    get, operation_id = "getVideo", path = "/videos/{id}", tag = "videos", params(("id" = String, Path)),
    responses((status = 200, body = UploadView), Named, Always)
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Response, Problem> {
    let load = async {
        let found = state.catalog.upload(&caller.tenant, &id).await?.ok_or_else(|| missing(&id))?;
        Ok(UploadView::from(found))
    };
    state.cache.json(Kind::Video, &caller.tenant, &id, load).await
}

/// Forgets one; its bytes go unless another upload has the same. What was made of it stays.
#[utoipa::path(
    delete, operation_id = "deleteVideo", path = "/videos/{id}", tag = "videos", params(("id" = String, Path)),
    responses((status = 204), Named, InState, Always)
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, Problem> {
    vault::forget(&state, &caller.tenant, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was made of one, by all its jobs, newest first.
#[utoipa::path(
    get, operation_id = "listVideoOutputs", path = "/videos/{id}/outputs", tag = "videos", params(("id" = String, Path)),
    responses((status = 200, body = [ArtifactView]), Named, Always)
)]
pub(crate) async fn outputs(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Response, Problem> {
    let load = async {
        let upload = state.catalog.upload(&caller.tenant, &id).await?.ok_or_else(|| missing(&id))?;
        let mut outputs = Vec::new();
        for id in state.catalog.jobs_of_upload(&upload.id).await? {
            let job = state.engine.queue.job(&id).await?;
            outputs
                .extend(job.iter().flat_map(|job| &job.outputs).map(|output| ArtifactView::of(&id, output)));
        }
        Ok(outputs)
    };
    state.cache.json(Kind::Outputs, &caller.tenant, &id, load).await
}

pub(super) fn missing(id: &str) -> Problem {
    Problem::not_found(format!("upload {id}"))
}

//! The queue as a whole: resting, or going on.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::refusals::Always;
use crate::state::AppState;

/// How the queue is.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = QueueStatus)]
pub(crate) struct QueueView {
    /// Nothing new is begun; what runs goes on.
    paused: bool,
}

/// Whether the queue rests.
#[utoipa::path(
    get, operation_id = "getQueue", path = "/system/queue", tag = "system",
    responses((status = 200, body = QueueView), Always)
)]
pub(crate) async fn show(State(state): State<AppState>) -> Result<Json<QueueView>, Problem> {
    Ok(Json(QueueView { paused: state.engine.queue.is_paused().await? }))
}

/// Lets the queue rest: nothing new is begun, what runs goes on.
#[utoipa::path(
    post, operation_id = "pauseQueue", path = "/system/queue/pause", tag = "system",
    responses((status = 200, body = QueueView), Always)
)]
pub(crate) async fn pause(State(state): State<AppState>) -> Result<Json<QueueView>, Problem> {
    set(&state, true).await
}

/// Lets it go on.
#[utoipa::path(
    post, operation_id = "resumeQueue", path = "/system/queue/resume", tag = "system",
    responses((status = 200, body = QueueView), Always)
)]
pub(crate) async fn resume(State(state): State<AppState>) -> Result<Json<QueueView>, Problem> {
    set(&state, false).await
}

async fn set(state: &AppState, paused: bool) -> Result<Json<QueueView>, Problem> {
    state.engine.queue.set_paused(None, paused).await?;
    state.engine.tell_change();
    Ok(Json(QueueView { paused }))
}

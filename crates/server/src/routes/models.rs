//! Which networks the operator has put there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::inspect::NetworkModel;
use crate::problem::Problem;
use crate::refusals::Always;
use crate::state::AppState;

/// The networks that are here, by name: what a job's parameter `network` may say. Where their files lie is not told.
#[utoipa::path(
    get, operation_id = "listModels", path = "/models", tag = "system",
    responses((status = 200, body = [NetworkModel]), Always)
)]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<Vec<NetworkModel>>, Problem> {
    let inspect = Arc::clone(&state.inspect);
    let found = tokio::task::spawn_blocking(move || inspect.models()).await;
    Ok(Json(found.map_err(Problem::internal)?))
}

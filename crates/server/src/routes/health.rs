//! `/livez` and `/readyz`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind};
use crate::refusals::Always;
use crate::state::AppState;

/// All is well.
#[derive(Serialize, ToSchema, Clone, Debug)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
}

const OK: axum::Json<Health> = axum::Json(Health { status: "ok" });

/// Whether the process runs. Looks at nothing else.
#[utoipa::path(get, operation_id = "getLive", path = "/livez", tag = "system", responses((status = 200, body = Health), Always))]
pub(crate) async fn live() -> axum::Json<Health> {
    OK
}

/// Whether it takes work: the database answers, and it is not stopping.
#[utoipa::path(get, operation_id = "getReady", path = "/readyz", tag = "system", responses((status = 200, body = Health), Always))]
pub(crate) async fn ready(State(state): State<AppState>) -> Result<axum::Json<Health>, Problem> {
    if state.live.is_closing() {
        return Err(Problem::new(ProblemKind::Unavailable, "the server is stopping"));
    }
    state.engine.queue.events(None, u64::MAX >> 1, 1).await?;
    Ok(OK)
}

//! Which pipelines there are.

use axum::Json;
use axum::extract::State;
use reel_engine::PipelineInfo;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::PathOf;
use crate::problem::Problem;
use crate::refusals::{Always, Named};
use crate::state::AppState;

/// A pipeline, and what it can be told.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Pipeline)]
pub(crate) struct PipelineView {
    /// Its name.
    name: &'static str,
    /// Raised when the same parameters would give another result.
    version: u32,
    /// The JSON schema of its parameters: a form can be made from it.
    #[schema(value_type = Object)]
    schema: Value,
}

impl From<PipelineInfo> for PipelineView {
    fn from(info: PipelineInfo) -> Self {
        Self { name: info.name, version: info.version, schema: info.schema.to_value() }
    }
}

/// All pipelines.
#[utoipa::path(get, operation_id = "listPipelines", path = "/pipelines", tag = "system", responses((status = 200, body = [PipelineView]), Always))]
pub(crate) async fn list(State(state): State<AppState>) -> Json<Vec<PipelineView>> {
    let registry = &state.engine.registry;
    let views = registry.names().into_iter().filter_map(|name| registry.info(&name).map(PipelineView::from));
    Json(views.collect())
}

/// One pipeline.
#[utoipa::path(
    get, operation_id = "getPipeline", path = "/pipelines/{name}", tag = "system", params(("name" = String, Path)),
    responses((status = 200, body = PipelineView), Named, Always)
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    PathOf(name): PathOf<String>,
) -> Result<Json<PipelineView>, Problem> {
    let found = state.engine.registry.info(&name).map(|info| Json(info.into()));
    found.ok_or_else(|| Problem::not_found(format!("pipeline {name:?}")))
}

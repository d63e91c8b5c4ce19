//! `/jobs/{id}/links`: a result for somebody without a key, for a while.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use reel_types::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{JsonBody, PathOf};
use crate::problem::Problem;
use crate::refusals::{Always, Named, WithBody};
use crate::state::{AppState, Caller};
use crate::view::ArtifactView;

/// Longest life of a link: 30 days.
const LIFE_SECS_MAX: u64 = 30 * 86_400;

/// A link to be made.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
pub(crate) struct LinkRequest {
    /// The name of the result.
    name: String,
    /// How many seconds it opens.
    #[serde(default = "life_secs")]
    #[schema(minimum = 1, maximum = 2_592_000, default = 3600)]
    expires_secs: u64,
}

fn life_secs() -> u64 {
    3600
}

/// A link that opens one result without a key.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Link)]
pub(crate) struct LinkView {
    /// Where, from the root of this server. `GET` and `HEAD` alone, and this result alone.
    url: String,
    /// Until when, milliseconds since 1970.
    expires_at_millis: Millis,
}

/// Signs a link to one result. Whoever has it may play or save that result until it is over; it cannot be taken back.
#[utoipa::path(
    post, operation_id = "createLink", path = "/jobs/{id}/links", tag = "jobs", params(("id" = String, Path)),
    request_body = LinkRequest,
    responses((status = 201, body = LinkView), Named, WithBody, Always)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<LinkRequest>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    if !(1..=LIFE_SECS_MAX).contains(&request.expires_secs) {
        let detail = format!("a link opens for 1 to {LIFE_SECS_MAX} seconds");
        return Err(Problem::unprocessable("expires_secs", detail));
    }
    let job = state.job(&caller.tenant, &id).await?;
    let missing = || Problem::unprocessable("name", format!("job {id} has no result {}", request.name));
    let artifact = job.outputs.iter().find(|one| one.name == request.name).ok_or_else(missing)?;
    let path = ArtifactView::path(&job.id, artifact);
    let expires_secs = (state.options.clock.now() / 1000).saturating_add(request.expires_secs as i64);
    let url = format!("{path}?{}", state.gate.signer.query(&path, expires_secs));
    Ok((StatusCode::CREATED, Json(LinkView { url, expires_at_millis: expires_secs.saturating_mul(1000) })))
}

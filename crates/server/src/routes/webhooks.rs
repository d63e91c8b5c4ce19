//! Webhooks of the caller's tenant: made, listed, changed, removed, given another secret.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{JsonBody, PathOf};
use crate::hooks::{NewWebhook, WebhookChange, WebhookError, WebhookKind, Webhooks};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, InState, Named, WithBody};
use crate::state::{AppState, Caller};
use crate::view::{MadeWebhookView, WebhookView};

/// How long both secrets sign after a rotation.
const OVERLAP_SECS: u64 = 86_400;

/// A webhook to be made.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct WebhookRequest {
    /// Where it hears: `http` or `https`, on the open network.
    #[schema(max_length = 8192)]
    url: String,
    /// What it wants to hear of; left out, all but `job.started`.
    #[serde(default = "ends")]
    #[schema(required = false)]
    events: Vec<WebhookKind>,
    /// What people say of it.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
}

fn ends() -> Vec<WebhookKind> {
    vec![WebhookKind::JobCompleted, WebhookKind::JobFailed, WebhookKind::JobCancelled]
}

/// What becomes of a webhook; what is left out stays.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChange)]
pub(crate) struct ChangeRequest {
    /// Where it hears.
    #[schema(max_length = 8192)]
    url: Option<String>,
    /// What it wants to hear of.
    events: Option<Vec<WebhookKind>>,
    /// What people say of it.
    #[schema(max_length = 200)]
    description: Option<String>,
    /// Whether it is on.
    enabled: Option<bool>,
}

/// How a secret is replaced.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookRotate)]
pub(crate) struct RotateSecretRequest {
    /// How many seconds the old secret signs beside the new one.
    #[serde(default = "overlap_secs")]
    #[schema(minimum = 0, maximum = 2_592_000, default = 86_400)]
    overlap_secs: u64,
}

fn overlap_secs() -> u64 {
    OVERLAP_SECS
}

/// Webhooks of the caller's tenant, newest first.
#[utoipa::path(
    get, operation_id = "listWebhooks", path = "/webhooks", tag = "webhooks",
    responses((status = 200, body = [WebhookView]), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<WebhookView>>, Problem> {
    let found = webhooks(&state).list(Some(&caller.tenant)).await.map_err(refused)?;
    Ok(Json(found.into_iter().map(WebhookView::from).collect()))
}

/// Makes a webhook, and tells its secret this once.
#[utoipa::path(
    post, operation_id = "createWebhook", path = "/webhooks", tag = "webhooks", request_body = WebhookRequest,
    responses((status = 201, body = MadeWebhookView), WithBody, InState, Always)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(request): JsonBody<WebhookRequest>,
) -> Result<(StatusCode, Json<MadeWebhookView>), Problem> {
    let WebhookRequest { url, events, description } = request;
    check_address(&state, &url)?;
    let new = NewWebhook { tenant: caller.tenant, url, events, description };
    let made = webhooks(&state).create(new).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One webhook.
#[utoipa::path(
    get, operation_id = "getWebhook", path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = WebhookView), Named, Always)
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<WebhookView>, Problem> {
    let found = webhooks(&state).get(&id, Some(&caller.tenant)).await;
    Ok(Json(found.map_err(refused)?.into()))
}

/// Changes a webhook. While it is off nothing is noted for it, and what waits rests.
#[utoipa::path(
    patch, operation_id = "changeWebhook", path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    request_body = ChangeRequest,
    responses((status = 200, body = WebhookView), Named, WithBody, Always)
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<ChangeRequest>,
) -> Result<Json<WebhookView>, Problem> {
    // Whether it is there comes first: what another tenant has is told nothing about.
    webhooks(&state).get(&id, Some(&caller.tenant)).await.map_err(refused)?;
    let ChangeRequest { url, events, description, enabled } = request;
    if let Some(url) = &url {
        check_address(&state, url)?;
    }
    let change = WebhookChange { url, events, description, enabled };
    let changed = webhooks(&state).change(&id, Some(&caller.tenant), change).await;
    Ok(Json(changed.map_err(refused)?.into()))
}

/// Removes a webhook, with all that it was not told yet.
#[utoipa::path(
    delete, operation_id = "removeWebhook", path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 204), Named, Always)
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, Problem> {
    webhooks(&state).remove(&id, Some(&caller.tenant)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes another secret, and tells it this once. Both sign until the overlap is over; then only the new one does.
#[utoipa::path(
    post, operation_id = "rotateWebhook", path = "/webhooks/{id}/rotate", tag = "webhooks",
    params(("id" = String, Path)), request_body = RotateSecretRequest,
    responses((status = 201, body = MadeWebhookView), Named, WithBody, Always)
)]
pub(crate) async fn rotate(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<RotateSecretRequest>,
) -> Result<(StatusCode, Json<MadeWebhookView>), Problem> {
    let overlap = Duration::from_secs(request.overlap_secs);
    let made = webhooks(&state).rotate(&id, Some(&caller.tenant), overlap).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

pub(super) fn webhooks(state: &AppState) -> Webhooks {
    Webhooks::of(&state.catalog, &state.options.clock)
}

/// A name is looked at when it is dialled; an address that is one already says at once where it leads.
fn check_address(state: &AppState, url: &str) -> Result<(), Problem> {
    let checked = crate::fetch::address(url).and_then(|url| state.fetcher.check_literal(&url));
    checked.map_err(|detail| refused(WebhookError::Url(detail)))
}

pub(super) fn refused(error: WebhookError) -> Problem {
    match &error {
        WebhookError::Url(_) => Problem::unprocessable("url", error.to_string()),
        WebhookError::Events => Problem::unprocessable("events", error.to_string()),
        WebhookError::Description => Problem::unprocessable("description", error.to_string()),
        WebhookError::NotFound { id } => Problem::not_found(format!("webhook {id}")),
        WebhookError::NoDelivery { id } => Problem::not_found(format!("delivery {id}")),
        WebhookError::TooMany { .. } => {
            Problem::new(ProblemKind::Conflict, error.to_string()).with_hint("remove those that nobody needs")
        }
        WebhookError::Off { id } => Problem::new(ProblemKind::Conflict, error.to_string())
            .with_hint(format!("switch it on: PATCH /api/v1/webhooks/{id}")),
        WebhookError::Catalog(_) | WebhookError::Random(_) => Problem::internal(error),
    }
}

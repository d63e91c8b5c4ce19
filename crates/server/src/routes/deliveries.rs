//! What webhooks of the caller's tenant were told, and saying it again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::webhooks::{refused, webhooks};
use crate::extract::{PathOf, QueryOf};
use crate::hooks::{DeliveryFilter, DeliveryState};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, InState, Named};
use crate::state::{AppState, Caller};
use crate::view::{DeliveryView, Page, PageQuery};

/// Which deliveries.
#[derive(Deserialize, IntoParams, Clone, Default, Debug)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Only those to this webhook.
    webhook: Option<String>,
    /// Only those that stand there.
    state: Option<DeliveryState>,
}

/// How much is said again.
#[derive(Serialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Replayed {
    /// How many deliveries.
    replayed: u64,
}

/// Deliveries to the caller's webhooks, newest first. One that ended is kept for 30 days.
#[utoipa::path(
    get, operation_id = "listWebhookDeliveries", path = "/webhooks/deliveries", tag = "webhooks",
    params(PageQuery, DeliveryQuery),
    responses((status = 200, body = Page<DeliveryView>), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    QueryOf(page): QueryOf<PageQuery>,
    QueryOf(query): QueryOf<DeliveryQuery>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let limit = page.limit()?;
    let before = page.cursor.as_deref().map(place).transpose()?;
    let filter = DeliveryFilter { webhook: query.webhook, state: query.state, before, limit: limit + 1 };
    let found = webhooks(&state).deliveries(&caller.tenant, &filter).await.map_err(refused)?;
    let items = found.into_iter().map(DeliveryView::from).collect();
    Ok(Json(Page::of(items, limit, DeliveryView::cursor)))
}

/// Says one again now, whatever became of it, under the same event id.
#[utoipa::path(
    post, operation_id = "replayWebhookDelivery", path = "/webhooks/deliveries/{id}/replay", tag = "webhooks",
    params(("id" = String, Path)),
    responses((status = 202, body = DeliveryView), Named, Always)
)]
pub(crate) async fn replay(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let replayed = webhooks(&state).replay(&id, &caller.tenant).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(replayed.into())))
}

/// Says everything again that was given up for a webhook.
#[utoipa::path(
    post, operation_id = "replayWebhook", path = "/webhooks/{id}/replay", tag = "webhooks",
    params(("id" = String, Path)),
    responses((status = 202, body = Replayed), Named, Always)
)]
pub(crate) async fn replay_dead(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let replayed = webhooks(&state).replay_dead(&id, Some(&caller.tenant)).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(Replayed { replayed })))
}

/// Sends a `ping`, to see whether it arrives.
#[utoipa::path(
    post, operation_id = "pingWebhook", path = "/webhooks/{id}/ping", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 202, body = DeliveryView), Named, InState, Always)
)]
pub(crate) async fn ping(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let pinged = webhooks(&state).ping(&id, Some(&caller.tenant)).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(pinged.into())))
}

/// As [`DeliveryView::cursor`] writes it.
fn place(cursor: &str) -> Result<i64, Problem> {
    cursor.parse().map_err(|_| {
        Problem::new(ProblemKind::BadRequest, "the cursor is none that this server gave")
            .with_hint("use next_cursor of the page before")
    })
}

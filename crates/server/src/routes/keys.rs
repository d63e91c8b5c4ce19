//! Keys: made, listed, revoked, replaced.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use reel_types::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Key, KeyError, Keys, MadeKey, NewKey, Scope};
use crate::extract::{JsonBody, PathOf};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, InState, Named, WithBody};
use crate::state::{AppState, Caller};

/// How long both keys open something after a rotation.
const OVERLAP_SECS: u64 = 86_400;

/// A key as it is known: without its secret.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Key)]
pub(crate) struct KeyView {
    /// Its name here.
    id: String,
    /// What people call it.
    name: String,
    /// Whose it is.
    tenant: String,
    /// What it may do.
    scope: Scope,
    /// Whether it opens anything now.
    live: bool,
    /// When it was made, milliseconds since 1970.
    created_at_millis: Millis,
    /// When it ends; null: never by itself.
    expires_at_millis: Option<Millis>,
    /// When it was revoked; null: it was not.
    revoked_at_millis: Option<Millis>,
    /// When it was last used, up to a minute older than it was.
    last_used_at_millis: Option<Millis>,
}

/// A key that was made. Its text is told this once and is nowhere else.
#[derive(Serialize, ToSchema, Clone)]
#[schema(as = NewKeyMade)]
pub(crate) struct MadeKeyView {
    /// All of it: `reel_ID_SECRET`.
    key: String,
    #[serde(flatten)]
    view: KeyView,
}

/// A key to be made.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub(crate) struct KeyRequest {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do.
    scope: Scope,
    /// Whose it is: the caller's own tenant unless the caller runs the server.
    #[schema(pattern = "^[a-z0-9_-]{1,64}$", required = false)]
    tenant: Option<String>,
    /// How many seconds it lives; left out: until it is revoked.
    #[schema(minimum = 1, maximum = 3_162_240_000_u64, required = false)]
    expires_secs: Option<u64>,
}

/// How a key is replaced.
#[derive(Deserialize, ToSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateRequest {
    /// How many seconds the old key goes on beside the new one.
    #[serde(default = "overlap_secs")]
    #[schema(minimum = 0, maximum = 3_162_240_000_u64, default = 86_400)]
    overlap_secs: u64,
}

fn overlap_secs() -> u64 {
    OVERLAP_SECS
}

/// Keys of the caller's tenant, newest first; of all tenants when the caller runs the server.
#[utoipa::path(
    get, operation_id = "listKeys", path = "/keys", tag = "access",
    responses((status = 200, body = [KeyView]), Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Vec<KeyView>>, Problem> {
    let found = keys(&state).list(caller.manages()).await.map_err(refused)?;
    Ok(Json(found.into_iter().map(KeyView::from).collect()))
}

/// Makes a key, and tells it this once. From the first one on nobody comes in without.
#[utoipa::path(
    post, operation_id = "createKey", path = "/keys", tag = "access", request_body = KeyRequest,
    responses((status = 201, body = MadeKeyView), WithBody, InState, Always)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(request): JsonBody<KeyRequest>,
) -> Result<(StatusCode, Json<MadeKeyView>), Problem> {
    let tenant = match request.tenant {
        None => caller.tenant.clone(),
        Some(name) => name.parse().map_err(|said: String| Problem::unprocessable("tenant", said))?,
    };
    if caller.manages().is_some_and(|own| *own != tenant) {
        return Err(Problem::new(ProblemKind::Forbidden, "this key makes keys of its own tenant only"));
    }
    let lives = request.expires_secs.map(Duration::from_secs);
    let new = NewKey { name: request.name, tenant, scope: request.scope, lives };
    made(&state, keys(&state).create(new).await)
}

/// Makes a key that may what this one may. Both open until the overlap is over; then only the new one does.
#[utoipa::path(
    post, operation_id = "rotateKey", path = "/keys/{id}/rotate", tag = "access", params(("id" = String, Path)),
    request_body = RotateRequest,
    responses((status = 201, body = MadeKeyView), Named, WithBody, InState, Always)
)]
pub(crate) async fn rotate(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    JsonBody(request): JsonBody<RotateRequest>,
) -> Result<(StatusCode, Json<MadeKeyView>), Problem> {
    let overlap = Duration::from_secs(request.overlap_secs);
    made(&state, keys(&state).rotate(&id, caller.manages(), overlap).await)
}

/// Revokes a key: neither it nor a session of it opens anything any more.
#[utoipa::path(
    delete, operation_id = "revokeKey", path = "/keys/{id}", tag = "access", params(("id" = String, Path)),
    responses((status = 204), Named, Always)
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, Problem> {
    keys(&state).revoke(&id, caller.manages()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn keys(state: &AppState) -> Keys {
    Keys::of(&state.catalog, &state.options.clock)
}

fn made(
    state: &AppState,
    made: Result<MadeKey, KeyError>,
) -> Result<(StatusCode, Json<MadeKeyView>), Problem> {
    let made = made.map_err(refused)?;
    state.gate.note_key();
    Ok((StatusCode::CREATED, Json(MadeKeyView { key: made.text.reveal(), view: made.key.into() })))
}

fn refused(error: KeyError) -> Problem {
    match &error {
        KeyError::Name => Problem::unprocessable("name", error.to_string()),
        KeyError::Life => Problem::unprocessable("expires_secs", error.to_string()),
        KeyError::NotFound { id } => Problem::not_found(format!("key {id}")),
        KeyError::TooMany { .. } => {
            Problem::new(ProblemKind::Conflict, error.to_string()).with_hint("revoke those that nobody needs")
        }
        KeyError::Ended { .. } => Problem::new(ProblemKind::Conflict, error.to_string())
            .with_hint("make a new one: POST /api/v1/keys"),
        KeyError::Catalog(_) | KeyError::Random(_) => Problem::internal(error),
    }
}

impl From<Key> for KeyView {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            tenant: key.tenant.as_str().to_owned(),
            scope: key.scope,
            live: key.is_live,
            created_at_millis: key.created_at,
            expires_at_millis: key.expires_at,
            revoked_at_millis: key.revoked_at,
            last_used_at_millis: key.last_used_at,
        }
    }
}

//! `/session`: a key traded for a cookie, so that the page's players and event streams come in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use reel_types::Millis;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::{
    Caller, KeyText, SESSION_COOKIE, Scope, cookie_of, key_shown, no_such_key, random_hex, sha256_hex,
};
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::refusals::{Always, WithBody};
use crate::state::AppState;

/// Who is in.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Whose uploads and jobs are seen.
    tenant: String,
    /// What may be done.
    scope: Scope,
    /// The id of the key; null as long as there are no keys and this machine may do everything.
    key_id: Option<String>,
    /// What people call the key.
    key_name: Option<String>,
    /// When the key ends, milliseconds since 1970; null: never by itself.
    expires_at_millis: Option<Millis>,
}

/// A key.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "read as plain JSON, so that no message repeats it; this is for the document alone"
)]
pub(crate) struct SessionRequest {
    /// All of it: `reel_ID_SECRET`.
    key: String,
}

/// Who the caller is.
#[utoipa::path(
    get, operation_id = "getSession", path = "/session", tag = "access",
    responses((status = 200, body = SessionView), Always)
)]
pub(crate) async fn show(caller: Caller) -> Json<SessionView> {
    Json(caller.into())
}

/// Opens a session: the cookie may what the key may, until it ends, the key ends or is revoked.
#[utoipa::path(
    post, operation_id = "openSession", path = "/session", tag = "access", request_body = SessionRequest,
    responses((status = 200, body = SessionView, headers(("Set-Cookie" = String))), WithBody, Always)
)]
pub(crate) async fn open(
    State(state): State<AppState>,
    asked: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<(HeaderMap, Json<SessionView>), Problem> {
    let missing = || Problem::unprocessable("key", "the body has the key in a field key");
    let text = body.get("key").and_then(Value::as_str).ok_or_else(missing)?;
    let now = state.options.clock.now();
    let key = key_shown(&state, &KeyText::parse(text.trim()).ok_or_else(no_such_key)?, now).await?;
    let token = random_hex().map_err(Problem::internal)?;
    let keep = Millis::try_from(state.options.session_keep.as_millis()).unwrap_or(Millis::MAX);
    let ends_at = now.saturating_add(keep).min(key.expires_at.unwrap_or(Millis::MAX));
    state.catalog.add_session(&sha256_hex(&token), &key.id, now, ends_at).await?;
    let age_secs = (ends_at - now) / 1000;
    let headers = set_cookie(&state, &asked, &token, age_secs)?;
    Ok((headers, Json(Caller::with(key).into())))
}

/// Ends the session of the cookie, if there is one.
#[utoipa::path(
    delete, operation_id = "endSession", path = "/session", tag = "access",
    responses((status = 204, headers(("Set-Cookie" = String))), Always)
)]
pub(crate) async fn end(
    State(state): State<AppState>,
    asked: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Problem> {
    if let Some(token) = cookie_of(&asked, SESSION_COOKIE) {
        state.catalog.end_session(&sha256_hex(token)).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie(&state, &asked, "", 0)?))
}

/// No script reads it, no other site sends it. Over https it goes over nothing else.
fn set_cookie(state: &AppState, asked: &HeaderMap, token: &str, age_secs: i64) -> Result<HeaderMap, Problem> {
    let host = asked.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host = |name: &str| name.eq_ignore_ascii_case(host);
    let is_secure = state.options.public_urls.iter().any(|url| url.is_https() && is_host(url.authority()));
    let secure = if is_secure { "; Secure" } else { "" };
    let text =
        format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_secs}{secure}");
    let mut value = HeaderValue::from_str(&text).map_err(Problem::internal)?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, value);
    Ok(headers)
}

impl From<Caller> for SessionView {
    fn from(caller: Caller) -> Self {
        let (key_id, key_name, expires_at_millis) = match caller.key {
            Some(key) => (Some(key.id), Some(key.name), key.expires_at),
            None => (None, None, None),
        };
        Self {
            tenant: caller.tenant.as_str().to_owned(),
            scope: caller.scope,
            key_id,
            key_name,
            expires_at_millis,
        }
    }
}

//! Who somebody is, and whether they may: asked for each request, before anything of it is read.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use reel_types::{JobId, Millis, TenantId};
use subtle::ConstantTimeEq as _;

use super::caller::Caller;
use super::cookie::{SESSION_COOKIE, cookie_of};
use super::key_text::KeyText;
use super::link::Signer;
use super::pace::Pace;
use super::rules::{Rule, rule};
use super::scope::Scope;
use super::token::sha256_hex;
use crate::catalog::{CatalogError, KeyRow};
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;
use crate::view::API;

/// How often the use of a key is written.
const USE_WRITTEN_EVERY: Millis = 60_000;

/// What the door remembers.
pub(crate) struct Gate {
    /// Once true it stays so.
    has_keys: AtomicBool,
    /// When the tables were last asked for a first key.
    looked: Mutex<Duration>,
    pub(crate) pace: Pace,
    pub(crate) signer: Signer,
    /// Tenants whose bounds were told to the queue.
    met: Mutex<BTreeSet<TenantId>>,
}

impl Gate {
    pub(crate) fn new(has_keys: bool, pace: Pace, signer: Signer) -> Self {
        let has_keys = AtomicBool::new(has_keys);
        Self { has_keys, looked: Mutex::default(), pace, signer, met: Mutex::default() }
    }

    /// From now on nobody comes in without a key.
    pub(crate) fn note_key(&self) {
        self.has_keys.store(true, Ordering::SeqCst);
    }

    /// Whether keys are needed. One that another process made is noticed within a look of the options.
    pub(crate) async fn needs_keys(&self, state: &AppState) -> Result<bool, CatalogError> {
        if self.has_keys.load(Ordering::SeqCst) {
            return Ok(true);
        }
        let now = state.options.clock.elapsed();
        let is_fresh = |looked: Duration| now.saturating_sub(looked) < state.options.look_every;
        if is_fresh(*self.looked.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(false);
        }
        let found = state.catalog.has_keys().await?;
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = now;
        if found {
            self.note_key();
        }
        Ok(found)
    }

    /// As far as it is known without asking the tables.
    pub(crate) fn is_known_to_need_keys(&self) -> bool {
        self.has_keys.load(Ordering::SeqCst)
    }

    /// Tells the queue how much of it a tenant may have, once.
    async fn meet(&self, state: &AppState, tenant: &TenantId) -> Result<(), Problem> {
        let running_max = state.options.tenant_running_max;
        let is_known = self.met.lock().unwrap_or_else(PoisonError::into_inner).contains(tenant);
        if running_max == 0 || is_known {
            return Ok(());
        }
        state.engine.queue.set_running_max(tenant, running_max).await?;
        self.met.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone());
        Ok(())
    }
}

/// Notes at the request who asks, or says why not; `told` gets what the answer says of limits.
pub(crate) async fn admit(
    state: &AppState,
    needs_keys: bool,
    request: &mut Parts,
    told: &mut HeaderMap,
) -> Result<(), Problem> {
    let matched = request.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let rule = rule(&request.method, matched.as_deref());
    if rule == Rule::Public {
        return Ok(());
    }
    let caller = if needs_keys { known(state, rule, request).await? } else { Caller::of_this_machine() };
    if needs_keys {
        if let Some(step) = state.gate.pace.step(&caller.tenant, state.options.clock.elapsed()) {
            step.tell(told);
            if step.wait.is_some() {
                return Err(Problem::new(ProblemKind::TooManyRequests, "this tenant asks too often")
                    .with_hint("Retry-After says when to ask again"));
            }
        }
        state.gate.meet(state, &caller.tenant).await?;
    }
    request.extensions.insert(caller);
    Ok(())
}

/// Whoever shows a key, a session or a link that is good for this.
async fn known(state: &AppState, rule: Rule, request: &Parts) -> Result<Caller, Problem> {
    let headers = &request.headers;
    let now = state.options.clock.now();
    let key = if headers.contains_key(header::AUTHORIZATION) {
        key_shown(state, &bearer(headers)?, now).await?
    } else if let Some(caller) = through_link(state, rule, request, now).await? {
        return Ok(caller);
    } else if let Some(token) = cookie_of(headers, SESSION_COOKIE) {
        key_of_session(state, token, now).await?
    } else {
        return Err(stranger("this needs a key"));
    };
    note_use(state, &key, now).await;
    let caller = Caller::with(key);
    match rule {
        Rule::Scope(scope) if caller.scope < scope => Err(too_little(scope.as_str())),
        Rule::Operator if !caller.is_operator() => Err(too_little("admin of the tenant local")),
        _ => Ok(caller),
    }
}

/// A key that is shown, if it is one of ours and live.
pub(crate) async fn key_shown(state: &AppState, shown: &KeyText, now: Millis) -> Result<KeyRow, Problem> {
    let sha256 = shown.secret_sha256();
    let found = state.catalog.key(shown.id()).await?;
    let is_it = |row: &KeyRow| bool::from(row.secret_sha256.as_bytes().ct_eq(sha256.as_bytes()));
    found.filter(is_it).filter(|row| row.is_live(now)).ok_or_else(no_such_key)
}

/// Why a key is not taken: which of the three it is, is nobody's business.
pub(crate) fn no_such_key() -> Problem {
    stranger("the key is unknown, revoked or over")
}

fn bearer(headers: &HeaderMap) -> Result<KeyText, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(no_such_key()) };
    let pair = value.to_str().ok().and_then(|text| text.split_once(' '));
    let token = pair.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    token.and_then(|token| KeyText::parse(token.trim())).ok_or_else(no_such_key)
}

async fn key_of_session(state: &AppState, token: &str, now: Millis) -> Result<KeyRow, Problem> {
    let over = || stranger("the session is over");
    let id = state.catalog.key_of_session(&sha256_hex(token), now).await?.ok_or_else(over)?;
    state.catalog.key(&id).await?.filter(|key| key.is_live(now)).ok_or_else(over)
}

/// Somebody without a key, who may have this one result: they see what its tenant sees of it.
async fn through_link(
    state: &AppState,
    rule: Rule,
    request: &Parts,
    now: Millis,
) -> Result<Option<Caller>, Problem> {
    if rule != Rule::Link || !matches!(request.method, Method::GET | Method::HEAD) {
        return Ok(None);
    }
    let path = request.uri.path();
    let query = request.uri.query().unwrap_or_default();
    match state.gate.signer.opens(path, query, now) {
        None => Ok(None),
        Some(false) => Err(Problem::new(ProblemKind::Forbidden, "the link is over, or was changed")),
        Some(true) => {
            let below = path.strip_prefix(API).and_then(|below| below.strip_prefix("/jobs/"));
            let id = below.and_then(|below| below.split('/').next()).unwrap_or_default();
            let job = state.engine.queue.job(&JobId::new(id)).await?;
            let job = job.ok_or_else(|| Problem::not_found(format!("job {id}")))?;
            Ok(Some(Caller { tenant: job.tenant, scope: Scope::Read, key: None }))
        }
    }
}

/// That it is not written hinders nobody.
async fn note_use(state: &AppState, key: &KeyRow, now: Millis) {
    if key.last_used_at.is_some_and(|used| now - used < USE_WRITTEN_EVERY) {
        return;
    }
    if let Err(error) = state.catalog.key_used(&key.id, now, USE_WRITTEN_EVERY).await {
        tracing::warn!(%error, "the use of a key was not written");
    }
}

fn stranger(detail: &str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, detail).with_hint(
        "send Authorization: Bearer with a key that reel keys create made, or POST it to /api/v1/session",
    )
}

fn too_little(scope: &str) -> Problem {
    Problem::new(ProblemKind::Forbidden, format!("this needs a key with the scope {scope}"))
}

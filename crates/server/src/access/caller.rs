//! Who asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use reel_types::{Millis, TenantId};

use super::scope::Scope;
use crate::catalog::KeyRow;
use crate::problem::Problem;
use crate::state::AppState;

/// Who asks: put to the request by the door, so a handler that takes it is behind the door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Caller {
    /// Whose uploads and jobs it sees; there are no others.
    pub(crate) tenant: TenantId,
    /// What it may do.
    pub(crate) scope: Scope,
    /// The key that it showed, or that its session was opened with.
    pub(crate) key: Option<KeyShown>,
}

/// What a caller may know of its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KeyShown {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) expires_at: Option<Millis>,
}

impl Caller {
    /// Somebody on this machine, as long as there are no keys.
    pub(crate) fn of_this_machine() -> Self {
        Self { tenant: TenantId::local(), scope: Scope::Admin, key: None }
    }

    /// Whoever shows this key.
    pub(crate) fn with(key: KeyRow) -> Self {
        let shown = KeyShown { id: key.id, name: key.name, expires_at: key.expires_at };
        Self { tenant: key.tenant, scope: key.scope, key: Some(shown) }
    }

    /// Whether what it came with still lets it in; no, where that cannot be looked up: who is right comes again.
    pub(crate) async fn is_welcome(&self, state: &AppState) -> bool {
        let Some(key) = &self.key else { return !state.gate.is_known_to_need_keys() };
        let found = state.catalog.key(&key.id).await.ok().flatten();
        found.is_some_and(|found| found.is_live(state.options.clock.now()))
    }

    /// Whether it runs this server: an admin of the tenant that the command line works for.
    pub(crate) fn is_operator(&self) -> bool {
        self.scope == Scope::Admin && self.tenant == TenantId::local()
    }

    /// The tenant whose things it may manage; nothing means all.
    pub(crate) fn manages(&self) -> Option<&TenantId> {
        (!self.is_operator()).then_some(&self.tenant)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let admitted = parts.extensions.get::<Self>().cloned();
        // Only a route that the rules call public has none, and such a one must not ask.
        admitted.ok_or_else(|| Problem::internal("a public route asks who calls it"))
    }
}

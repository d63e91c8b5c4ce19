//! `Idempotency-Key`: a name that a client gives to a request, so that saying it again is no second request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use reel_queue::Idempotency;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::{Problem, ProblemKind};

/// Most bytes of a name.
const KEY_BYTES_MAX: usize = 255;

/// The name, where the client gave one.
pub(crate) struct RequestName(Option<String>);

impl RequestName {
    /// None was given.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// The name with a digest of what is asked under it.
    pub(crate) fn of(self, request: &impl Serialize) -> Result<Option<Idempotency>, Problem> {
        let Some(key) = self.0 else { return Ok(None) };
        let text = serde_json::to_vec(request).map_err(Problem::internal)?;
        let request_sha256 = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(Idempotency { key, request_sha256 }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let is_plain = |text: &&str| {
            !text.is_empty()
                && text.len() <= KEY_BYTES_MAX
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let refused = || {
            let detail = format!("Idempotency-Key is 1 to {KEY_BYTES_MAX} letters, digits and signs");
            Problem::new(ProblemKind::BadRequest, detail)
        };
        let key = value.to_str().ok().filter(is_plain).ok_or_else(refused)?;
        Ok(Self(Some(key.to_owned())))
    }
}

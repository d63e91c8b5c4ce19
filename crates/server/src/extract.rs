//! What a request carries, read with bounds; what does not fit is a problem document.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// Most bytes of a JSON body. Its depth is bounded by the reader: 128 levels.
pub(crate) const JSON_BYTES_MAX: usize = 256 * 1024;

/// A JSON body of type `application/json`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let problem = Problem::new(ProblemKind::UnsupportedMediaType, "the body is not application/json");
            return Err(problem.with_hint("send it with Content-Type: application/json"));
        }
        // So few bytes come at once or not at all: the whole body gets the time that a pause would.
        let patience = state.options.body_patience;
        let read = timeout(patience, to_bytes(request.into_body(), JSON_BYTES_MAX)).await;
        let bytes = read.map_err(|_| Problem::slow(patience))?.map_err(|error| {
            tracing::debug!(%error, "a body was not read");
            Problem::new(
                ProblemKind::TooLarge,
                format!("the body ended early or has more than {JSON_BYTES_MAX} bytes"),
            )
        })?;
        json(&bytes, "").map(Self)
    }
}

/// Reads JSON; a value that cannot be is named by `within` and its place.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8], within: &str) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => Problem::unprocessable(joined(within, &place), without_place(&inner)),
            _ => Problem::new(ProblemKind::BadRequest, format!("the JSON cannot be read: {inner}")),
        }
    })?;
    let rest = reader.end().map_err(|error| format!("the JSON cannot be read: {error}"));
    rest.map(|()| read).map_err(|detail| Problem::new(ProblemKind::BadRequest, detail))
}

/// `params` and `resolution` is `params.resolution`; the root is written `.` by the reader.
pub(crate) fn joined(within: &str, place: &str) -> String {
    match (within, place) {
        (within, "." | "") => within.to_owned(),
        ("", place) => place.to_owned(),
        (within, place) => format!("{within}.{place}"),
    }
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(said, _)| said).to_owned()
}

fn is_json(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// What stands after the `?`.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        let refused = |error: axum::extract::rejection::QueryRejection| {
            Problem::new(ProblemKind::BadRequest, error.body_text())
        };
        read.map(|Query(value)| Self(value)).map_err(refused)
    }
}

/// Names within the path.
pub(crate) struct PathOf<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        let refused = |error: axum::extract::rejection::PathRejection| {
            Problem::new(ProblemKind::BadRequest, error.body_text())
        };
        read.map(|Path(value)| Self(value)).map_err(refused)
    }
}

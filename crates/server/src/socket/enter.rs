//! What `/socket.io` bounds by itself; who comes was asked at the door, at each request.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::timeout;

use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// Lets a request on.
pub(super) async fn enter(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if is_new(&request) && state.streams.available_permits() == 0 {
        return Err(Problem::new(ProblemKind::Unavailable, "too many streams are open"));
    }
    if request.method() != Method::POST {
        return Ok(next.run(request).await);
    }
    // What a client says is short; an answer is never waited for.
    let answered = timeout(state.options.body_patience, next.run(request)).await;
    answered.map_err(|_| Problem::new(ProblemKind::Slow, "the body stopped coming"))
}

/// Whether it would begin a connection, rather than go on with one.
fn is_new(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    !query.split('&').any(|pair| pair.starts_with("sid="))
}

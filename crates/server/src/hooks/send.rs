//! One request to a webhook, to an address that was checked, and nowhere else.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, Request, Response, header};
use futures_util::StreamExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::fetch::{Driver, Fetcher, authority, path_and_query};

/// The same in all tries of one event.
const EVENT_ID: HeaderName = HeaderName::from_static("reel-event-id");
const EVENT_TYPE: HeaderName = HeaderName::from_static("reel-event-type");
const SIGNATURE: HeaderName = HeaderName::from_static("reel-signature");

/// Most bytes of the head of an answer.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of its body that are taken, so that an honest one ends well; nothing looks at them.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What is sent.
#[derive(Clone, Debug)]
pub(super) struct Letter<'a> {
    pub(super) event: &'a str,
    pub(super) kind: &'static str,
    pub(super) signature: String,
    pub(super) body: Vec<u8>,
}

/// Sends a letter; answers with the status of what was said within `patience`. A redirect is an answer like any other.
///
/// # Errors
/// Why there was no answer.
pub(super) async fn send(
    fetcher: &Fetcher,
    url: &Url,
    letter: Letter<'_>,
    patience: Duration,
) -> Result<u16, String> {
    let deadline = Instant::now() + patience;
    let late = |_| format!("there was no answer within {} s", patience.as_secs_f64());
    let broken = |error: hyper::Error| format!("the connection broke: {error}");
    let request = request(url, letter).map_err(|error| error.to_string())?;
    let stream = timeout_at(deadline, fetcher.reach(url)).await.map_err(late)??;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX);
    let (mut sender, connection) =
        builder.handshake::<_, Body>(TokioIo::new(stream)).await.map_err(broken)?;
    let _driver = Driver::of(connection);
    let answered = timeout_at(deadline, sender.send_request(request)).await.map_err(late)?;
    let response = answered.map_err(broken)?;
    let status = response.status().as_u16();
    // What it said counts, whether or not it says all of it in time.
    let _ = timeout_at(deadline, take(response)).await;
    Ok(status)
}

fn request(url: &Url, letter: Letter<'_>) -> Result<Request<Body>, axum::http::Error> {
    Request::post(path_and_query(url))
        .header(header::HOST, authority(url))
        .header(header::USER_AGENT, concat!("reel/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONNECTION, "close")
        .header(EVENT_ID, letter.event)
        .header(EVENT_TYPE, letter.kind)
        .header(SIGNATURE, letter.signature)
        .body(Body::from(letter.body))
}

async fn take(response: Response<Incoming>) {
    let mut body = Body::new(response.into_body()).into_data_stream();
    let mut left_bytes = BODY_BYTES_MAX;
    while let Some(Ok(piece)) = body.next().await {
        match left_bytes.checked_sub(piece.len()) {
            Some(left) => left_bytes = left,
            None => return,
        }
    }
}

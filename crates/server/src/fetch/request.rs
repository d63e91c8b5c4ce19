//! From an address to the first byte of a file: redirects followed, each checked like the first.

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

use super::Fetcher;
use super::name::filename;
use crate::problem::{Problem, ProblemKind};

/// Most redirects.
const REDIRECTS_MAX: usize = 5;
/// How long the other side may take for the head of its answer.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// Most bytes of that head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of an address.
const URL_BYTES_MAX: usize = 8192;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The address is none that is fetched from.
    #[error("this address is not fetched: {0}")]
    Address(String),
    /// What is there did not give a file.
    #[error("nothing was fetched: {0}")]
    Source(String),
    /// It could not be stored here.
    #[error("it cannot be stored")]
    Here(Problem),
}

impl FetchError {
    pub(super) fn address(detail: impl Into<String>) -> Self {
        Self::Address(detail.into())
    }

    pub(super) fn source(detail: impl Into<String>) -> Self {
        Self::Source(detail.into())
    }

    /// What was wrong, alone.
    pub(super) fn detail(self) -> String {
        match self {
            Self::Address(detail) | Self::Source(detail) => detail,
            Self::Here(problem) => problem.document().detail,
        }
    }

    /// As it is told; `field` is where the address stands in the body.
    pub(crate) fn into_problem(self, field: &str) -> Problem {
        match self {
            Self::Here(problem) => problem,
            error => Problem::unprocessable(field, error.to_string()),
        }
    }
}

impl From<Problem> for FetchError {
    fn from(problem: Problem) -> Self {
        Self::Here(problem)
    }
}

/// A file that is about to come.
pub(super) struct Opened {
    pub(super) filename: String,
    /// Its media type as the other side says.
    pub(super) mime: Option<String>,
    /// Its size as the other side says.
    pub(super) size_bytes: Option<u64>,
    pub(super) body: Body,
    _driver: Driver,
}

/// What moves the bytes of a connection; ended when nobody wants them any more.
pub(crate) struct Driver(JoinHandle<()>);

impl Driver {
    /// Moves them from now on. How it ended is told by the body.
    pub(crate) fn of<T: Send + 'static>(connection: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(async move {
            let _ = connection.await;
        }))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Fetcher {
    /// Follows an address to a file.
    pub(super) async fn open(&self, address: &str) -> Result<Opened, FetchError> {
        let mut url = read(address)?;
        for _ in 0..=REDIRECTS_MAX {
            let (response, driver) = self.ask(&url).await?;
            match response.status() {
                StatusCode::OK => return opened(response, driver, &url),
                status if is_redirect(status) => url = next(&url, response.headers())?,
                status => return Err(FetchError::source(format!("the answer was {status}"))),
            }
        }
        Err(FetchError::source(format!("there were more than {REDIRECTS_MAX} redirects")))
    }

    async fn ask(&self, url: &Url) -> Result<(Response<Incoming>, Driver), FetchError> {
        let broken = |error: hyper::Error| FetchError::source(format!("the connection broke: {error}"));
        let stream = self.dial(url).await?;
        let request = request(url)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEAD_BYTES_MAX);
        let (mut sender, connection) =
            builder.handshake::<_, Body>(TokioIo::new(stream)).await.map_err(broken)?;
        let driver = Driver::of(connection);
        let answered = timeout(HEAD_PATIENCE, sender.send_request(request)).await;
        let answered = answered.map_err(|_| FetchError::source("it did not answer"))?;
        Ok((answered.map_err(broken)?, driver))
    }
}

/// An address as it was given.
pub(super) fn read(address: &str) -> Result<Url, FetchError> {
    if address.len() > URL_BYTES_MAX {
        return Err(FetchError::address(format!("it has more than {URL_BYTES_MAX} bytes")));
    }
    let url = Url::parse(address).map_err(|error| FetchError::address(error.to_string()))?;
    check(&url)?;
    Ok(url)
}

fn check(url: &Url) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::address(format!("{} is neither http nor https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::address("it has a name or a password in it"));
    }
    Ok(())
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn next(url: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let said = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let said = said.ok_or_else(|| FetchError::source("it leads elsewhere and does not say where"))?;
    let next = url.join(said).map_err(|error| FetchError::address(format!("it leads elsewhere: {error}")))?;
    check(&next)?;
    if url.scheme() == "https" && next.scheme() != "https" {
        return Err(FetchError::address("it leads from https to http"));
    }
    Ok(next)
}

/// As it stands in `Host`.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// As it stands in the first line of a request.
pub(crate) fn path_and_query(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

fn request(url: &Url) -> Result<Request<Body>, FetchError> {
    let request = Request::get(path_and_query(url))
        .header(header::HOST, authority(url))
        .header(header::USER_AGENT, concat!("reel/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close");
    request.body(Body::empty()).map_err(|error| FetchError::address(error.to_string()))
}

fn opened(response: Response<Incoming>, driver: Driver, url: &Url) -> Result<Opened, FetchError> {
    let headers = response.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(encoding) =
        text(header::CONTENT_ENCODING).filter(|said| !said.eq_ignore_ascii_case("identity"))
    {
        return Err(FetchError::source(format!("it is sent as {encoding}, which was not asked for")));
    }
    let opened = Opened {
        filename: filename(headers, url),
        mime: text(header::CONTENT_TYPE).map(str::to_owned),
        size_bytes: text(header::CONTENT_LENGTH).and_then(|said| said.parse().ok()),
        body: Body::empty(),
        _driver: driver,
    };
    Ok(Opened { body: Body::new(response.into_body()), ..opened })
}

impl FetchError {
    /// Nothing came for too long.
    pub(super) fn slow(patience: Duration) -> Self {
        Self::source(format!("no byte came for {} s", patience.as_secs()))
    }

    /// The server stops.
    pub(super) fn stopping() -> Self {
        Self::Here(Problem::new(ProblemKind::Unavailable, "the server is stopping"))
    }
}

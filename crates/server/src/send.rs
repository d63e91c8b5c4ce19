//! An object as an answer: whole or in ranges, with what a browser may do with it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::fs::File;

use crate::file_body::{Piece, body};
use crate::filename::disposition;
use crate::problem::{Problem, ProblemKind};
use crate::range::{ByteRange, Wanted, wanted};
use crate::state::AppState;

/// What is sent.
pub(crate) struct Sent<'a> {
    /// The object.
    pub(crate) key: &'a str,
    /// SHA-256 of its bytes, hex; its `ETag`.
    pub(crate) sha256: &'a str,
    /// Its media type.
    pub(crate) mime: &'a str,
    /// What a browser calls it.
    pub(crate) filename: &'a str,
    /// Whether a browser saves it rather than shows it.
    pub(crate) as_download: bool,
}

/// Media types that a browser may show. Nothing among them can hold a script, also not in a picture.
const INLINE: [&str; 12] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
    "application/vnd.apple.mpegurl",
    "application/x-mpegurl",
    "application/dash+xml",
    "application/json",
    "text/plain",
    "text/vtt",
];

/// Whatever is in it runs nothing and is of no origin. The rest is what a browser's own player needs.
pub(crate) const POLICY: &str =
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

/// Answers with the object.
pub(crate) async fn send(state: &AppState, sent: &Sent<'_>, asked: &HeaderMap) -> Result<Response, Problem> {
    let etag = format!("\"{}\"", sent.sha256);
    let has_etag = !sent.sha256.is_empty();
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let mut headers = common(sent)?;
    if has_etag {
        headers.insert(header::ETAG, value(&etag)?);
    }
    if has_etag && text(header::IF_NONE_MATCH).is_some_and(|list| names(list, &etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let path = state.engine.store.local_path(sent.key, state.incoming.folder()).await?;
    let file = File::open(&path).await.map_err(Problem::internal)?;
    let size = file.metadata().await.map_err(Problem::internal)?.len();
    // A range of another version is of no use to the client: it gets all of this one.
    let is_same = text(header::IF_RANGE).is_none_or(|known| has_etag && known.trim() == etag);
    let range = if is_same { text(header::RANGE) } else { None };
    Ok(match wanted(range, size) {
        Wanted::All => whole(file, size, headers),
        Wanted::Nothing => nothing(size)?,
        Wanted::Ranges(ranges) => match ranges.as_slice() {
            [range] => one(file, *range, size, headers)?,
            several => parts(file, several, size, headers)?,
        },
    })
}

/// What every answer with these bytes says.
fn common(sent: &Sent<'_>) -> Result<HeaderMap, Problem> {
    let is_inline = is_inline(sent.mime);
    let mut headers = HeaderMap::new();
    let mime = if is_inline { sent.mime } else { "application/octet-stream" };
    headers.insert(header::CONTENT_TYPE, value(mime)?);
    let kind = if is_inline && !sent.as_download { "inline" } else { "attachment" };
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(kind, sent.filename))?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // The name may mean other bytes after a retry: ask each time, and be told 304.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(headers)
}

fn is_inline(mime: &str) -> bool {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("video/") || essence.starts_with("audio/") || INLINE.contains(&essence.as_str())
}

fn whole(file: File, size: u64, mut headers: HeaderMap) -> Response {
    headers.insert(header::CONTENT_LENGTH, size.into());
    let pieces = match size {
        0 => Vec::new(),
        size => vec![Piece::Stretch(ByteRange { begin: 0, end: size })],
    };
    (headers, body(file, pieces)).into_response()
}

fn one(file: File, range: ByteRange, size: u64, mut headers: HeaderMap) -> Result<Response, Problem> {
    headers.insert(header::CONTENT_LENGTH, (range.end - range.begin).into());
    headers.insert(header::CONTENT_RANGE, value(&content_range(range, size))?);
    Ok((StatusCode::PARTIAL_CONTENT, headers, body(file, vec![Piece::Stretch(range)])).into_response())
}

fn parts(file: File, ranges: &[ByteRange], size: u64, mut headers: HeaderMap) -> Result<Response, Problem> {
    let boundary = format!("reel{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    let mime = headers.get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).unwrap_or_default();
    let mut pieces = Vec::with_capacity(ranges.len() * 2 + 1);
    for range in ranges {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: {mime}\r\nContent-Range: {}\r\n\r\n",
            content_range(*range, size)
        );
        pieces.push(Piece::Text(head.into()));
        pieces.push(Piece::Stretch(*range));
    }
    pieces.push(Piece::Text(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    let size_bytes: u64 = pieces.iter().map(Piece::size_bytes).sum();
    headers.insert(header::CONTENT_LENGTH, size_bytes.into());
    headers.insert(header::CONTENT_TYPE, value(&format!("multipart/byteranges; boundary={boundary}"))?);
    Ok((StatusCode::PARTIAL_CONTENT, headers, body(file, pieces)).into_response())
}

fn nothing(size: u64) -> Result<Response, Problem> {
    let problem = Problem::new(ProblemKind::RangeNotSatisfiable, format!("there are {size} bytes"));
    let mut response: Response<Body> = problem.into_response();
    response.headers_mut().insert(header::CONTENT_RANGE, value(&format!("bytes */{size}"))?);
    Ok(response)
}

fn content_range(range: ByteRange, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.begin, range.end.saturating_sub(1))
}

/// Whether `If-None-Match` names this version. A weak tag of the same bytes counts as the same.
pub(crate) fn names(list: &str, etag: &str) -> bool {
    let one = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    list.split(',').any(|tag| one(tag.trim()))
}

fn value(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(Problem::internal)
}

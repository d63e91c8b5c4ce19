//! The page: what `web/` was built to, within the binary. Without it, a short note.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;
use crate::send::names;
use crate::view::API;

/// What was built, if it was.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

const INDEX: &str = "index.html";
/// Where the build puts files whose name has a digest of what is in them.
const HASHED: &str = "assets/";

/// A build may put a squeezed twin beside a file; the smallest comes first.
const TWINS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Nothing from elsewhere, no script within the page.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const NOTE: &str = "<!doctype html>
<html lang=\"en\"><meta charset=\"utf-8\"><title>reel</title>
<h1>reel is running</h1>
<p>This build has no page. The API is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>; to send a film:</p>
<pre>curl -F video=@film.mp4 http://localhost:8080/api/v1/videos/upload</pre>
</html>
";

/// Whatever is no route of the API: a file of the page, or the page itself for one of its own routes.
pub(crate) async fn page(request: Request) -> Response {
    let path = request.uri().path();
    let missing = || Problem::not_found(format!("route {path}")).into_response();
    if !matches!(*request.method(), Method::GET | Method::HEAD) || is_api(path) {
        return missing();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Built::get(name).filter(|_| !name.is_empty()) {
        return built(name, file, request.headers());
    }
    // Only a browser that goes somewhere wants the page; a script that asks for a file wants to know that it is not there.
    if path != "/" && !wants_html(request.headers()) {
        return missing();
    }
    match Built::get(INDEX) {
        Some(file) => built(INDEX, file, request.headers()),
        None if path == "/" => note(),
        None => missing(),
    }
}

fn is_api(path: &str) -> bool {
    path == API || path.starts_with("/api/")
}

fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.split(';').next().is_some_and(|mime| mime.trim() == "text/html"))
}

fn built(name: &str, plain: EmbeddedFile, asked: &HeaderMap) -> Response {
    let twin = |(encoding, ending)| Some((encoding, Built::get(&format!("{name}{ending}"))?));
    let squeezed = TWINS.into_iter().filter(|(encoding, _)| takes(asked, encoding)).find_map(twin);
    let (encoding, file) = squeezed.map_or((None, plain), |(encoding, file)| (Some(encoding), file));
    let digest: String = file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digest}\"");
    let mut headers = HeaderMap::new();
    let cache = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|list| names(list, &etag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(name)));
    (headers, Body::from(file.data.into_owned())).into_response()
}

/// Whether a browser takes this encoding.
fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    let accepted =
        asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        is_named && !is_refused
    })
}

fn note() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, NOTE).into_response()
}

/// The few sorts of files that a build makes.
fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_says_which_encodings_it_takes() {
        let check = |accepted: &str, encoding: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            assert_eq!(takes(&headers, encoding), expected, "{accepted}");
        };
        check("gzip, deflate, br", "br", true);
        check("gzip;q=0.5, BR;q=1", "br", true);
        check("gzip, br;q=0", "br", false);
        check("gzip", "br", false);
        check("", "gzip", false);
        assert!(!takes(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn only_a_browser_that_goes_somewhere_gets_the_page_for_any_path() {
        let check = |accept: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(wants_html(&headers), expected, "{accept}");
        };
        check("text/html,application/xhtml+xml,*/*;q=0.8", true);
        check("application/json", false);
        check("*/*", false);
    }
}

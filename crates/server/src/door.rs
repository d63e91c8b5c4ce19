//! Who may come in: the names of this server, its own pages, whoever has a key; without keys, nobody through a proxy.
//!
//! Without keys everything on this machine may use the server, so a browser is the danger: a page from elsewhere that
//! reaches it through a name of its own (rebinding), or that posts to it blindly.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::admit;
use crate::problem::{Problem, ProblemKind};
use crate::socket;
use crate::state::AppState;

/// Lets a request in or answers it here; every answer gets the headers that all have.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (mut parts, body) = request.into_parts();
    let route = parts.extensions.get::<MatchedPath>().cloned();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let mut told = HeaderMap::new();
    let mut response = match come_in(&state, &mut parts, &mut told).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.extend(told);
    for (name, value) in COMMON {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    let took = begun.elapsed();
    let status = response.status();
    state.metrics.answered(&method, route.as_ref().map(MatchedPath::as_str), status, took);
    // Never the query, which may hold a signature.
    tracing::info!(target: REQUESTS, %method, path, status = status.as_u16(), millis = took.as_secs_f64() * 1e3, "request");
    response
}

/// What requests are logged as.
pub const REQUESTS: &str = "reel::request";

/// On every answer that does not say otherwise.
const COMMON: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// The name first, then the page, then the key; `told` gets what the answer says of limits.
async fn come_in(state: &AppState, request: &mut Parts, told: &mut HeaderMap) -> Result<(), Problem> {
    // Whether the process lives is told without a look at the disk.
    let needs_keys = match request.uri.path() {
        "/livez" => state.gate.is_known_to_need_keys(),
        _ => state.gate.needs_keys(state).await?,
    };
    check(state, request, needs_keys)?;
    admit(state, needs_keys, request, told).await
}

fn check(state: &AppState, request: &Parts, needs_keys: bool) -> Result<(), Problem> {
    let headers = &request.headers;
    let host = host(request)?;
    let names = Names { public: &state.options.public_urls, takes_addresses: needs_keys };
    if !names.know(&host) {
        return Err(Problem::new(ProblemKind::Misdirected, format!("{host:?} is not a name of this server"))
            .with_hint("use localhost, or start it with --public-url and that address"));
    }
    if let Some(name) = headers.keys().find(|name| !needs_keys && is_of_a_proxy(name)) {
        return Err(Problem::new(
            ProblemKind::Forbidden,
            format!("{name} says that this came through a proxy, and without keys nobody else may come in"),
        )
        .with_hint("ask the server directly, on this machine; or make a key: reel keys create"));
    }
    if is_safe(&request.method) && !is_conversation(request) {
        return Ok(());
    }
    names.check_page(&host, headers)
}

/// The one name that the request was sent to, in lower case.
fn host(request: &Parts) -> Result<String, Problem> {
    let bad = |detail: &str| Problem::new(ProblemKind::BadRequest, detail);
    let mut values = request.headers.get_all(header::HOST).iter();
    let named = values.next().map(|value| value.to_str().map_err(|_| bad("the Host header is not text")));
    if values.next().is_some() {
        return Err(bad("there are two Host headers"));
    }
    // A request in absolute form names its host twice; both count.
    let target = request.uri.authority().map(ToString::to_string);
    match (target, named.transpose()?) {
        (Some(target), Some(named)) if !target.eq_ignore_ascii_case(named) => {
            Err(bad("the Host header and the address are different"))
        }
        (Some(host), _) => Ok(host.to_ascii_lowercase()),
        (None, Some(host)) => Ok(host.to_ascii_lowercase()),
        (None, None) => Err(bad("there is no Host header")),
    }
}

/// Whether a proxy adds this header.
fn is_of_a_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-forwarded-") || matches!(name, "forwarded" | "x-real-ip" | "via")
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether it begins or goes on with a conversation: its method is GET, and a browser lets every page have one.
fn is_conversation(request: &Parts) -> bool {
    request.headers.contains_key(header::UPGRADE) || socket::is_at(request.uri.path())
}

struct Names<'a> {
    public: &'a [crate::options::PublicUrl],
    /// Whether a bare address is a name: nobody can make a browser take theirs for ours, as they can with a name.
    takes_addresses: bool,
}

impl Names<'_> {
    fn know(&self, host: &str) -> bool {
        is_loopback(host)
            || self.public.iter().any(|url| url.authority() == host)
            || (self.takes_addresses && is_address(host))
    }

    /// Whether the page that a browser sent this from is one of ours. Programs name no page.
    fn check_page(&self, host: &str, headers: &HeaderMap) -> Result<(), Problem> {
        let foreign = |what: &str| {
            Problem::new(ProblemKind::Forbidden, format!("{what} is not a page of this server"))
                .with_hint("only pages that this server sent may change something here")
        };
        for origin in headers.get_all(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or("null").to_ascii_lowercase();
            let own = origin.strip_prefix("http://").is_some_and(|name| name == host)
                || self.public.iter().any(|url| url.origin() == origin && url.authority() == host);
            if !own {
                return Err(foreign(&format!("{origin:?}")));
            }
        }
        for site in headers.get_all("sec-fetch-site") {
            if !matches!(site.as_bytes(), b"same-origin" | b"none") {
                return Err(foreign("what the browser calls another site"));
            }
        }
        Ok(())
    }
}

/// `localhost`, `127.0.0.1` and `[::1]`, with any port or none.
fn is_loopback(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| match rest.strip_prefix(':') {
            Some(port) => !port.is_empty() && port.parse::<u16>().is_ok() && !port.starts_with('+'),
            None => rest.is_empty(),
        })
    })
}

/// `192.168.1.5:8080` or `[fe80::1]`, with any port or none.
fn is_address(host: &str) -> bool {
    let bare = |text: &str| text.parse::<Ipv4Addr>().is_ok();
    let in_brackets = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    host.parse::<SocketAddr>().is_ok()
        || bare(host)
        || in_brackets.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_loopback() {
        for good in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "",
            "localhost.",
            "localhost:",
            "localhost:x",
            "localhost:+1",
            "localhost.evil.org",
            "127.0.0.1.nip.io",
            "127.0.0.2",
            "[::1]x",
            "localhost:80:80",
            "evil.org",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_is_no_name() {
        for good in ["192.168.1.5", "192.168.1.5:8080", "[fe80::1]", "[fe80::1]:80"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["evil.org", "192.168.1.5.evil.org", "192.168.1.5:", "fe80::1", "192.168.1", "[evil.org]", ""]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_page_is_ours_by_its_whole_origin() {
        let public = ["https://videos.example.org".parse().unwrap()];
        let names = Names { public: &public, takes_addresses: false };
        let page = |host: &str, origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            names.check_page(host, &headers).is_ok()
        };
        assert!(page("localhost:8080", "http://localhost:8080"));
        assert!(page("videos.example.org", "https://videos.example.org"));
        for (host, origin) in [
            ("localhost:8080", "http://localhost:3000"),
            ("127.0.0.1:8080", "http://localhost:8080"),
            ("localhost:8080", "https://localhost:8080"),
            ("localhost:8080", "null"),
            ("localhost:8080", "https://videos.example.org"),
            ("localhost:8080", "http://evil.org"),
        ] {
            assert!(!page(host, origin), "{host} {origin}");
        }
    }
}

//! Requests to a server, and what its refusals mean here.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use reel_types::{CancelToken, FailureKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Method, Request, Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body, SendBody};

use crate::problem::{Problem, ProblemKind};

/// Where the API begins.
pub(super) const API: &str = "/api/v1";
/// A stream has a comment every 15 s; the last piece of a file is answered once it is on the disk.
const SILENCE_MAX: Duration = Duration::from_secs(120);
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// Most bytes of an answer that is no file.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Pauses between tries at what may pass: about a minute and a half in all.
const PAUSES: [Duration; 7] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(40),
];

/// A server as it was named: where it is, and the key for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// `http://` or `https://`, a host, perhaps a path; without a slash at the end.
    url: String,
    /// Never shown.
    key: Option<String>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Server {
    /// From what was typed.
    ///
    /// # Errors
    /// A usage problem for what is no address of a server, or a key that no header can hold.
    pub fn new(typed: &str, key: Option<String>) -> Result<Self, Problem> {
        let refused = |why: &str| {
            Problem::usage(format!("--server {typed}: {why}"))
                .with_hint("name it as in --server https://host:8080")
        };
        // A name with a password must not reach a message.
        if typed.contains('@') {
            return Err(Problem::usage("a name or password has no place in --server")
                .with_hint("give the key in REEL_API_KEY"));
        }
        let uri: Uri = typed.parse().map_err(|_| refused("no address"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
            return Err(refused("an address begins with http:// or https:// and a host"));
        }
        if typed.contains(['?', '#']) {
            return Err(refused("only a host and a path may stand there"));
        }
        let key = key.filter(|key| !key.is_empty());
        if key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Problem::usage("the key for the server has signs that no key has")
                .with_hint("see REEL_API_KEY"));
        }
        Ok(Self { url: typed.trim_end_matches('/').to_owned(), key })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Why a request has no answer that can be used.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Nothing when the server was not reached.
    pub(super) status: Option<u16>,
    /// Who answers has no certificate that is trusted here.
    is_untrusted: bool,
    /// What to tell.
    pub(super) problem: Problem,
}

impl Refusal {
    /// Whether the same may work in a while.
    pub(super) fn may_pass(&self) -> bool {
        !self.is_untrusted && matches!(self.status, None | Some(408 | 423 | 425 | 429 | 502..=504))
    }

    pub(super) fn new(status: Option<u16>, problem: Problem) -> Self {
        Self { status, is_untrusted: false, problem }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refusal.problem
    }
}

/// Speaks with one server. Every call blocks its thread.
pub(super) struct Client {
    agent: Agent,
    server: Server,
    /// Set when the command ends: nobody waits for another try then.
    pub(super) stop: CancelToken,
}

/// A request: method, path from the root of the server, headers.
pub(super) type Headers<'a> = &'a [(&'a str, &'a str)];

impl Client {
    pub(super) fn new(server: &Server) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A key goes to the server that was named and to no other.
            .max_redirects(0)
            .user_agent(concat!("reel/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .timeout_connect(Some(CONNECT_MAX))
            .timeout_per_read(Some(SILENCE_MAX))
            .timeout_per_write(Some(SILENCE_MAX));
        if server.url.starts_with("https:") {
            let trusted = rustls_native_certs::load_native_certs().certs;
            let trusted = trusted.iter().map(|one| Certificate::from_der(one.as_ref()).to_owned());
            let roots = RootCerts::Specific(Arc::new(trusted.collect()));
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Self { agent: config.build().into(), server: server.clone(), stop: CancelToken::new() }
    }

    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    /// One try. Any status below 400 is an answer.
    pub(super) fn send(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: Option<&[u8]>,
    ) -> Result<Response<Body>, Refusal> {
        match body {
            Some(body) => self.ask(method, path, headers, body),
            None => self.ask(method, path, headers, ()),
        }
    }

    /// One try with a body that is read while it is sent.
    pub(super) fn send_stream(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        (body, size_bytes): (&mut dyn Read, u64),
    ) -> Result<Response<Body>, Refusal> {
        let size = size_bytes.to_string();
        let length = [("content-length", size.as_str())];
        self.ask(method, path, &[headers, &length].concat(), SendBody::from_reader(body))
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: impl AsSendBody,
    ) -> Result<Response<Body>, Refusal> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.server.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let sent = request.body(body).map_err(ureq::Error::from).and_then(|request| self.agent.run(request));
        let response = sent.map_err(|error| self.not_reached(&error))?;
        match response.status().as_u16() {
            ..300 => Ok(response),
            status @ 300..400 => Err(Refusal::new(
                Some(status),
                Problem::usage(format!("{} sends elsewhere", self.server.url))
                    .with_hint("name the server itself in --server"),
            )),
            status => Err(self.refused(status, response)),
        }
    }

    /// Tries until it is answered, refused for good, or too many tries failed. For what may be said twice.
    pub(super) fn send_again(
        &self,
        method: &Method,
        path: &str,
        headers: Headers<'_>,
        body: Option<&[u8]>,
    ) -> Result<Response<Body>, Refusal> {
        let mut pauses = PAUSES.iter();
        loop {
            match self.send(method.clone(), path, headers, body) {
                Err(refusal) if refusal.may_pass() && self.pause(&mut pauses) => {}
                answered => return answered,
            }
        }
    }

    /// Waits before another try; false when there is none.
    pub(super) fn pause(&self, pauses: &mut std::slice::Iter<'_, Duration>) -> bool {
        pauses.next().is_some_and(|pause| !self.stop.wait_timeout(*pause))
    }

    /// The pauses of a row of tries.
    pub(super) fn pauses() -> std::slice::Iter<'static, Duration> {
        PAUSES.iter()
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        let answer = self.send_again(&Method::GET, path, &[], None)?;
        self.read(answer)
    }

    /// For requests that come to the same when they are said twice.
    pub(super) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        headers: Headers<'_>,
        body: &Value,
    ) -> Result<T, Refusal> {
        let json = [&[("content-type", "application/json")], headers].concat();
        let answer = self.send_again(&Method::POST, path, &json, Some(body.to_string().as_bytes()))?;
        self.read(answer)
    }

    fn read<T: DeserializeOwned>(&self, answer: Response<Body>) -> Result<T, Refusal> {
        let status = answer.status().as_u16();
        let mut text = Vec::new();
        let read = answer.into_body().into_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut text);
        read.map_err(|error| self.not_reached(&ureq::Error::Io(error)))?;
        serde_json::from_slice(&text).map_err(|error| {
            let message = format!("{} answers what reel does not understand", self.server.url);
            let problem = Problem::new(ProblemKind::Failure(FailureKind::Missing), message)
                .caused_by(&error)
                .with_hint("is it a reel server, and of this version");
            Refusal::new(Some(status), problem)
        })
    }

    fn not_reached(&self, error: &ureq::Error) -> Refusal {
        let message = format!("cannot reach {}", self.server.url);
        let problem = Problem::new(ProblemKind::Failure(FailureKind::Transient), message).caused_by(error);
        let is_untrusted = is_untrusted(error);
        let hint = match is_untrusted {
            true => {
                "its certificate is not trusted here (SSL_CERT_FILE may name a file with that of its authority), or it speaks no TLS"
            }
            false => "check that the server runs and that --server names it; the same command goes on",
        };
        Refusal { status: None, is_untrusted, problem: problem.with_hint(hint) }
    }

    fn refused(&self, status: u16, answer: Response<Body>) -> Refusal {
        let mut text = Vec::new();
        // What cannot be read is told by its number.
        let _ = answer.into_body().into_reader().take(1 << 16).read_to_end(&mut text);
        let said: Said = serde_json::from_slice(&text).unwrap_or_default();
        let kind = match status {
            408 | 423 | 425 | 429 | 500..=506 | 508.. => FailureKind::Transient,
            413 | 507 => FailureKind::Storage,
            _ => FailureKind::Usage,
        };
        let detail =
            said.detail.unwrap_or_else(|| format!("{} answers with status {status}", self.server.url));
        let message = match said.field {
            Some(field) => format!("the server refuses {field}: {detail}"),
            None => format!("the server refuses: {detail}"),
        };
        let problem = Problem::new(ProblemKind::Failure(kind), message);
        let hint = match (status, self.server.key.is_some()) {
            (401, false) => Some("give a key for the server in REEL_API_KEY".to_owned()),
            (401, true) => Some("check the key in REEL_API_KEY".to_owned()),
            // The server says which scope is wanted; who runs it makes the key.
            (403, true) if said.hint.is_none() => Some(
                "put another key in REEL_API_KEY; whoever runs the server makes one with `reel keys create --scope …`"
                    .to_owned(),
            ),
            _ => said.hint,
        };
        Refusal::new(Some(status), hint.into_iter().fold(problem, Problem::with_hint))
    }
}

/// That does not change by waiting.
fn is_untrusted(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => true,
        // How a handshake ends that is driven by reads and writes.
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// A problem document.
#[derive(Deserialize, Default)]
struct Said {
    detail: Option<String>,
    hint: Option<String>,
    field: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_and_perhaps_a_path() {
        let url = |typed: &str| Server::new(typed, None).ok().map(|server| server.url);
        assert_eq!(url("http://localhost:8080/"), Some("http://localhost:8080".into()));
        assert_eq!(url("https://nas.local/reel"), Some("https://nas.local/reel".into()));
        for wrong in ["", "localhost:8080", "ftp://a", "http://", "http://u:p@a", "http://a/?b", "/tmp/x"] {
            assert_eq!(url(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_key_and_no_password_is_ever_shown() {
        let server = Server::new("http://a", Some("reel_secret".into())).unwrap();
        assert!(!format!("{server:?}").contains("secret"));
        let problem = Server::new("http://me:secret@a", None).unwrap_err();
        assert!(!format!("{problem:?}").contains("secret"));
        let problem = Server::new("http://a", Some("secret\n".into())).unwrap_err();
        assert!(!format!("{problem:?}").contains("secret"));
    }
}

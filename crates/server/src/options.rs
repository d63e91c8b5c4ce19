//! What can be chosen when a server is made.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::uri::{Authority, Uri};

use crate::access::{Clock, RateLimit};
use crate::fetch::AddressRange;

/// How a server behaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerOptions {
    /// Addresses under which people reach it beside loopback.
    pub public_urls: Vec<PublicUrl>,
    /// Most bytes of one upload.
    pub upload_bytes_max: u64,
    /// Bytes that an upload leaves free on the disk.
    pub disk_reserve_bytes: u64,
    /// Most bytes of all uploads of one tenant together.
    pub stored_bytes_max: u64,
    /// How long an upload that is not whole is kept after its last byte.
    pub partial_keep: Duration,
    /// Addresses that are not public and fetched from all the same.
    pub allow_private: Vec<AddressRange>,
    /// How long fetching one file may take.
    pub fetch_time_max: Duration,
    /// Most streams of events that are open at once.
    pub streams_max: usize,
    /// Most connections that are open at once; further ones wait.
    pub connections_max: usize,
    /// How long a client may take for the head of a request.
    pub head_patience: Duration,
    /// How long a client may send nothing in the middle of a body.
    pub body_patience: Duration,
    /// How often the queue is asked for what other processes, and heartbeats, have written there.
    pub look_every: Duration,
    /// How long a request under way may go on once the server stops.
    pub stop_patience: Duration,
    /// How often one tenant may ask once there are keys; nothing: as often as it likes.
    pub rate: Option<RateLimit>,
    /// Most tasks of one tenant that run at once; 0 is no bound.
    pub tenant_running_max: u32,
    /// How long an upload is kept; nothing: until somebody deletes it.
    pub keep_uploads: Option<Duration>,
    /// How long a job that has ended is kept with what it made; nothing: until somebody deletes it.
    pub keep_jobs: Option<Duration>,
    /// How long an answer may come from memory; zero: never.
    pub cache_ttl: Duration,
    /// Longest life of a session of a browser.
    pub session_keep: Duration,
    /// How long a webhook may take to answer.
    pub webhook_patience: Duration,
    /// The time by which keys end.
    pub clock: Clock,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            public_urls: Vec::new(),
            upload_bytes_max: 64 << 30,
            disk_reserve_bytes: 1 << 30,
            stored_bytes_max: u64::MAX,
            partial_keep: Duration::from_secs(7 * 24 * 3600),
            allow_private: Vec::new(),
            fetch_time_max: Duration::from_secs(3600),
            streams_max: 10_000,
            connections_max: 12_000,
            head_patience: Duration::from_secs(30),
            body_patience: Duration::from_secs(30),
            look_every: Duration::from_millis(500),
            stop_patience: Duration::from_secs(5),
            rate: Some(RateLimit { per_sec: 100, burst: 500 }),
            tenant_running_max: 0,
            keep_uploads: None,
            keep_jobs: None,
            cache_ttl: Duration::from_secs(300),
            session_keep: Duration::from_secs(30 * 86_400),
            webhook_patience: Duration::from_secs(10),
            clock: Clock::default(),
        }
    }
}

/// `https://videos.example.org` or `http://nas.local:8080`: scheme, name and port, nothing after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl {
    scheme: String,
    authority: String,
}

impl PublicUrl {
    /// As a browser writes it in `Origin`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether what goes there goes sealed.
    pub(crate) fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// As a client writes it in `Host`.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text}` is no address of a server; write it like https://videos.example.org");
        let uri: Uri = text.parse().map_err(|_| refused())?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let (Some(scheme), Some(authority)) = (scheme, authority) else { return Err(refused()) };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(refused());
        }
        Ok(Self { scheme: scheme.to_owned(), authority: plain_authority(authority, scheme) })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// Lower case, without the port that the scheme has anyway: browsers leave it out.
fn plain_authority(authority: &Authority, scheme: &str) -> String {
    let host = authority.host().to_ascii_lowercase();
    match (authority.port_u16(), scheme) {
        (None, _) | (Some(80), "http") | (Some(443), "https") => host,
        (Some(port), _) => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_name_and_port() {
        let check = |text: &str, origin: &str| {
            assert_eq!(text.parse::<PublicUrl>().map(|url| url.origin()), Ok(origin.to_owned()));
        };
        check("https://Videos.example.org", "https://videos.example.org");
        check("https://videos.example.org:443/", "https://videos.example.org");
        check("http://nas.local:8080", "http://nas.local:8080");
        for bad in ["nas.local", "ftp://nas.local", "http://nas.local/reel", "http://u@nas.local", "http://"]
        {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }
}

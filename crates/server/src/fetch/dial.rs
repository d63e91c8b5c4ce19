//! A connection to an address that was checked, and to no other.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{Fetcher, is_public};
use crate::fetch::request::FetchError;

/// How long one address may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;

/// Bytes both ways.
pub(crate) trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// How the other side proves who it is. Read from the machine when it is first needed.
#[derive(Default)]
pub(super) struct Tls {
    config: OnceCell<Arc<ClientConfig>>,
}

impl Fetcher {
    /// Connects to the host of an address.
    pub(super) async fn dial(&self, url: &Url) -> Result<Box<dyn Pipe>, FetchError> {
        let host = url.host().ok_or_else(|| FetchError::address("it names no host"))?;
        let port = url.port_or_known_default().ok_or_else(|| FetchError::address("it names no port"))?;
        let stream = self.connect(&host, port).await?;
        if url.scheme() != "https" {
            return Ok(Box::new(stream));
        }
        let name = match &host {
            Host::Domain(name) => ServerName::try_from((*name).to_owned()),
            Host::Ipv4(address) => Ok(ServerName::from(IpAddr::from(*address))),
            Host::Ipv6(address) => Ok(ServerName::from(IpAddr::from(*address))),
        };
        let name =
            name.map_err(|_| FetchError::address("its host has no name that a certificate can have"))?;
        let config = self.tls.config.get_or_try_init(trusted).await?;
        let connecting = TlsConnector::from(Arc::clone(config)).connect(name, stream);
        let connected =
            timeout(PATIENCE, connecting).await.map_err(|_| FetchError::source("it did not answer"))?;
        let secured = connected
            .map_err(|error| FetchError::source(format!("its certificate does not hold: {error}")))?;
        Ok(Box::new(secured))
    }

    /// Looks the name up once, and dials what was looked at.
    async fn connect(&self, host: &Host<&str>, port: u16) -> Result<TcpStream, FetchError> {
        let addresses = match host {
            Host::Ipv4(address) => vec![IpAddr::from(*address)],
            Host::Ipv6(address) => vec![IpAddr::from(*address)],
            Host::Domain(name) => {
                let looked_up = timeout(PATIENCE, self.resolver.resolve(name)).await;
                looked_up.ok().and_then(Result::ok).unwrap_or_default()
            }
        };
        if addresses.is_empty() {
            return Err(FetchError::source(format!("{host} has no address")));
        }
        // One that is refused refuses all: a name that leads here and there is nobody's honest name.
        for address in &addresses {
            self.check(*address)?;
        }
        let mut failed = format!("{host} did not answer");
        for address in addresses.into_iter().take(ADDRESSES_MAX) {
            match timeout(PATIENCE, TcpStream::connect(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failed = format!("{host} cannot be reached: {error}"),
                Err(_) => {}
            }
        }
        Err(FetchError::source(failed))
    }

    pub(super) fn check(&self, address: IpAddr) -> Result<(), FetchError> {
        if is_public(address) || self.allowed.iter().any(|range| range.contains(address)) {
            return Ok(());
        }
        Err(FetchError::address(format!(
            "it leads to {address}, which is not on the open network (reel serve --allow-private {address} allows it)"
        )))
    }
}

async fn trusted() -> Result<Arc<ClientConfig>, FetchError> {
    let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let loaded =
        loaded.map_err(|error| FetchError::source(format!("no certificates could be read: {error}")))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        return Err(FetchError::source(
            "this machine trusts no certificates; install the package ca-certificates",
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| FetchError::source(format!("TLS cannot be used: {error}")))?;
    let mut config = versions.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

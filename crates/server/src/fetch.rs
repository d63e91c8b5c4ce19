//! Files from an address: fetched here, and only from where everybody may go.
//!
//! A server that fetches what it is told reaches places that the one who tells it does not: itself, its neighbours, the
//! cloud's own services. So a name is looked up once, every address it has is checked, and one of those is dialled; a
//! redirect is a new address.

mod address;
mod dial;
mod download;
mod name;
mod request;
mod resolve;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use url::{Host, Url};

pub use address::{AddressRange, is_public};
pub(crate) use download::fetch;
pub(crate) use request::{Driver, authority, path_and_query};

use dial::{Pipe, Tls};
use request::FetchError;
use resolve::{Resolve, SystemResolver};

/// Most fetches at once; further ones wait.
const AT_ONCE: usize = 8;

/// What fetches.
pub(crate) struct Fetcher {
    resolver: Arc<dyn Resolve>,
    /// Ranges that are not public and allowed all the same.
    allowed: Vec<AddressRange>,
    /// How long one fetch may take in all.
    time_max: Duration,
    tls: Tls,
    permits: Semaphore,
}

impl Fetcher {
    /// Asks the system for addresses.
    pub(crate) fn new(allowed: Vec<AddressRange>, time_max: Duration) -> Self {
        Self::with(Arc::new(SystemResolver), allowed, time_max)
    }

    fn with(resolver: Arc<dyn Resolve>, allowed: Vec<AddressRange>, time_max: Duration) -> Self {
        Self { resolver, allowed, time_max, tls: Tls::default(), permits: Semaphore::new(AT_ONCE) }
    }

    /// Connects to the host of an address, if everybody may go there.
    pub(crate) async fn reach(&self, url: &Url) -> Result<Box<dyn Pipe>, String> {
        self.dial(url).await.map_err(FetchError::detail)
    }

    /// Why an address is refused that names no name; one that does is looked at when it is dialled.
    pub(crate) fn check_literal(&self, url: &Url) -> Result<(), String> {
        let checked = match url.host() {
            Some(Host::Ipv4(address)) => self.check(address.into()),
            Some(Host::Ipv6(address)) => self.check(address.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        };
        checked.map_err(FetchError::detail)
    }
}

/// An address that could be gone to: `http` or `https`, without a password.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    request::read(text).map_err(FetchError::detail)
}

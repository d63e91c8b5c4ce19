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

pub use address::{AddressRange, is_public};
pub(crate) use download::fetch;

use dial::Tls;
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
}

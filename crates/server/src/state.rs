//! What every handler sees. Cheap to clone.

use std::ops::Deref;
use std::sync::Arc;

use reel_engine::Engine;
use reel_types::{Job, JobId, TenantId};
use tokio::sync::{Mutex, Semaphore};

pub(crate) use crate::access::Caller;
use crate::access::Gate;
use crate::cache::Cache;
use crate::catalog::Catalog;
use crate::fetch::Fetcher;
use crate::incoming::Inbox;
use crate::inspect::Inspect;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::options::ServerOptions;
use crate::problem::Problem;
use crate::tus::Tus;

/// The parts of one server.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
    pub(crate) inspect: Arc<dyn Inspect>,
    pub(crate) options: ServerOptions,
    /// Who was let in, and how often.
    pub(crate) gate: Gate,
    pub(crate) live: Live,
    /// Answers kept in memory.
    pub(crate) cache: Cache,
    pub(crate) metrics: Metrics,
    /// Where files on their way in are written.
    pub(crate) incoming: Inbox,
    /// Uploads that are not whole.
    pub(crate) tus: Tus,
    /// Fetches files from addresses.
    pub(crate) fetcher: Fetcher,
    /// One permit for each open stream of events.
    pub(crate) streams: Arc<Semaphore>,
    /// Held while an object gets its row or loses its last one: both look at the other first.
    pub(crate) uploads: Mutex<()>,
}

impl AppState {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A job of this tenant; another tenant's is not there.
    pub(crate) async fn job(&self, tenant: &TenantId, id: &str) -> Result<Job, Problem> {
        let missing = || Problem::not_found(format!("job {id}"));
        let id = JobId::new(id);
        let job = self.engine.queue.job(&id).await?.ok_or_else(missing)?;
        if job.tenant == *tenant { Ok(job) } else { Err(missing()) }
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

//! One listener: state changes in order and without a gap, progress as it comes.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use reel_queue::{Queue, QueueError};
use reel_types::{Event, JobId, TenantId};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::{ProgressOf, Shared};

/// Events that one listener takes from the database at once.
const REPLAYED_AT_ONCE: u32 = 256;

/// Listens from a place in the log on.
pub(crate) struct Tail {
    shared: Arc<Shared>,
    ear: Ear,
    /// Everything up to here was told or is in `pending`.
    after: u64,
    pending: VecDeque<Arc<Event>>,
    seq: watch::Receiver<u64>,
    progress: broadcast::Receiver<Arc<ProgressOf>>,
    closing: watch::Receiver<bool>,
}

/// What a listener hears of.
pub(super) enum Ear {
    /// One job.
    Job(JobId),
    /// All jobs of one tenant.
    Tenant(TenantId),
    /// All jobs of everybody.
    All,
}

impl Ear {
    /// The one job, where it is one.
    fn job(&self) -> Option<&JobId> {
        match self {
            Self::Job(job) => Some(job),
            Self::Tenant(_) | Self::All => None,
        }
    }
}

/// One thing that a listener hears.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A state change.
    Event(Arc<Event>),
    /// How far a job is.
    Progress(Arc<ProgressOf>),
}

impl Tail {
    pub(super) fn new(shared: Arc<Shared>, ear: Ear, after: u64) -> Self {
        let seq = shared.seq.subscribe();
        let progress = shared.progress.subscribe();
        let closing = shared.closing.subscribe();
        Self { shared, ear, after, pending: VecDeque::new(), seq, progress, closing }
    }

    /// The next thing; nothing once the server stops.
    pub(crate) async fn next(&mut self, queue: &dyn Queue) -> Result<Option<Told>, QueueError> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                if self.hears(queue, &event.job).await? {
                    return Ok(Some(Told::Event(event)));
                }
                continue;
            }
            let newest = *self.seq.borrow_and_update();
            if newest > self.after {
                self.fill(queue, newest).await?;
                continue;
            }
            let told = tokio::select! {
                _ = self.closing.wait_for(|closing| *closing) => return Ok(None),
                changed = self.seq.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return Ok(None),
                },
                told = self.progress.recv() => told,
            };
            match told {
                Ok(told) => {
                    if self.hears(queue, &told.job).await? {
                        return Ok(Some(Told::Progress(told)));
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    async fn hears(&self, queue: &dyn Queue, job: &JobId) -> Result<bool, QueueError> {
        match &self.ear {
            Ear::Job(wanted) => Ok(wanted == job),
            Ear::All => Ok(true),
            Ear::Tenant(tenant) => self.shared.owners.is_of(queue, tenant, job).await,
        }
    }

    /// Fetches what came after the place of this listener, up to `newest`.
    async fn fill(&mut self, queue: &dyn Queue, newest: u64) -> Result<(), QueueError> {
        let recent = {
            let recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.since(self.after, self.ear.job())
        };
        let (events, is_all) = match recent {
            Some(events) => (events, true),
            None => {
                let found = queue.events(self.ear.job(), self.after, REPLAYED_AT_ONCE).await?;
                let is_all = (found.len() as u32) < REPLAYED_AT_ONCE;
                (found.into_iter().map(Arc::new).collect(), is_all)
            }
        };
        let last = events.back().map_or(self.after, |event: &Arc<Event>| event.seq);
        self.after = if is_all { last.max(newest) } else { last };
        self.pending = events;
        Ok(())
    }
}

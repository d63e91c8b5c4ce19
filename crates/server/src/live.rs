//! What happens, told to everybody who listens: one reader of the queue's log for all of them.
//!
//! A listener that falls behind reads the log itself from where it was, so no state change is ever lost. Progress is
//! the latest value and may be skipped.

mod owners;
mod recent;
mod tail;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reel_engine::Engine;
use reel_queue::{JobFilter, Queue, QueueError};
use reel_types::{Event, EventKind, JobId, JobState, TenantId};
use tokio::sync::{broadcast, watch};
use tokio::time::{Duration, Instant, sleep};

use crate::progress::{self, Progress};
use owners::Owners;
use recent::Recent;
use tail::Ear;
pub(crate) use tail::{Tail, Told};

/// Events read at once.
const EVENTS_AT_ONCE: u32 = 1000;
/// Progress that a listener may be behind before it misses some.
const PROGRESS_BEHIND: usize = 256;

/// The hub. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Live {
    shared: Arc<Shared>,
}

struct Shared {
    /// The newest event that was seen.
    seq: watch::Sender<u64>,
    recent: Mutex<Recent>,
    owners: Owners,
    progress: broadcast::Sender<Arc<ProgressOf>>,
    closing: watch::Sender<bool>,
}

/// How far one job is now.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ProgressOf {
    pub(crate) job: JobId,
    pub(crate) state: JobState,
    pub(crate) progress: Progress,
}

impl Live {
    /// A hub that has seen all that happened so far.
    pub(crate) async fn open(queue: &dyn Queue) -> Result<Self, QueueError> {
        let seq = newest_seq(queue).await?;
        let shared = Shared {
            seq: watch::Sender::new(seq),
            recent: Mutex::new(Recent::after(seq)),
            owners: Owners::default(),
            progress: broadcast::Sender::new(PROGRESS_BEHIND),
            closing: watch::Sender::new(false),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The newest event that was seen.
    pub(crate) fn seq(&self) -> u64 {
        *self.shared.seq.borrow()
    }

    /// Ends all streams and waits, soon.
    pub(crate) fn close(&self) {
        self.shared.closing.send_replace(true);
    }

    /// Whether the server is stopping.
    pub(crate) fn is_closing(&self) -> bool {
        *self.shared.closing.borrow()
    }

    /// Returns once the server is stopping.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as this handle.
        let _ = self.shared.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Listens to all that happens after `seq` to a job, or to everybody's: who asks looks at whose it is.
    pub(crate) fn tail(&self, job: Option<JobId>, seq: u64) -> Tail {
        Tail::new(Arc::clone(&self.shared), job.map_or(Ear::All, Ear::Job), seq)
    }

    /// Listens to all that happens to a tenant's jobs after `seq`.
    pub(crate) fn tail_of_tenant(&self, tenant: TenantId, seq: u64) -> Tail {
        Tail::new(Arc::clone(&self.shared), Ear::Tenant(tenant), seq)
    }

    /// Reads the log and tells, until the server stops. `heard` has each event before any listener.
    pub(crate) async fn keep_telling(
        self,
        engine: Engine,
        look_every: Duration,
        heard: impl Fn(&Event) + Send + Sync,
    ) {
        let mut open = BTreeMap::new();
        let mut is_open_known = false;
        let mut told = Instant::now();
        let mut changes = engine.changes();
        while !self.is_closing() {
            changes.borrow_and_update();
            let looked = async {
                if !is_open_known {
                    open = open_jobs(&*engine.queue).await?;
                    is_open_known = true;
                }
                let is_more = self.take_in_events(&*engine.queue, &mut open, &heard).await?;
                if self.shared.progress.receiver_count() > 0 && told.elapsed() >= look_every {
                    told = Instant::now();
                    self.tell_progress(&*engine.queue, &mut open).await?;
                }
                Ok::<_, QueueError>(is_more)
            };
            match looked.await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "cannot read the log"),
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = sleep(look_every) => {}
                () = self.closed() => {}
            }
        }
    }

    /// Takes in what is new; says whether there may be more.
    async fn take_in_events(
        &self,
        queue: &dyn Queue,
        open: &mut OpenJobs,
        heard: &(impl Fn(&Event) + Sync),
    ) -> Result<bool, QueueError> {
        let events = queue.events(None, self.seq(), EVENTS_AT_ONCE).await?;
        let Some(newest) = events.last().map(|event| event.seq) else { return Ok(false) };
        let is_more = events.len() as u32 == EVENTS_AT_ONCE;
        for event in &events {
            note_open(open, event);
            heard(event);
        }
        self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
        self.shared.seq.send_replace(newest);
        Ok(is_more)
    }

    async fn tell_progress(&self, queue: &dyn Queue, open: &mut OpenJobs) -> Result<(), QueueError> {
        let started = open.iter().filter(|(_, known)| known.state != JobState::Queued);
        let found = progress::of_jobs(queue, started.map(|(job, known)| (job, known.state))).await?;
        for (job, progress) in found {
            let Some(known) = open.get_mut(&job) else { continue };
            if known.told.as_ref() != Some(&progress) {
                known.told = Some(progress.clone());
                // Fails when the last listener has just left.
                let told = ProgressOf { job, state: known.state, progress };
                let _ = self.shared.progress.send(Arc::new(told));
            }
        }
        Ok(())
    }
}

type OpenJobs = BTreeMap<JobId, OpenJob>;

/// A job that has not ended.
struct OpenJob {
    state: JobState,
    told: Option<Progress>,
}

fn note_open(open: &mut OpenJobs, event: &Event) {
    let EventKind::Job { state } = event.kind else { return };
    if state.is_terminal() {
        open.remove(&event.job);
    } else {
        open.insert(event.job.clone(), OpenJob { state, told: None });
    }
}

async fn open_jobs(queue: &dyn Queue) -> Result<OpenJobs, QueueError> {
    let states = vec![JobState::Queued, JobState::Planning, JobState::Running, JobState::Assembling];
    let jobs = queue.jobs(JobFilter { states, ..JobFilter::default() }).await?;
    Ok(jobs.into_iter().map(|job| (job.id, OpenJob { state: job.state, told: None })).collect())
}

/// The newest event there is, found by doubling and halving: a log of a million needs some forty looks.
async fn newest_seq(queue: &dyn Queue) -> Result<u64, QueueError> {
    let (mut low, mut step) = (0_u64, 1_u64);
    loop {
        match queue.events(None, low.saturating_add(step), 1).await?.first() {
            Some(event) => (low, step) = (event.seq, step.saturating_mul(2)),
            None if step == 1 => break,
            None => step /= 2,
        }
    }
    let last = queue.events(None, low, 2).await?;
    Ok(last.last().map_or(low, |event| event.seq))
}

#[cfg(test)]
mod tests;

//! What the suite needs of a backend: the queue, a clock to set, and a look inside.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reel_types::Millis;

use super::Dump;
use crate::error::QueueError;
use crate::machine::{Command, Reply};
use crate::memory::MemoryQueue;
use crate::queue::Queue;

/// A backend under test.
#[expect(async_fn_in_trait, reason = "the suite drives one subject on one thread")]
pub trait Subject {
    /// The queue.
    fn queue(&self) -> &dyn Queue;
    /// Sets the database's clock.
    async fn set_now(&self, now: Millis) -> Result<(), QueueError>;
    /// All tables.
    async fn dump(&self) -> Result<Dump, QueueError>;
    /// Empties all tables; event numbers begin anew.
    async fn clear(&self) -> Result<(), QueueError>;
}

/// Says a command to a queue.
pub async fn ask(queue: &dyn Queue, command: Command) -> Result<Reply, QueueError> {
    Ok(match command {
        Command::Submit(job) => match queue.submit(job).await {
            Err(QueueError::JobIdTaken { id }) => Reply::JobIdTaken(id),
            Err(QueueError::IdempotencyMismatch { key }) => Reply::IdempotencyMismatch(key),
            submitted => Reply::Submitted(submitted?),
        },
        Command::Claim(offer) => Reply::Claimed(queue.claim(offer).await?),
        Command::Heartbeat(heartbeat) => Reply::Beats(queue.heartbeat(heartbeat).await?),
        Command::Finish(finish) => Reply::Finished(queue.finish(finish).await?),
        Command::Fail(fail) => Reply::Finished(queue.fail(fail).await?),
        Command::GiveBack(release) => Reply::Finished(queue.give_back(release).await?),
        Command::Release { job } => Reply::Released(queue.release(&job).await?),
        Command::Sweep => Reply::Swept(queue.sweep().await?),
        Command::WorkerGone { worker } => Reply::Gone(queue.worker_gone(&worker).await?),
        Command::Cancel { job } => Reply::Cancelled(queue.cancel(&job).await?),
        Command::Retry { job } => Reply::Retried(queue.retry(&job).await?),
        Command::Reprioritize { job, priority } => {
            Reply::Reprioritized(queue.reprioritize(&job, priority).await?)
        }
        Command::Pause { tenant, paused } => {
            queue.set_paused(tenant.as_ref(), paused).await?;
            Reply::Done
        }
        Command::Limit { tenant, running_max } => {
            queue.set_running_max(&tenant, running_max).await?;
            Reply::Done
        }
        Command::DrainWorker { worker } => Reply::Drained(queue.drain_worker(&worker).await?),
        Command::Prune { ended_before, limit } => Reply::Pruned(queue.prune(ended_before, limit).await?),
        Command::Forget { job } => Reply::Forgotten(queue.forget(&job).await?),
    })
}

/// The memory queue on a clock that can be set.
pub struct MemorySubject {
    now: Arc<AtomicI64>,
    queue: MemoryQueue,
}

impl Default for MemorySubject {
    fn default() -> Self {
        let now = Arc::new(AtomicI64::new(0));
        let read = Arc::clone(&now);
        Self { now, queue: MemoryQueue::new(Arc::new(move || read.load(Ordering::Relaxed))) }
    }
}

impl Subject for MemorySubject {
    fn queue(&self) -> &dyn Queue {
        &self.queue
    }

    async fn set_now(&self, now: Millis) -> Result<(), QueueError> {
        self.now.store(now, Ordering::Relaxed);
        Ok(())
    }

    async fn dump(&self) -> Result<Dump, QueueError> {
        Ok(Dump::from(&self.queue.snapshot()))
    }

    async fn clear(&self) -> Result<(), QueueError> {
        self.queue.clear();
        Ok(())
    }
}

//! The way between a worker and its queue: slow, and it loses requests and replies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reel_queue::{
    ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, HeartbeatReply, JobFilter, JobProgress,
    MemoryQueue, NewJob, Offer, Queue, QueueError, QueueLoad, ReleaseTask, RetryReply, Submitted, Swept,
    TenantInfo, WorkerInfo,
};
use reel_types::{Attempt, Event, Job, JobId, JobState, Millis, Task, TenantId, WorkerId};

/// Every call passes through here.
pub struct Network {
    pub queue: Arc<MemoryQueue>,
    /// Off: calls pass at once.
    pub bad: Arc<AtomicBool>,
    /// On: its disk is full, and nothing can be written.
    pub full: Arc<AtomicBool>,
}

fn chance(one_in: u32) -> bool {
    fastrand::u32(0..one_in) == 0
}

impl Network {
    /// A call that writes.
    async fn pass<T, F>(&self, call: impl Fn() -> F + Send) -> Result<T, QueueError>
    where
        F: Future<Output = Result<T, QueueError>> + Send,
        T: Send,
    {
        if self.full.load(Ordering::SeqCst) {
            return Err(QueueError::Full("database or disk is full".into()));
        }
        self.carry(call).await
    }

    async fn carry<T, F>(&self, call: impl Fn() -> F + Send) -> Result<T, QueueError>
    where
        F: Future<Output = Result<T, QueueError>> + Send,
        T: Send,
    {
        if !self.bad.load(Ordering::SeqCst) {
            return call().await;
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..40))).await;
        if chance(30) {
            return Err(QueueError::Unavailable("request lost".into()));
        }
        let mut answer = call().await;
        if chance(40) {
            // The request came twice.
            answer = call().await;
        }
        let delay = if chance(60) { fastrand::u64(0..45_000) } else { fastrand::u64(0..40) };
        tokio::time::sleep(Duration::from_millis(delay)).await;
        if chance(30) {
            return Err(QueueError::Unavailable("reply lost".into()));
        }
        answer
    }
}

#[async_trait]
impl Queue for Network {
    async fn submit(&self, job: NewJob) -> Result<Submitted, QueueError> {
        self.queue.submit(job).await
    }
    async fn claim(&self, offer: Offer) -> Result<ClaimReply, QueueError> {
        self.pass(|| self.queue.claim(offer.clone())).await
    }
    async fn heartbeat(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, QueueError> {
        self.pass(|| self.queue.heartbeat(heartbeat.clone())).await
    }
    async fn finish(&self, finish: FinishTask) -> Result<FinishReply, QueueError> {
        self.pass(|| self.queue.finish(finish.clone())).await
    }
    async fn fail(&self, fail: FailTask) -> Result<FinishReply, QueueError> {
        self.pass(|| self.queue.fail(fail.clone())).await
    }
    async fn give_back(&self, release: ReleaseTask) -> Result<FinishReply, QueueError> {
        self.pass(|| self.queue.give_back(release.clone())).await
    }
    async fn release(&self, job: &JobId) -> Result<u32, QueueError> {
        self.pass(|| self.queue.release(job)).await
    }
    async fn sweep(&self) -> Result<Swept, QueueError> {
        self.pass(|| self.queue.sweep()).await
    }
    async fn worker_gone(&self, worker: &WorkerId) -> Result<u32, QueueError> {
        self.pass(|| self.queue.worker_gone(worker)).await
    }
    async fn cancel(&self, job: &JobId) -> Result<Option<JobState>, QueueError> {
        self.queue.cancel(job).await
    }
    async fn retry(&self, job: &JobId) -> Result<RetryReply, QueueError> {
        self.queue.retry(job).await
    }
    async fn reprioritize(&self, job: &JobId, priority: i32) -> Result<bool, QueueError> {
        self.queue.reprioritize(job, priority).await
    }
    async fn set_paused(&self, tenant: Option<&TenantId>, paused: bool) -> Result<(), QueueError> {
        self.queue.set_paused(tenant, paused).await
    }
    async fn set_running_max(&self, tenant: &TenantId, running_max: u32) -> Result<(), QueueError> {
        self.queue.set_running_max(tenant, running_max).await
    }
    async fn is_paused(&self) -> Result<bool, QueueError> {
        self.queue.is_paused().await
    }
    async fn tenants(&self) -> Result<Vec<TenantInfo>, QueueError> {
        self.queue.tenants().await
    }
    async fn load(&self) -> Result<QueueLoad, QueueError> {
        self.queue.load().await
    }
    async fn result_bytes(&self, tenant: &TenantId) -> Result<u64, QueueError> {
        self.queue.result_bytes(tenant).await
    }
    async fn drain_worker(&self, worker: &WorkerId) -> Result<bool, QueueError> {
        self.queue.drain_worker(worker).await
    }
    async fn workers(&self) -> Result<Vec<WorkerInfo>, QueueError> {
        self.queue.workers().await
    }
    async fn prune(&self, ended_before: Millis, limit: u32) -> Result<Vec<JobId>, QueueError> {
        self.queue.prune(ended_before, limit).await
    }
    async fn job_progress(&self, jobs: &[JobId]) -> Result<Vec<JobProgress>, QueueError> {
        self.queue.job_progress(jobs).await
    }
    async fn forget(&self, job: &JobId) -> Result<bool, QueueError> {
        self.queue.forget(job).await
    }
    async fn job(&self, job: &JobId) -> Result<Option<Job>, QueueError> {
        self.queue.job(job).await
    }
    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, QueueError> {
        self.queue.jobs(filter).await
    }
    async fn tasks(&self, job: &JobId) -> Result<Vec<Task>, QueueError> {
        self.carry(|| self.queue.tasks(job)).await
    }
    async fn attempts(&self, job: &JobId) -> Result<Vec<Attempt>, QueueError> {
        self.queue.attempts(job).await
    }
    async fn events(
        &self,
        job: Option<&JobId>,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, QueueError> {
        self.queue.events(job, after_seq, limit).await
    }
}

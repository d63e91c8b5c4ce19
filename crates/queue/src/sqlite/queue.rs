//! The calls of the queue: each write one turn, each read one statement.

use async_trait::async_trait;
use reel_types::{Attempt, Event, Job, JobId, JobState, Millis, Task, TenantId, WorkerId};

use super::{
    SqliteQueue, cancel, claim, fail, finish, heartbeat, progress, read, release, retry, share, submit,
    sweep, worker,
};
use crate::command::{
    ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, HeartbeatReply, NewJob, Offer, QueueLoad,
    ReleaseTask, RetryReply, Submitted, Swept, TenantInfo, WorkerInfo,
};
use crate::error::QueueError;
use crate::progress::JobProgress;
use crate::queue::{JobFilter, Queue};

/// One write: a turn, what is done in it, and its commit.
macro_rules! write {
    ($queue:ident, $call:path $(, $argument:expr)*) => {{
        let mut turn = $queue.turn().await?;
        let reply = $call(&mut turn $(, $argument)*).await?;
        turn.commit().await?;
        Ok(reply)
    }};
}

#[async_trait]
impl Queue for SqliteQueue {
    async fn submit(&self, job: NewJob) -> Result<Submitted, QueueError> {
        write!(self, submit::submit, &job)
    }

    async fn claim(&self, offer: Offer) -> Result<ClaimReply, QueueError> {
        claim::claim(self, &offer).await
    }

    async fn heartbeat(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, QueueError> {
        let mut turn = self.lazy_turn().await?;
        let reply = heartbeat::heartbeat(&mut turn, &heartbeat).await?;
        turn.commit().await?;
        Ok(reply)
    }

    async fn finish(&self, finish: FinishTask) -> Result<FinishReply, QueueError> {
        write!(self, finish::finish, &finish)
    }

    async fn fail(&self, fail: FailTask) -> Result<FinishReply, QueueError> {
        write!(self, fail::fail, &fail)
    }

    async fn give_back(&self, release: ReleaseTask) -> Result<FinishReply, QueueError> {
        write!(self, fail::give_back, &release)
    }

    async fn release(&self, job: &JobId) -> Result<u32, QueueError> {
        let released: Result<Vec<_>, QueueError> = write!(self, release::release, Some(job), -1);
        Ok(released?.len() as u32)
    }

    async fn sweep(&self) -> Result<Swept, QueueError> {
        write!(self, sweep::sweep)
    }

    async fn worker_gone(&self, worker: &WorkerId) -> Result<u32, QueueError> {
        write!(self, sweep::worker_gone, worker)
    }

    async fn cancel(&self, job: &JobId) -> Result<Option<JobState>, QueueError> {
        write!(self, cancel::cancel, job)
    }

    async fn retry(&self, job: &JobId) -> Result<RetryReply, QueueError> {
        write!(self, retry::retry, job)
    }

    async fn reprioritize(&self, job: &JobId, priority: i32) -> Result<bool, QueueError> {
        write!(self, share::reprioritize, job, priority)
    }

    async fn set_paused(&self, tenant: Option<&TenantId>, paused: bool) -> Result<(), QueueError> {
        write!(self, share::pause, tenant, paused)
    }

    async fn set_running_max(&self, tenant: &TenantId, running_max: u32) -> Result<(), QueueError> {
        write!(self, share::limit, tenant, running_max)
    }

    async fn is_paused(&self) -> Result<bool, QueueError> {
        share::is_paused(&self.readers).await
    }

    async fn tenants(&self) -> Result<Vec<TenantInfo>, QueueError> {
        share::find_tenants(&self.readers).await
    }

    async fn load(&self) -> Result<QueueLoad, QueueError> {
        share::find_load(&self.readers).await
    }

    async fn result_bytes(&self, tenant: &TenantId) -> Result<u64, QueueError> {
        share::find_result_bytes(&self.readers, tenant).await
    }

    async fn drain_worker(&self, worker: &WorkerId) -> Result<bool, QueueError> {
        write!(self, worker::drain, worker)
    }

    async fn workers(&self) -> Result<Vec<WorkerInfo>, QueueError> {
        worker::find_workers(&self.readers).await
    }

    async fn prune(&self, ended_before: Millis, limit: u32) -> Result<Vec<JobId>, QueueError> {
        write!(self, retry::prune, ended_before, limit)
    }

    async fn job_progress(&self, jobs: &[JobId]) -> Result<Vec<JobProgress>, QueueError> {
        progress::find(&self.readers, jobs).await
    }

    async fn forget(&self, job: &JobId) -> Result<bool, QueueError> {
        write!(self, retry::forget, job)
    }

    async fn job(&self, job: &JobId) -> Result<Option<Job>, QueueError> {
        read::find_job(&self.readers, job).await
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, QueueError> {
        read::find_jobs(&self.readers, &filter).await
    }

    async fn tasks(&self, job: &JobId) -> Result<Vec<Task>, QueueError> {
        read::find_tasks(&self.readers, job).await
    }

    async fn attempts(&self, job: &JobId) -> Result<Vec<Attempt>, QueueError> {
        read::find_attempts(&self.readers, job).await
    }

    async fn events(
        &self,
        job: Option<&JobId>,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, QueueError> {
        read::find_events(&self.readers, job, after_seq, limit).await
    }
}

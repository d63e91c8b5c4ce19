//! The trait that every backend implements.

use async_trait::async_trait;
use reel_types::{Attempt, Event, Job, JobId, JobKey, JobState, Millis, Task, TenantId, WorkerId};

use crate::command::{
    ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, HeartbeatReply, NewJob, Offer, QueueLoad,
    ReleaseTask, RetryReply, Submitted, Swept, TenantInfo, WorkerInfo,
};
use crate::error::QueueError;
use crate::progress::JobProgress;

/// Which jobs a list should hold. Newest first; of equal times, the larger id first.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct JobFilter {
    /// Only jobs of this tenant.
    pub tenant: Option<TenantId>,
    /// Only jobs in one of these states; empty is any.
    pub states: Vec<JobState>,
    /// Only jobs about this: at most one for each tenant.
    pub key: Option<JobKey>,
    /// Only jobs whose id begins with this.
    pub id_prefix: Option<String>,
    /// Only jobs after this one in the list: the `created_at` and `id` of the last job of the page before.
    pub before: Option<(Millis, JobId)>,
    /// At most so many; 0 is no bound.
    pub limit: u32,
}

impl JobFilter {
    /// Whether the list holds this job, its bound aside.
    pub(crate) fn takes(&self, job: &Job) -> bool {
        self.tenant.as_ref().is_none_or(|tenant| job.tenant == *tenant)
            && (self.states.is_empty() || self.states.contains(&job.state))
            && self.key.as_ref().is_none_or(|key| job.key == *key)
            && self.id_prefix.as_deref().is_none_or(|prefix| job.id.as_str().starts_with(prefix))
            && self.before.as_ref().is_none_or(|(at, id)| (job.created_at, &job.id) < (*at, id))
    }
}

/// Tasks by lease.
///
/// Each call is one transaction, durable before it answers (progress in a heartbeat excepted), and safe to repeat:
/// a repeated call with the same data changes nothing more and gives the same answer, or says that it came too late.
/// Backends compare leases with their own clock only.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds a job and its ready plan task, unless its tenant has one with the same key. Fails with `JobIdTaken` when the
    /// id is that of another job.
    ///
    /// With an idempotency key, the row that keeps it is made in the same transaction. The same request under the same
    /// key gets the same job for a day (or until that job is forgotten), whatever its key; another request fails with
    /// `IdempotencyMismatch`.
    async fn submit(&self, job: NewJob) -> Result<Submitted, QueueError>;

    /// Gives out at most one task: highest priority, then the tenant with the fewest leased tasks (of equal ones that
    /// which was served longest ago), then its oldest job, then largest cost, then lowest id. Passes over tenants that
    /// rest or have all that they may. Raises the task's epoch and opens an attempt. A worker that drains gets nothing. Also marks the worker as
    /// alive, at most every 5 s: a claim that gives nothing writes nothing else. A claim id is good for one attempt: asked again, it
    /// gives that one while its lease is alive and nothing after; so each new question gets a new id.
    async fn claim(&self, offer: Offer) -> Result<ClaimReply, QueueError>;

    /// Extends leases and takes in progress; says which leases are lost, and whether the worker should end. The one
    /// command that need not survive a power cut.
    async fn heartbeat(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, QueueError>;

    /// Commits an attempt: its outputs, and in the same transaction the tasks it brings. Nothing that waits is made
    /// ready here: call [`release`](Self::release) after it.
    async fn finish(&self, finish: FinishTask) -> Result<FinishReply, QueueError>;

    /// Ends an attempt badly. The task goes back to ready with a backoff, or fails for good.
    async fn fail(&self, fail: FailTask) -> Result<FinishReply, QueueError>;

    /// Ends an attempt without blame; the task is ready again.
    async fn give_back(&self, release: ReleaseTask) -> Result<FinishReply, QueueError>;

    /// Makes ready every waiting task of this job whose needs have ended; returns how many. Called after each
    /// completion, never inside it: two last finishers would not see each other.
    async fn release(&self, job: &JobId) -> Result<u32, QueueError>;

    /// Takes back leases that have ended (a failure each), fails work that no live worker can take, then releases what
    /// can be; so one sweep is enough for what the first two ended. Each part is bounded; the next sweep goes on.
    async fn sweep(&self) -> Result<Swept, QueueError>;

    /// Takes back all leases of a worker that is known to be dead (its OS lock could be taken); a failure each.
    /// Returns how many.
    async fn worker_gone(&self, worker: &WorkerId) -> Result<u32, QueueError>;

    /// Ends a job and all its open tasks and raises their epochs, so that nothing of it commits after this answer.
    /// Returns the job's state after it; nothing if there is no such job.
    async fn cancel(&self, job: &JobId) -> Result<Option<JobState>, QueueError>;

    /// Sets `failures` of the job's open tasks to 0; a failed or cancelled job is queued again and keeps what was
    /// committed. Never touches an epoch. Call [`release`](Self::release) after it (or wait for the next sweep): an
    /// assemble whose chunks are all committed waits again.
    async fn retry(&self, job: &JobId) -> Result<RetryReply, QueueError>;

    /// Gives a job another priority; all its tasks follow, also when they come back to ready. Returns whether there is
    /// such a job.
    async fn reprioritize(&self, job: &JobId, priority: i32) -> Result<bool, QueueError>;

    /// Lets the whole queue (no tenant is named) or one tenant rest or go on. What rests is not claimed; what runs goes
    /// on, and its finish is taken in. The two are kept apart: a tenant that rests still does once the queue goes on.
    async fn set_paused(&self, tenant: Option<&TenantId>, paused: bool) -> Result<(), QueueError>;

    /// Bounds how many tasks of a tenant are leased at once; 0 is no bound. What is leased beyond it goes on.
    async fn set_running_max(&self, tenant: &TenantId, running_max: u32) -> Result<(), QueueError>;

    /// Whether the whole queue rests.
    async fn is_paused(&self) -> Result<bool, QueueError>;

    /// Tenants that ever had a job or of which something was said, in order of their names.
    async fn tenants(&self) -> Result<Vec<TenantInfo>, QueueError>;

    /// How much there is, all tenants together.
    async fn load(&self) -> Result<QueueLoad, QueueError>;

    /// Bytes of the results that are kept for a tenant. What was made of files of this machine was delivered, and does not count.
    async fn result_bytes(&self, tenant: &TenantId) -> Result<u64, QueueError>;

    /// Wants a worker to end: it claims nothing from now on, hears of it in its next heartbeat or claim, and ends once it
    /// holds nothing. Kept as long as the worker is known. Returns whether there is such a worker.
    async fn drain_worker(&self, worker: &WorkerId) -> Result<bool, QueueError>;

    /// Workers that were heard of in the last ten minutes, in order of their names.
    async fn workers(&self) -> Result<Vec<WorkerInfo>, QueueError>;

    /// Forgets jobs that ended before this moment, those first that ended first, at most `limit`; says which. Their
    /// objects go with the next look for what no row names.
    async fn prune(&self, ended_before: Millis, limit: u32) -> Result<Vec<JobId>, QueueError>;

    /// How far these jobs are, in one statement; in the order asked, without those that are not there.
    async fn job_progress(&self, jobs: &[JobId]) -> Result<Vec<JobProgress>, QueueError>;

    /// Forgets a job that has ended, with its tasks, attempts and events. Returns whether it did.
    async fn forget(&self, job: &JobId) -> Result<bool, QueueError>;

    /// One job.
    async fn job(&self, job: &JobId) -> Result<Option<Job>, QueueError>;

    /// Jobs, newest first.
    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, QueueError>;

    /// A job's tasks in order of (round, kind, index).
    async fn tasks(&self, job: &JobId) -> Result<Vec<Task>, QueueError>;

    /// A job's attempts in order of (round, kind, index, epoch).
    async fn attempts(&self, job: &JobId) -> Result<Vec<Attempt>, QueueError>;

    /// Events after `seq`, in order, at most `limit`; of one job or of all.
    async fn events(&self, job: Option<&JobId>, after_seq: u64, limit: u32)
    -> Result<Vec<Event>, QueueError>;
}

//! All that can be said to the machine, in one enum.

use reel_types::{JobId, JobState, Millis, TenantId, WorkerId};
use serde::{Deserialize, Serialize};

use crate::command::{
    ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, HeartbeatReply, NewJob, Offer, ReleaseTask,
    RetryReply, Submitted, Swept,
};

/// One call that may write; each is a method of [`Queue`](crate::Queue).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Adds a job.
    Submit(NewJob),
    /// Asks for a task.
    Claim(Offer),
    /// Extends leases.
    Heartbeat(Heartbeat),
    /// Commits an attempt.
    Finish(FinishTask),
    /// Ends an attempt badly.
    Fail(FailTask),
    /// Ends an attempt without blame.
    GiveBack(ReleaseTask),
    /// Makes ready what waits for ended tasks.
    Release {
        /// Of this job.
        job: JobId,
    },
    /// Rescues, fails what nobody can take, releases.
    Sweep,
    /// Takes back all leases of a dead worker.
    WorkerGone {
        /// Which.
        worker: WorkerId,
    },
    /// Ends a job.
    Cancel {
        /// Which.
        job: JobId,
    },
    /// Queues a job again.
    Retry {
        /// Which.
        job: JobId,
    },
    /// Gives a job another priority.
    Reprioritize {
        /// Which.
        job: JobId,
        /// Higher is sooner.
        priority: i32,
    },
    /// Lets the whole queue or a tenant rest, or go on.
    Pause {
        /// Whom; nothing is the whole queue.
        tenant: Option<TenantId>,
        /// Rest, or go on.
        paused: bool,
    },
    /// Bounds what a tenant has leased at once.
    Limit {
        /// Whom.
        tenant: TenantId,
        /// How many tasks; 0 is no bound.
        running_max: u32,
    },
    /// Wants a worker to end.
    DrainWorker {
        /// Which.
        worker: WorkerId,
    },
    /// Forgets jobs that ended long ago.
    Prune {
        /// Those that ended before this moment.
        ended_before: Millis,
        /// At most so many.
        limit: u32,
    },
    /// Forgets a job that has ended.
    Forget {
        /// Which.
        job: JobId,
    },
}

/// What is answered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// To a submit.
    Submitted(Submitted),
    /// To a submit whose job id belongs to a job with another key; nothing was changed.
    JobIdTaken(JobId),
    /// To a submit whose idempotency key belongs to another request; nothing was changed.
    IdempotencyMismatch(String),
    /// To a claim.
    Claimed(ClaimReply),
    /// To a heartbeat.
    Beats(HeartbeatReply),
    /// To a finish, a fail or a give-back.
    Finished(FinishReply),
    /// To a release: how many became ready.
    Released(u32),
    /// To a sweep.
    Swept(Swept),
    /// To a worker being gone: how many leases it held.
    Gone(u32),
    /// To a cancel: where the job stands now.
    Cancelled(Option<JobState>),
    /// To a retry.
    Retried(RetryReply),
    /// To another priority: whether there is such a job.
    Reprioritized(bool),
    /// To what always succeeds.
    Done,
    /// To the wish that a worker ends: whether there is such a worker.
    Drained(bool),
    /// To a prune: which jobs are forgotten, in the order in which they ended.
    Pruned(Vec<JobId>),
    /// To a forget: whether it was.
    Forgotten(bool),
}

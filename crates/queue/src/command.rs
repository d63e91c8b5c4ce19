//! What can be said to a queue, and what it answers. All of it is plain data.

use std::collections::BTreeMap;

use reel_types::{
    Artifact, ChunkSpec, ClaimId, Epoch, Failure, Gap, JobId, JobKey, JobState, Millis, OnFailedChunk,
    Progress, Source, Task, TaskId, TenantId, WorkerId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How often a task may fail before it is given up.
pub const FAILURES_MAX: u32 = 3;
/// First wait after a failure; doubled for each further one.
pub const BACKOFF_FIRST_MILLIS: Millis = 500;
/// How long a `GpuElseCpu` task waits for a live GPU worker before a CPU worker may take it.
pub const GPU_PATIENCE_MILLIS: Millis = 30_000;
/// How long a `Gpu` task waits while no GPU worker lives before it fails by name.
pub const NO_WORKER_MILLIS: Millis = 60_000;
/// A worker that was not heard of for so long is not alive.
pub const WORKER_ALIVE_MILLIS: Millis = 30_000;
/// A worker that was not heard of for so long is forgotten by a sweep.
pub const WORKER_FORGOTTEN_MILLIS: Millis = 600_000;
/// A worker that is heard of more often is written down only so often, so that an idle one does not keep the disk busy.
pub const SEEN_EVERY_MILLIS: Millis = 5_000;
/// How long it is known which request made which job.
pub const IDEMPOTENCY_MILLIS: Millis = 24 * 3_600_000;
/// How many tasks each part of one sweep treats at most; the next sweep goes on.
pub const SWEEP_MAX: usize = 1000;

/// A new job and its plan task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewJob {
    /// Its name, made by the client.
    pub id: JobId,
    /// Whose it is.
    #[serde(default)]
    pub tenant: TenantId,
    /// What it is about. If this tenant has a job with this key, nothing is added and that job is the answer.
    pub key: JobKey,
    /// Which pipeline does it.
    pub pipeline: String,
    /// That pipeline's version.
    pub version: u32,
    /// Canonical parameters.
    pub params: Value,
    /// What it reads.
    pub sources: Vec<Source>,
    /// Higher is sooner.
    pub priority: i32,
    /// Which request asks for it, where the client names its requests.
    #[serde(default)]
    pub idempotency: Option<Idempotency>,
}

/// A name that a client gives to a request, so that saying it again is no second request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Idempotency {
    /// The name; unique for a tenant.
    pub key: String,
    /// Of the whole request (hex): tells a repeat from another request under the same name.
    pub request_sha256: String,
}

/// Answer to a submit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// The job with that key.
    pub id: JobId,
    /// Whether this submit made it; a repeat whose first reply was lost hears the same.
    pub created: bool,
    /// Where it stands.
    pub state: JobState,
    /// The request was known by its idempotency key, and this is the job it got before. What a repeat hears
    /// differently.
    pub reused: bool,
}

/// What a worker can take now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// Made by the client for this claim. Asking again with the same id gives the same task back as long as that
    /// lease is alive, and nothing once it is over: an id is good for one attempt.
    pub claim: ClaimId,
    /// Who asks.
    pub worker: WorkerId,
    /// It has a free GPU slot. Announces a GPU; only a heartbeat takes that back.
    pub gpu: bool,
    /// It has a free CPU slot.
    pub cpu: bool,
    /// Free CPU threads; a task with more is not given.
    pub threads: u32,
    /// Free memory; a task with more is not given.
    pub memory_bytes: u64,
    /// Only tasks of these pipelines are given.
    pub pipelines: Vec<String>,
    /// Only tasks of these jobs are given; empty means of any job. A command line works on its own jobs alone.
    pub only_jobs: Vec<JobId>,
    /// How long the lease lasts.
    pub lease_millis: Millis,
}

/// A task that was given out, with all that is needed to do it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Claimed {
    /// The task, leased.
    pub task: Task,
    /// Its job's pipeline.
    pub pipeline: String,
    /// That pipeline's version.
    pub version: u32,
    /// Its job's parameters.
    pub params: Value,
    /// Its job's sources.
    pub sources: Vec<Source>,
    /// It was given as GPU work; false means the CPU does it, also for `GpuElseCpu`.
    pub on_gpu: bool,
}

/// One lease in a heartbeat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Beat {
    /// The task.
    pub task: TaskId,
    /// The claim's epoch.
    pub epoch: Epoch,
    /// How far it is.
    pub progress: Progress,
}

/// All of a worker's leases at once. Also says that the worker is alive and whether it has a GPU.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Who.
    pub worker: WorkerId,
    /// Whether it announces a GPU.
    pub gpu: bool,
    /// Its leases.
    pub beats: Vec<Beat>,
    /// How long each lease is extended from now.
    pub lease_millis: Millis,
    /// A lease whose progress did not change for so long is not extended.
    pub stall_millis: Millis,
}

/// Answer to a claim.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimReply {
    /// A task.
    Task(Box<Claimed>),
    /// There is none now.
    Nothing,
    /// Somebody wants this worker to end: it gets nothing any more.
    Draining,
}

impl ClaimReply {
    /// The task, if there is one.
    pub fn task(self) -> Option<Claimed> {
        match self {
            Self::Task(claimed) => Some(*claimed),
            Self::Nothing | Self::Draining => None,
        }
    }
}

/// Answer to a heartbeat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeartbeatReply {
    /// For each beat in order.
    pub beats: Vec<BeatReply>,
    /// Somebody wants this worker to end: finish what it has, claim nothing more.
    pub draining: bool,
}

/// What became of one lease.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeatReply {
    /// Go on.
    Held,
    /// Go on, but the lease was not extended: no progress for too long.
    Stalled,
    /// Stop: cancelled, rescued or taken by another.
    Lost,
}

/// What a finished attempt brought.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Completion {
    /// A plan: inserts the Run tasks of round 0 and its waiting Assemble.
    Planned {
        /// The chunks; may be empty.
        chunks: Vec<ChunkSpec>,
        /// How many rounds there may be, at least 1.
        rounds_max: u32,
        /// What a failed chunk does to the job.
        on_failed_chunk: OnFailedChunk,
    },
    /// A chunk.
    Ran,
    /// Another round is wanted: inserts its Run tasks and its waiting Assemble; past `rounds_max` the job fails.
    NextRound {
        /// The chunks of the new round; not empty.
        chunks: Vec<ChunkSpec>,
    },
    /// The job's result.
    Assembled {
        /// What the pipeline reports.
        metadata: Value,
        /// What is missing from the result.
        gaps: Vec<Gap>,
    },
}

/// The result of an attempt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FinishTask {
    /// The task.
    pub task: TaskId,
    /// The claim's epoch.
    pub epoch: Epoch,
    /// What it brought.
    pub completion: Completion,
    /// What it wrote.
    pub outputs: Vec<Artifact>,
}

/// Answer to a finish, a failure or a release.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReply {
    /// It counts.
    Committed,
    /// This very attempt was committed before; its first reply was lost.
    AlreadyCommitted,
    /// The lease is gone; nothing was changed.
    LeaseLost,
}

/// The failure of an attempt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FailTask {
    /// The task.
    pub task: TaskId,
    /// The claim's epoch.
    pub epoch: Epoch,
    /// Why. A kind that may be repeated goes back to ready until `failures` reaches [`FAILURES_MAX`].
    pub failure: Failure,
    /// Added to the backoff; drawn by the client so that a repeat of this command is the same command.
    pub jitter_millis: Millis,
}

/// A task given back without blame.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReleaseTask {
    /// The task.
    pub task: TaskId,
    /// The claim's epoch.
    pub epoch: Epoch,
    /// Why (drain, busy device).
    pub reason: String,
    /// How long nobody should take it.
    pub delay_millis: Millis,
}

/// Answer to a retry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryReply {
    /// It had ended badly and is queued again.
    Requeued,
    /// It is under way; its tasks' failures are forgotten.
    Refreshed,
    /// It is completed; nothing to do.
    Completed,
    /// There is no such job.
    NotFound,
}

/// What a sweep did.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Swept {
    /// Leases that had ended: task and epoch of the lost attempt, in order of the task.
    pub rescued: Vec<(TaskId, Epoch)>,
    /// Tasks made ready because what they waited for has ended, in order.
    pub released: Vec<TaskId>,
    /// Tasks failed because no live worker can take them, in order.
    pub unserved: Vec<TaskId>,
}

/// A tenant as the queue knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TenantInfo {
    /// Its name.
    pub id: TenantId,
    /// How many of its tasks may be leased at once; 0 is no bound.
    pub running_max: u32,
    /// It rests.
    pub paused: bool,
    /// How many of its tasks are leased.
    pub leased: u32,
}

/// How much there is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct QueueLoad {
    /// Jobs by where they stand; a state that none is in may be missing.
    pub jobs: BTreeMap<JobState, u64>,
    /// Tasks that wait for a worker.
    pub ready: u64,
    /// Tasks that workers hold.
    pub leased: u64,
    /// Since when the one waits that waits longest, on the database's clock.
    pub ready_since: Option<Millis>,
}

/// A worker as the queue knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WorkerInfo {
    /// Its name.
    pub id: WorkerId,
    /// It announces a GPU.
    pub gpu: bool,
    /// When it was last heard of, on the database's clock; up to 5 s older than it was.
    pub seen_at: Millis,
    /// It is known to be dead.
    pub gone: bool,
    /// Somebody wants it to end.
    pub draining: bool,
    /// What it holds, in order.
    pub leases: Vec<TaskId>,
}

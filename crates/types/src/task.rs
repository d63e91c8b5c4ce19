//! A task: one claimable piece of a job.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifact::Artifact;
use crate::failure::Failure;
use crate::ids::{Epoch, TaskId, WorkerId};
use crate::time::Millis;

/// Which workers may take a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A CPU worker.
    Cpu,
    /// A GPU worker. With none alive for 60 s the task fails by name.
    Gpu,
    /// A GPU worker; a CPU worker at once if no live worker announces a GPU, else after 30 s.
    GpuElseCpu,
}

impl Class {
    /// The word used in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::GpuElseCpu => "gpu_else_cpu",
        }
    }
}

/// One piece of work that a plan asks for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ChunkSpec<C = Value> {
    /// What to do, as plain data: no paths, no handles.
    pub chunk: C,
    /// Who may do it.
    pub class: Class,
    /// CPU threads it keeps busy. 0 is light work that runs beside anything. Plan data, never `auto` at run time.
    pub threads: u32,
    /// Memory it needs at most, reel and children together.
    pub memory_bytes: u64,
    /// How long it takes in any one unit for the whole plan: progress, time left, longest first.
    pub cost: u64,
    /// Waits until chunk `after` of the same round has ended.
    pub after: Option<u32>,
}

/// Where a task stands.
///
/// `waiting → ready → leased → done | failed | cancelled`, and back to `ready` by release, rescue or retry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Something it needs has not ended.
    Waiting,
    /// May be claimed (from `ready_at` on).
    Ready,
    /// A worker holds it.
    Leased,
    /// Ended well.
    Done,
    /// Ended badly for good.
    Failed,
    /// Ended because its job did.
    Cancelled,
}

impl TaskState {
    /// Whether it has ended.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// The word used in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How far a task is, in the task's own unit (frames, bytes, milliseconds of media).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// All there is; 0 while unknown.
    pub total: u64,
    /// What is being done, where the pipeline says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
}

/// What a task has come to, in the words of the file-to-video converter. A job's stage is the latest that any of its tasks has
/// come to; how it ended is told by its state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looks at what it is to do.
    Initializing,
    /// Reads the sources.
    Processing,
    /// Makes or uses repair symbols.
    ErrorCorrection,
    /// Makes pictures, or takes them apart.
    Converting,
    /// Puts the result together and verifies it.
    Finalizing,
}

impl Stage {
    /// Every stage, the first one first.
    pub const ALL: [Self; 5] =
        [Self::Initializing, Self::Processing, Self::ErrorCorrection, Self::Converting, Self::Finalizing];

    /// The word that a person sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Processing => "processing",
            Self::ErrorCorrection => "error_correction",
            Self::Converting => "converting",
            Self::Finalizing => "finalizing",
        }
    }
}

/// A task as the queue knows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// Where it stands.
    pub state: TaskState,
    /// What was asked for.
    pub spec: ChunkSpec,
    /// Starts at 0; raised at each claim and at a cancel.
    pub epoch: Epoch,
    /// Starts at 0; raised by an error or a lost worker only; 3 end the task. Set to 0 by retry.
    pub failures: u32,
    /// Not to be claimed before this moment of the database's clock (backoff).
    pub ready_at: Millis,
    /// Who holds or last held it.
    pub worker: Option<WorkerId>,
    /// When the lease ends, on the database's clock; set while leased.
    pub lease_until: Option<Millis>,
    /// Latest value, from the heartbeat.
    pub progress: Progress,
    /// When `progress` last changed.
    pub progress_at: Millis,
    /// What the committed attempt wrote.
    pub outputs: Vec<Artifact>,
    /// The last failure; the final one when the state is failed.
    pub failure: Option<Failure>,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Still held.
    Running,
    /// Its result was committed.
    Done,
    /// It reported a failure.
    Failed,
    /// It gave the task back without blame (drain, busy device).
    Released,
    /// Its worker was lost or its lease ended.
    Lost,
    /// Its job was cancelled or ended without it.
    Cancelled,
}

impl AttemptOutcome {
    /// The word used in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Released => "released",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One try at a task: a row for each claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// The task.
    pub task: TaskId,
    /// The claim's epoch.
    pub epoch: Epoch,
    /// Who tried.
    pub worker: WorkerId,
    /// When it was claimed, on the database's clock.
    pub started_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why, when it did not end well; for a device failure, which device and what it said.
    pub reason: Option<String>,
}

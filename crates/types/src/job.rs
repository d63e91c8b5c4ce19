//! A job: what a person asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifact::{Artifact, Gap};
use crate::failure::Failure;
use crate::ids::{JobId, JobKey, TenantId};
use crate::source::Source;
use crate::time::Millis;

/// Where a job stands.
///
/// `queued → planning → running ⇄ assembling → completed | failed | cancelled`, and `failed | cancelled → queued`
/// by retry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Nobody has claimed its plan.
    Queued,
    /// Its plan is claimed.
    Planning,
    /// Its chunks are known and not all of this round have ended.
    Running,
    /// All chunks of this round have ended.
    Assembling,
    /// It has a verified result (with `gaps` if the user allowed some).
    Completed,
    /// It ended without a result.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl JobState {
    /// Whether it has ended.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Planning => "planning",
            Self::Running => "running",
            Self::Assembling => "assembling",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a chunk that failed for good does to its job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailedChunk {
    /// The job fails with the chunk's failure.
    FailJob,
    /// Assemble sees the failure and decides.
    Keep,
}

/// A job as the queue knows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// Whose it is.
    #[serde(default)]
    pub tenant: TenantId,
    /// What it is about; unique for a tenant.
    pub key: JobKey,
    /// Which pipeline does it.
    pub pipeline: String,
    /// The pipeline's version when it was made.
    pub version: u32,
    /// Canonical parameters (object, sorted keys).
    pub params: Value,
    /// What it reads.
    pub sources: Vec<Source>,
    /// Higher is sooner; 0 by default.
    pub priority: i32,
    /// Where it stands.
    pub state: JobState,
    /// The round that is running; starts at 0, raised when an assemble asks for another.
    pub round: u32,
    /// From the plan; how many rounds there may be.
    pub rounds_max: u32,
    /// From the plan.
    pub on_failed_chunk: OnFailedChunk,
    /// When it was made, on the database's clock.
    pub created_at: Millis,
    /// When it ended, on the database's clock.
    pub ended_at: Option<Millis>,
    /// Its result, once completed.
    pub outputs: Vec<Artifact>,
    /// What the pipeline reports about the result, once completed; null before.
    pub metadata: Value,
    /// What is missing from the result.
    pub gaps: Vec<Gap>,
    /// Why it failed, once failed.
    pub failure: Option<Failure>,
}

//! A job.

use reel_types::{Failure, Gap, Job, JobState, Source};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ArtifactView, Words};
use crate::progress::Progress;

/// A job.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Job)]
pub(crate) struct JobView {
    /// Its name.
    pub(crate) id: String,
    /// Where it stands.
    status: StatusView,
    /// Which pipeline does it.
    pipeline: String,
    /// The pipeline's version when it was made.
    version: u32,
    /// Its parameters, with defaults filled in.
    params: Value,
    /// What it reads.
    sources: Vec<SourceView>,
    /// Made by a command on this machine: its results were put where that said, and may be gone from here.
    local: bool,
    /// Higher is sooner.
    priority: i32,
    /// When it was made, milliseconds since 1970.
    created_at_millis: i64,
    /// When it ended; null before.
    ended_at_millis: Option<i64>,
    /// How far it is.
    progress: Progress,
    /// Its results, once completed.
    outputs: Vec<ArtifactView>,
    /// What the pipeline reports about the result; null before.
    metadata: Value,
    /// What is missing from the result.
    gaps: Vec<GapView>,
    /// Why it failed; null unless it did.
    error: Option<FailureView>,
}

/// Where a job stands.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
#[schema(as = JobStatus)]
pub(crate) enum StatusView {
    /// Nobody has claimed its plan.
    Queued,
    /// Its plan is claimed.
    Planning,
    /// Its chunks are worked on.
    Running,
    /// Its chunks have ended and are put together.
    Assembling,
    /// It has a verified result.
    Completed,
    /// It ended without a result.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// What a job reads.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = JobSource)]
pub(crate) struct SourceView {
    /// What its owner calls it.
    filename: String,
    /// Its size in bytes.
    size: u64,
    /// SHA-256 of its bytes, hex; null for a file of this machine that is read in place.
    sha256: Option<String>,
}

/// A part of the source that could not be had.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Gap)]
pub(crate) struct GapView {
    /// Where it begins, seconds from the start of the source.
    start_secs: f64,
    /// Where it ends.
    end_secs: f64,
    /// Why.
    reason: String,
}

/// Why something failed.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Failure)]
pub(crate) struct FailureView {
    /// Its sort: `input`, `usage`, `missing`, `device`, `storage`, `damaged`, …
    kind: &'static str,
    /// What happened.
    message: String,
    /// What can be done about it.
    hint: Option<String>,
}

impl JobView {
    pub(crate) fn new(job: Job, progress: Progress) -> Self {
        let words = Words::of(&job.sources);
        let outputs = job.outputs.iter().map(|output| ArtifactView::of(&job.id, output)).collect();
        Self {
            id: job.id.to_string(),
            status: job.state.into(),
            pipeline: job.pipeline,
            version: job.version,
            params: job.params,
            local: job.sources.iter().any(|source| matches!(source, Source::Local { .. })),
            sources: job.sources.iter().map(SourceView::from).collect(),
            priority: job.priority,
            created_at_millis: job.created_at,
            ended_at_millis: job.ended_at,
            progress,
            outputs,
            metadata: words.clean_all(job.metadata),
            gaps: job.gaps.into_iter().map(|gap| GapView::of(gap, &words)).collect(),
            error: job.failure.map(|failure| FailureView::of(failure, &words)),
        }
    }

    /// Where the page of older jobs begins.
    pub(crate) fn cursor(&self) -> String {
        format!("{}.{}", self.created_at_millis, self.id)
    }
}

impl From<JobState> for StatusView {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Planning => Self::Planning,
            JobState::Running => Self::Running,
            JobState::Assembling => Self::Assembling,
            JobState::Completed => Self::Completed,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// Where a local file lies is nobody's business over HTTP; its name is enough.
impl From<&Source> for SourceView {
    fn from(source: &Source) -> Self {
        match source {
            Source::Local { path, size_bytes, .. } => Self {
                filename: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                size: *size_bytes,
                sha256: None,
            },
            Source::Object { filename, size_bytes, sha256, .. } => {
                Self { filename: filename.clone(), size: *size_bytes, sha256: Some(sha256.clone()) }
            }
        }
    }
}

impl GapView {
    pub(crate) fn of(gap: Gap, words: &Words) -> Self {
        Self { start_secs: gap.start_secs, end_secs: gap.end_secs, reason: words.clean(&gap.reason) }
    }
}

impl FailureView {
    pub(crate) fn of(failure: Failure, words: &Words) -> Self {
        Self {
            kind: failure.kind.as_str(),
            message: words.clean(&failure.message),
            hint: failure.hint.map(|hint| words.clean(&hint)),
        }
    }
}

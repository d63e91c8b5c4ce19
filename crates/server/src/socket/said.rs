//! The three events, with the fields that the old converter's clients read.

use reel_types::{Job, JobId};
use serde::Serialize;
use serde_json::Value;

use super::word::Word;
use crate::live::ProgressOf;
use crate::view::{ArtifactView, Words};

/// One event.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(untagged)]
pub(super) enum Said {
    /// `conversion_progress`.
    Progress {
        /// The job's id.
        task_id: String,
        status: Word,
        /// Absent when only the state is told.
        #[serde(flatten)]
        far: Option<Far>,
    },
    /// `conversion_complete`.
    Complete {
        /// Where the first result is, from the root of this server.
        output_file: Option<String>,
        /// Its name.
        filename: Option<String>,
        /// Seconds from the job's making to its end.
        duration: f64,
        /// Frames of the result; null where the pipeline does not count them.
        frames: Option<u64>,
        task_id: String,
    },
    /// `conversion_error`.
    Error { error: String, task_id: String },
}

/// How far a job is.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(super) struct Far {
    /// 0 to 1; null before it is known.
    done_fraction: Option<f64>,
    chunks_done: u32,
    chunks_total: u32,
}

impl Said {
    /// The event's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Progress { .. } => "conversion_progress",
            Self::Complete { .. } => "conversion_complete",
            Self::Error { .. } => "conversion_error",
        }
    }

    /// Whether nobody may miss it.
    pub(super) fn is_change(&self) -> bool {
        !matches!(self, Self::Progress { far: Some(_), .. })
    }

    /// That a job is now called this.
    pub(super) fn state(job: &JobId, status: Word) -> Self {
        Self::Progress { task_id: job.to_string(), status, far: None }
    }

    /// How far a job is.
    pub(super) fn progress(of: &ProgressOf, status: Word) -> Self {
        let far = Far {
            done_fraction: of.progress.done_fraction,
            chunks_done: of.progress.chunks_done,
            chunks_total: of.progress.chunks_total,
        };
        Self::Progress { task_id: of.job.to_string(), status, far: Some(far) }
    }

    /// What a job that has just been completed came to.
    pub(super) fn complete(job: &Job) -> Self {
        let first = job.outputs.first();
        let duration_millis = job.ended_at.map_or(0, |ended_at| ended_at - job.created_at);
        Self::Complete {
            output_file: first.map(|artifact| ArtifactView::of(&job.id, artifact).url().to_owned()),
            filename: first.map(|artifact| last_part(&artifact.name).to_owned()),
            duration: duration_millis as f64 / 1000.0,
            frames: job.metadata.get("frames").and_then(Value::as_u64),
            task_id: job.id.to_string(),
        }
    }

    /// Why a job has just failed.
    pub(super) fn error(job: &Job) -> Self {
        let words = Words::of(&job.sources);
        let error = job.failure.as_ref().map(|failure| words.clean(&failure.message));
        Self::Error {
            error: error.unwrap_or_else(|| "the job failed".to_owned()),
            task_id: job.id.to_string(),
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

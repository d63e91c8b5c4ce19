//! How far jobs are.

use std::collections::BTreeMap;

use reel_queue::{JobProgress, Queue, QueueError};
use reel_types::{JobId, JobState, Stage};
use serde::Serialize;
use utoipa::ToSchema;

/// How far a job is.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
pub struct Progress {
    /// 0 to 1 by the cost of the chunks; null before they are known.
    pub done_fraction: Option<f64>,
    /// What it has come to, in the words of the file-to-video converter; null where nothing says so yet.
    pub stage: Option<String>,
    /// Chunks that have ended.
    pub chunks_done: u32,
    /// Chunks that are known.
    pub chunks_total: u32,
    /// Tasks that workers hold now.
    pub tasks_running: u32,
}

/// How far these jobs are, by one question.
pub(crate) async fn of_jobs<'a>(
    queue: &dyn Queue,
    jobs: impl Iterator<Item = (&'a JobId, JobState)>,
) -> Result<BTreeMap<JobId, Progress>, QueueError> {
    let states: BTreeMap<&JobId, JobState> = jobs.collect();
    let ids: Vec<JobId> = states.keys().map(|id| (*id).clone()).collect();
    let found = queue.job_progress(&ids).await?;
    let progress = |one: JobProgress| {
        let state = states.get(&one.job).copied().unwrap_or(JobState::Queued);
        (one.job.clone(), Progress::of(state, &one))
    };
    Ok(found.into_iter().map(progress).collect())
}

/// How far one job is.
pub(crate) async fn of_job(queue: &dyn Queue, job: &JobId, state: JobState) -> Result<Progress, QueueError> {
    let mut found = of_jobs(queue, std::iter::once((job, state))).await?;
    Ok(found.remove(job).unwrap_or_else(Progress::unknown))
}

impl Progress {
    /// Of a job that has just been forgotten.
    pub(crate) fn unknown() -> Self {
        Self { done_fraction: None, stage: None, chunks_done: 0, chunks_total: 0, tasks_running: 0 }
    }

    fn of(state: JobState, found: &JobProgress) -> Self {
        let fraction = if state == JobState::Completed { Some(1.0) } else { found.fraction() };
        let stage = match state {
            JobState::Completed => Some("completed"),
            JobState::Cancelled => Some("stopped"),
            JobState::Failed => Some("error"),
            _ => found.stage.map(Stage::as_str),
        };
        Self {
            done_fraction: fraction.map(|fraction| (fraction * 1e4).round() / 1e4),
            stage: stage.map(str::to_owned),
            chunks_done: found.chunks_done,
            chunks_total: found.chunks_total,
            tasks_running: found.leased,
        }
    }
}

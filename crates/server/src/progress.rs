//! How far jobs are.

use reel_queue::{Queue, QueueError};
use reel_types::{JobId, JobState, Stage, Task, TaskKind, TaskState};
use serde::Serialize;
use utoipa::ToSchema;

/// The share of the whole that putting together and verifying is taken for. An estimate, for people.
const ASSEMBLE_SHARE: f64 = 0.03;

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
}

/// Looks at one job's tasks.
pub(crate) async fn of_job(queue: &dyn Queue, job: &JobId, state: JobState) -> Result<Progress, QueueError> {
    Ok(Progress::of(state, &queue.tasks(job).await?))
}

impl Progress {
    /// From a job's tasks.
    pub(crate) fn of(state: JobState, tasks: &[Task]) -> Self {
        let runs = || tasks.iter().filter(|task| task.id.kind == TaskKind::Run);
        Self {
            done_fraction: done_fraction(state, tasks).map(|fraction| (fraction * 1e4).round() / 1e4),
            stage: stage(state, tasks).map(str::to_owned),
            chunks_done: runs().filter(|task| task.state.is_terminal()).count() as u32,
            chunks_total: runs().count() as u32,
        }
    }
}

fn stage(state: JobState, tasks: &[Task]) -> Option<&'static str> {
    match state {
        JobState::Completed => Some("completed"),
        JobState::Cancelled => Some("stopped"),
        JobState::Failed => Some("error"),
        _ => tasks.iter().filter_map(|task| task.progress.stage).max().map(Stage::as_str),
    }
}

fn done_fraction(state: JobState, tasks: &[Task]) -> Option<f64> {
    if state == JobState::Completed {
        return Some(1.0);
    }
    let assemble = tasks.iter().rfind(|task| task.id.kind == TaskKind::Assemble)?;
    let (mut all, mut done) = (0.0, 0.0);
    for task in tasks.iter().filter(|task| task.id.kind == TaskKind::Run) {
        let weight = task.spec.cost.max(1) as f64;
        all += weight;
        done += weight * task_fraction(task);
    }
    let chunks = if all > 0.0 { done / all } else { 1.0 };
    Some(chunks * (1.0 - ASSEMBLE_SHARE) + task_fraction(assemble) * ASSEMBLE_SHARE)
}

fn task_fraction(task: &Task) -> f64 {
    match task.state {
        state if state.is_terminal() => 1.0,
        TaskState::Leased if task.progress.total > 0 => {
            (task.progress.done as f64 / task.progress.total as f64).clamp(0.0, 1.0)
        }
        _ => 0.0,
    }
}

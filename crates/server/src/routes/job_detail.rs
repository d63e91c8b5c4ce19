//! What happened within a job: its tasks, its report, its log.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use reel_types::{Attempt, AttemptOutcome, TaskId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::PathOf;
use crate::problem::Problem;
use crate::progress;
use crate::refusals::{Always, Named};
use crate::state::{AppState, Caller};
use crate::view::{AttemptView, JobView, TaskView, Words};

/// A job's tasks in order of round, kind and index, each with the tries at it.
#[utoipa::path(
    get, operation_id = "listJobTasks", path = "/jobs/{id}/tasks", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = [TaskView]), Named, Always)
)]
pub(crate) async fn tasks(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<Vec<TaskView>>, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let tasks = state.engine.queue.tasks(&job.id).await?;
    let words = Words::of(&job.sources);
    let mut attempts = by_task(&state.engine.queue.attempts(&job.id).await?, &words);
    let view = |task: reel_types::Task| {
        let attempts = attempts.remove(&task.id).unwrap_or_default();
        TaskView::new(task, attempts, &words)
    };
    Ok(Json(tasks.into_iter().map(view).collect()))
}

/// Everything that is known about how a job went.
#[derive(Serialize, ToSchema, Clone, Debug)]
pub(crate) struct JobReport {
    /// The job itself.
    job: JobView,
    /// Seconds from its making to its end; null before.
    elapsed_secs: Option<f64>,
    /// Tries at its tasks.
    attempts: u32,
    /// Those of them that failed or were lost.
    attempts_failed: u32,
    /// Seconds in which workers held its tasks, all together.
    worked_secs: f64,
    /// Its tasks.
    tasks: Vec<TaskView>,
}

/// How a job went.
#[utoipa::path(
    get, operation_id = "getJobReport", path = "/jobs/{id}/report", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobReport), Named, Always)
)]
pub(crate) async fn report(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<JobReport>, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let tasks = state.engine.queue.tasks(&job.id).await?;
    let attempts = state.engine.queue.attempts(&job.id).await?;
    let progress = progress::of_job(&*state.engine.queue, &job.id, job.state).await?;
    let words = Words::of(&job.sources);
    let mut views = by_task(&attempts, &words);
    let is_bad = |one: &&Attempt| matches!(one.outcome, AttemptOutcome::Failed | AttemptOutcome::Lost);
    let held = attempts.iter().filter_map(|one| Some(one.ended_at? - one.started_at));
    Ok(Json(JobReport {
        elapsed_secs: job.ended_at.map(|ended_at| secs(ended_at - job.created_at)),
        attempts: attempts.len() as u32,
        attempts_failed: attempts.iter().filter(is_bad).count() as u32,
        worked_secs: secs(held.sum()),
        tasks: tasks
            .into_iter()
            .map(|task| {
                let attempts = views.remove(&task.id).unwrap_or_default();
                TaskView::new(task, attempts, &words)
            })
            .collect(),
        job: JobView::new(job, progress),
    }))
}

/// One line of a job's log.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
pub(crate) struct LogLine {
    /// When, milliseconds since 1970.
    at_millis: i64,
    /// `info`, `warning` or `error`.
    level: &'static str,
    /// Which task, `ROUND.KIND.INDEX`; null for the job as a whole.
    task_id: Option<String>,
    /// What happened.
    message: String,
}

/// The lines that matter, the oldest first: what was made of each try, and why the job ended.
#[utoipa::path(
    get, operation_id = "getJobLog", path = "/jobs/{id}/log", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = [LogLine]), Named, Always)
)]
pub(crate) async fn log(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<Vec<LogLine>>, Problem> {
    let job = state.job(&caller.tenant, &id).await?;
    let attempts = state.engine.queue.attempts(&job.id).await?;
    let words = Words::of(&job.sources);
    let of_job = |at_millis, level, message| LogLine { at_millis, level, task_id: None, message };
    let mut lines = vec![of_job(job.created_at, "info", format!("{} submitted", job.pipeline))];
    lines.extend(attempts.iter().map(|attempt| {
        let (level, message) = said(attempt, &words);
        LogLine {
            at_millis: attempt.ended_at.unwrap_or(attempt.started_at),
            level,
            task_id: Some(attempt.task.within_job()),
            message,
        }
    }));
    if let Some(ended_at) = job.ended_at {
        let (level, message) = match &job.failure {
            Some(failure) => ("error", format!("{}: {}", job.state.as_str(), words.clean(&failure.message))),
            None => ("info", job.state.as_str().to_owned()),
        };
        lines.push(of_job(ended_at, level, message));
    }
    lines.sort_by_key(|line| line.at_millis);
    Ok(Json(lines))
}

fn said(attempt: &Attempt, words: &Words) -> (&'static str, String) {
    let level = match attempt.outcome {
        AttemptOutcome::Failed | AttemptOutcome::Lost => "warning",
        _ => "info",
    };
    let outcome = attempt.outcome.as_str();
    let reason = attempt.reason.as_ref().map(|reason| format!(": {}", words.clean(reason)));
    let reason = reason.unwrap_or_default();
    (level, format!("try {} on {} {outcome}{reason}", attempt.epoch, attempt.worker))
}

fn by_task(attempts: &[Attempt], words: &Words) -> BTreeMap<TaskId, Vec<AttemptView>> {
    let mut by_task: BTreeMap<TaskId, Vec<AttemptView>> = BTreeMap::new();
    for attempt in attempts {
        by_task.entry(attempt.task.clone()).or_default().push(AttemptView::of(attempt, words));
    }
    by_task
}

fn secs(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

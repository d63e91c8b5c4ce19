//! A task, and the tries at it.

use reel_types::{Attempt, Task};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FailureView, Words};

/// One piece of a job.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Task)]
pub(crate) struct TaskView {
    /// `ROUND.KIND.INDEX`, for example `0.run.12`.
    id: String,
    /// `plan`, `run` or `assemble`.
    kind: &'static str,
    /// Which round of the job.
    round: u32,
    /// Which chunk of the round.
    index: u32,
    /// `waiting`, `ready`, `leased`, `done`, `failed` or `cancelled`.
    status: &'static str,
    /// Who may do it: `cpu`, `gpu` or `gpu_else_cpu`.
    class: &'static str,
    /// CPU threads that it keeps busy.
    threads: u32,
    /// How long it takes, in a unit of its plan.
    cost: u64,
    /// How often it was claimed.
    epoch: u64,
    /// How often it failed since the last retry.
    failures: u32,
    /// Done so far, in a unit of its own.
    done: u64,
    /// All there is; 0 while unknown.
    total: u64,
    /// What it has come to; null where its pipeline does not say.
    stage: Option<&'static str>,
    /// Why it last failed.
    error: Option<FailureView>,
    /// Every try at it, the oldest first.
    attempts: Vec<AttemptView>,
}

/// One try at a task.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Attempt)]
pub(crate) struct AttemptView {
    /// The claim's epoch.
    epoch: u64,
    /// Who tried.
    worker: String,
    /// When it was claimed, milliseconds since 1970.
    started_at_millis: i64,
    /// When it ended; null while it runs.
    ended_at_millis: Option<i64>,
    /// `running`, `done`, `failed`, `released`, `lost` or `cancelled`.
    outcome: &'static str,
    /// Why, when it did not end well.
    reason: Option<String>,
}

impl TaskView {
    /// A task with the tries at it.
    pub(crate) fn new(task: Task, attempts: Vec<AttemptView>, words: &Words) -> Self {
        Self {
            id: task.id.within_job(),
            kind: task.id.kind.as_str(),
            round: task.id.round,
            index: task.id.index,
            status: task.state.as_str(),
            class: task.spec.class.as_str(),
            threads: task.spec.threads,
            cost: task.spec.cost,
            epoch: task.epoch,
            failures: task.failures,
            done: task.progress.done,
            total: task.progress.total,
            stage: task.progress.stage.map(reel_types::Stage::as_str),
            error: task.failure.map(|failure| FailureView::of(failure, words)),
            attempts,
        }
    }
}

impl AttemptView {
    /// A try at a task.
    pub(crate) fn of(attempt: &Attempt, words: &Words) -> Self {
        Self {
            epoch: attempt.epoch,
            worker: attempt.worker.to_string(),
            started_at_millis: attempt.started_at,
            ended_at_millis: attempt.ended_at,
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason.as_deref().map(|reason| words.clean(reason)),
        }
    }
}

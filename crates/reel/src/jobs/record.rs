//! A job in JSON.

use reel_types::{Attempt, Failure, Gap, Job, JobId, JobState, Source, Stage, Task, TaskState};
use serde::Serialize;
use serde_json::Value;

use crate::records::OutputRecord;
use crate::work::stage;

/// A line of type `job`: of `list`, of `show` (with tasks and attempts), and of the verbs that change something.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub(crate) struct JobRecord {
    r#type: &'static str,
    job: JobId,
    state: JobState,
    /// What it has come to; null where nothing says so yet.
    stage: Option<&'static str>,
    /// Some worker holds one of its tasks now.
    worked_on: bool,
    pipeline: String,
    params: Value,
    inputs: Vec<String>,
    created_at_millis: i64,
    ended_at_millis: Option<i64>,
    outputs: Vec<OutputRecord>,
    metadata: Value,
    gaps: Vec<Gap>,
    error: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Vec<TaskRecord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<AttemptRecord>>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct TaskRecord {
    /// `ROUND.KIND.INDEX`.
    task: String,
    state: TaskState,
    class: &'static str,
    threads: u32,
    epoch: u64,
    failures: u32,
    done: u64,
    total: u64,
    stage: Option<Stage>,
    error: Option<Failure>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct AttemptRecord {
    task: String,
    epoch: u64,
    worker: String,
    started_at_millis: i64,
    ended_at_millis: Option<i64>,
    outcome: &'static str,
    reason: Option<String>,
}

impl JobRecord {
    pub(crate) fn new(job: &Job, tasks: &[Task]) -> Self {
        let output = |artifact: &reel_types::Artifact| {
            OutputRecord::new(artifact.name.as_ref(), &artifact.sha256, artifact.size_bytes)
        };
        Self {
            r#type: "job",
            job: job.id.clone(),
            state: job.state,
            stage: stage(job.state, tasks),
            worked_on: is_worked_on(tasks),
            pipeline: job.pipeline.clone(),
            params: job.params.clone(),
            inputs: job.sources.iter().map(source_text).collect(),
            created_at_millis: job.created_at,
            ended_at_millis: job.ended_at,
            outputs: job.outputs.iter().map(output).collect(),
            metadata: job.metadata.clone(),
            gaps: job.gaps.clone(),
            error: job.failure.clone(),
            tasks: None,
            attempts: None,
        }
    }

    pub(crate) fn with_details(mut self, tasks: &[Task], attempts: &[Attempt]) -> Self {
        self.tasks = Some(tasks.iter().map(TaskRecord::new).collect());
        self.attempts = Some(attempts.iter().map(AttemptRecord::new).collect());
        self
    }
}

impl TaskRecord {
    fn new(task: &Task) -> Self {
        Self {
            task: task.id.within_job(),
            state: task.state,
            class: task.spec.class.as_str(),
            threads: task.spec.threads,
            epoch: task.epoch,
            failures: task.failures,
            done: task.progress.done,
            total: task.progress.total,
            stage: task.progress.stage,
            error: task.failure.clone(),
        }
    }
}

impl AttemptRecord {
    fn new(attempt: &Attempt) -> Self {
        Self {
            task: attempt.task.within_job(),
            epoch: attempt.epoch,
            worker: attempt.worker.to_string(),
            started_at_millis: attempt.started_at,
            ended_at_millis: attempt.ended_at,
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason.clone(),
        }
    }
}

/// Whether somebody works on the job now.
pub(crate) fn is_worked_on(tasks: &[Task]) -> bool {
    tasks.iter().any(|task| task.state == TaskState::Leased)
}

/// Where a source is.
pub(crate) fn source_path(source: &Source) -> std::path::PathBuf {
    match source {
        Source::Local { path, .. } => path.clone(),
        Source::Object { filename, .. } => filename.into(),
    }
}

fn source_text(source: &Source) -> String {
    source_path(source).to_string_lossy().into_owned()
}

/// As one line of JSON.
pub(crate) fn line(record: &impl Serialize) -> String {
    serde_json::to_string(record)
        .unwrap_or_else(|error| format!("{{\"type\":\"error\",\"message\":\"{error}\"}}"))
}

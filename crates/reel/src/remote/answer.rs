//! What a server answers, as the types that the rest of the program shows.

use reel_types::{
    Artifact, Attempt, AttemptOutcome, ChunkSpec, Class, Failure, FailureKind, Gap, Job, JobId, JobKey,
    JobState, OnFailedChunk, Progress, Source, Stage, Task, TaskId, TaskKind, TaskState, TenantId, WorkerId,
};
use serde::Deserialize;
use serde_json::Value;

use crate::work::Told;

/// A job. Its results' keys are the addresses of their bytes.
#[derive(Deserialize, Debug)]
pub(super) struct JobAnswer {
    id: String,
    status: JobState,
    pipeline: String,
    version: u32,
    params: Value,
    sources: Vec<SourceAnswer>,
    priority: i32,
    created_at_millis: i64,
    ended_at_millis: Option<i64>,
    outputs: Vec<ArtifactAnswer>,
    metadata: Value,
    gaps: Vec<Gap>,
    error: Option<FailureAnswer>,
}

#[derive(Deserialize, Debug)]
struct SourceAnswer {
    filename: String,
    size: u64,
    sha256: Option<String>,
}

/// A file that a job made.
#[derive(Deserialize, Debug)]
pub(super) struct ArtifactAnswer {
    pub(super) job_id: String,
    name: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    mime: String,
    url: String,
}

#[derive(Deserialize, Debug)]
struct FailureAnswer {
    kind: Value,
    message: String,
    hint: Option<String>,
}

/// A job with its tasks.
#[derive(Deserialize, Debug)]
pub(super) struct ReportAnswer {
    job: JobAnswer,
    tasks: Vec<TaskAnswer>,
}

/// A task.
#[derive(Deserialize, Debug)]
pub(super) struct TaskAnswer {
    kind: TaskKind,
    round: u32,
    index: u32,
    status: TaskState,
    class: Class,
    threads: u32,
    cost: u64,
    epoch: u64,
    failures: u32,
    done: u64,
    total: u64,
    stage: Option<Stage>,
    error: Option<FailureAnswer>,
    attempts: Vec<AttemptAnswer>,
}

#[derive(Deserialize, Debug)]
struct AttemptAnswer {
    epoch: u64,
    worker: String,
    started_at_millis: i64,
    ended_at_millis: Option<i64>,
    outcome: AttemptOutcome,
    reason: Option<String>,
}

/// The answer to a new job.
#[derive(Deserialize, Debug)]
pub(super) struct Accepted {
    pub(super) id: String,
}

/// A file that was sent.
#[derive(Deserialize, Debug)]
pub(super) struct UploadAnswer {
    pub(super) id: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) metadata: Value,
}

/// One page of a list.
#[derive(Deserialize, Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_cursor: Option<String>,
}

/// One event of a stream.
#[derive(Deserialize, Debug)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum EventAnswer {
    /// A job's new state.
    Job { seq: u64, at_millis: i64, job_id: String, status: JobState },
    /// A task's new state.
    Task { seq: u64, at_millis: i64, job_id: String, task_id: String, epoch: u64, status: TaskState },
    /// How far.
    Progress {
        status: JobState,
        done_fraction: Option<f64>,
        stage: Option<Stage>,
        chunks_done: u32,
        chunks_total: u32,
    },
    /// What a later server may tell.
    #[serde(other)]
    Other,
}

impl EventAnswer {
    /// How far a job is, if it says so.
    pub(super) fn told(&self) -> Option<Told> {
        let Self::Progress { status, done_fraction, stage, chunks_done, chunks_total } = self else {
            return None;
        };
        Some(Told {
            state: *status,
            stage: stage.map(Stage::as_str),
            done_fraction: *done_fraction,
            chunks_done: *chunks_done,
            chunks_total: *chunks_total,
        })
    }
}

impl From<FailureAnswer> for Failure {
    fn from(answer: FailureAnswer) -> Self {
        // A later server may know sorts that this reel does not.
        let kind = serde_json::from_value(answer.kind).unwrap_or(FailureKind::Internal);
        Self { kind, message: answer.message, hint: answer.hint }
    }
}

impl From<JobAnswer> for Job {
    fn from(answer: JobAnswer) -> Self {
        let source = |source: SourceAnswer| Source::Object {
            key: String::new(),
            sha256: source.sha256.unwrap_or_default(),
            size_bytes: source.size,
            filename: source.filename,
        };
        let artifact = |artifact: ArtifactAnswer| Artifact {
            name: artifact.name,
            key: artifact.url,
            size_bytes: artifact.size,
            sha256: artifact.sha256,
            mime: artifact.mime,
        };
        Self {
            key: JobKey::new(answer.id.clone()),
            id: JobId::new(answer.id),
            tenant: TenantId::local(),
            pipeline: answer.pipeline,
            version: answer.version,
            params: answer.params,
            sources: answer.sources.into_iter().map(source).collect(),
            priority: answer.priority,
            state: answer.status,
            round: 0,
            rounds_max: 0,
            on_failed_chunk: OnFailedChunk::FailJob,
            created_at: answer.created_at_millis,
            ended_at: answer.ended_at_millis,
            outputs: answer.outputs.into_iter().map(artifact).collect(),
            metadata: answer.metadata,
            gaps: answer.gaps,
            failure: answer.error.map(Failure::from),
        }
    }
}

impl ReportAnswer {
    /// The job, its tasks and the tries at them, the oldest first.
    pub(super) fn parts(self) -> (Job, Vec<Task>, Vec<Attempt>) {
        let job = Job::from(self.job);
        let (tasks, tries): (Vec<Task>, Vec<Vec<Attempt>>) =
            self.tasks.into_iter().map(|task| task.parts(&job.id)).unzip();
        let mut attempts: Vec<Attempt> = tries.into_iter().flatten().collect();
        attempts.sort_by_key(|attempt| attempt.started_at);
        (job, tasks, attempts)
    }
}

impl TaskAnswer {
    /// The task and the tries at it.
    pub(super) fn parts(self, job: &JobId) -> (Task, Vec<Attempt>) {
        let id = TaskId { job: job.clone(), round: self.round, kind: self.kind, index: self.index };
        let attempt = |attempt: AttemptAnswer| Attempt {
            task: id.clone(),
            epoch: attempt.epoch,
            worker: WorkerId::new(attempt.worker),
            started_at: attempt.started_at_millis,
            ended_at: attempt.ended_at_millis,
            outcome: attempt.outcome,
            reason: attempt.reason,
        };
        let attempts = self.attempts.into_iter().map(attempt).collect();
        let spec = ChunkSpec {
            chunk: Value::Null,
            class: self.class,
            threads: self.threads,
            memory_bytes: 0,
            cost: self.cost,
            after: None,
        };
        let task = Task {
            id,
            state: self.status,
            spec,
            epoch: self.epoch,
            failures: self.failures,
            ready_at: 0,
            worker: None,
            lease_until: None,
            progress: Progress { done: self.done, total: self.total, stage: self.stage },
            progress_at: 0,
            outputs: Vec::new(),
            failure: self.error.map(Failure::from),
        };
        (task, attempts)
    }
}

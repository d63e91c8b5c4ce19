//! Doing one claimed task: fetch inputs, step, put outputs. Its folder is gone afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use reel_queue::{Claimed, Completion};
use reel_types::{Artifact, CancelToken, Failure, FailureKind, TaskKind, WorkerId};
use tokio::runtime::Handle;

use crate::context::RunContext;
use crate::crash_point;
use crate::engine::Engine;
use crate::inputs::Inputs;
use crate::outputs::put_outputs;
use crate::pipeline::RunError;
use crate::progress::ProgressCell;
use crate::room;

/// Does claimed tasks. The worker loop knows no more of the work than this.
#[async_trait]
pub trait Execute: Send + Sync {
    /// Does one task; ends soon after its token is set.
    async fn execute(&self, execution: Execution) -> Ended;
}

/// One task to do.
#[derive(Clone, Debug)]
pub struct Execution {
    /// What was claimed.
    pub claimed: Claimed,
    /// Where progress goes.
    pub progress: Arc<ProgressCell>,
    /// Set when the work should stop.
    pub cancel: CancelToken,
}

/// How an attempt ended, before the queue was told.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// With a result that is already stored.
    Finished {
        /// What it brought.
        completion: Completion,
        /// What it wrote.
        outputs: Vec<Artifact>,
    },
    /// Badly.
    Failed(Failure),
    /// No device was free.
    Busy(String),
    /// It was told to stop.
    Cancelled,
}

/// Runs each step on a blocking thread of its own.
pub struct BlockingExecutor {
    engine: Engine,
    scratch: PathBuf,
}

impl BlockingExecutor {
    /// An executor whose scratch folders lie in the worker's own.
    pub fn new(engine: Engine, worker: &WorkerId) -> Self {
        let scratch = engine.state.scratch().join(worker.as_str());
        Self { engine, scratch }
    }
}

#[async_trait]
impl Execute for BlockingExecutor {
    async fn execute(&self, execution: Execution) -> Ended {
        let inputs = match self.gather(&execution.claimed).await {
            Ok(inputs) => inputs,
            Err(failure) => return Ended::Failed(failure),
        };
        let engine = self.engine.clone();
        let scratch = inputs.fetched.clone();
        let stepping = tokio::task::spawn_blocking(move || step_in_folder(&engine, &inputs, &execution));
        let ended = stepping.await.unwrap_or_else(|error| Ended::Failed(internal(&error.to_string())));
        // Looked at before its folder goes: what a full disk does to a program has many names, and this is the one.
        let ended = match ended {
            Ended::Failed(failure) => match room::shortage(&self.engine).await {
                Some(shortage) => {
                    tracing::warn!(%failure, "failed while the disk was full");
                    Ended::Failed(shortage)
                }
                None => Ended::Failed(failure),
            },
            ended => ended,
        };
        // Best effort: what stays is removed with the worker's folder.
        let _ = std::fs::remove_dir_all(scratch);
        ended
    }
}

impl Drop for BlockingExecutor {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl BlockingExecutor {
    /// What the step may read, and a fresh folder for it.
    async fn gather(&self, claimed: &Claimed) -> Result<Inputs, Failure> {
        let task = &claimed.task;
        let alone = task.id.kind == TaskKind::Plan;
        let tasks = if alone { Ok(Vec::new()) } else { self.engine.queue.tasks(&task.id.job).await };
        let tasks = tasks.map_err(|e| Failure::new(FailureKind::Transient, e.to_string()))?;
        let folder = self.scratch.join(format!("{}-{}", task.id, task.epoch));
        make_fresh(&folder).map_err(|e| no_scratch(&folder, &e))?;
        if let Some(failure) = room::shortage(&self.engine).await {
            return Err(failure);
        }
        Ok(Inputs {
            sources: claimed.sources.clone(),
            tasks,
            store: Arc::clone(&self.engine.store),
            runtime: Handle::current(),
            fetched: folder,
        })
    }
}

fn step_in_folder(engine: &Engine, inputs: &Inputs, execution: &Execution) -> Ended {
    let caught = catch_unwind(AssertUnwindSafe(|| step(engine, inputs, execution)));
    let result = caught.unwrap_or_else(|panic| Err(RunError::Failed(internal(&panic_text(panic.as_ref())))));
    match result {
        Ok(ended) => ended,
        Err(_) if execution.cancel.is_cancelled() => Ended::Cancelled,
        Err(RunError::Cancelled) => Ended::Cancelled,
        Err(RunError::Busy(what)) => Ended::Busy(what),
        Err(RunError::Failed(failure)) => Ended::Failed(failure),
    }
}

fn step(engine: &Engine, inputs: &Inputs, execution: &Execution) -> Result<Ended, RunError> {
    let claimed = &execution.claimed;
    let task = &claimed.task;
    if task.id.kind == TaskKind::Assemble {
        crash_point::hit("in_assemble");
    }
    let cx = RunContext {
        task: &task.id,
        site: &engine.site,
        on_gpu: claimed.on_gpu,
        threads: task.spec.threads,
        devices: &engine.devices,
        inputs,
        scratch: &inputs.fetched,
        progress: &execution.progress,
        cancel: &execution.cancel,
    };
    let step = engine.registry.step(claimed, &cx);
    // A step that read a file which changed under it may fail in any way; the change is the reason to tell.
    inputs.check_sources()?;
    let step = step?;
    let outputs = put_outputs(&inputs.runtime, &inputs.store, &task.id, task.epoch, step.outputs)?;
    Ok(Ended::Finished { completion: step.completion, outputs })
}

fn make_fresh(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    std::fs::create_dir_all(folder)
}

fn no_scratch(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Storage, format!("cannot make {}: {error}", folder.display()))
        .with_hint("check the state folder, or name another with --state")
}

fn internal(what: &str) -> Failure {
    Failure::new(FailureKind::Internal, format!("a bug in reel: {what}"))
        .with_hint("please report it with the output of `reel doctor`")
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a step panicked".into())
}

//! What a running step sees: its sources, its parts, its scratch folder, its device, and nothing of store or queue.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_device::Devices;
use reel_store::Store;
use reel_types::{CancelToken, Stage, TaskId, TaskKind};
use serde::de::DeserializeOwned;

use crate::inputs::Inputs;
use crate::pipeline::RunError;
use crate::progress::ProgressCell;
use crate::site::Site;

/// The object that the Plan task keeps.
pub(crate) const FACTS: &str = "facts.json";

/// Handed to each step of a pipeline.
pub struct RunContext<'a> {
    pub(crate) task: &'a TaskId,
    pub(crate) site: &'a Site,
    pub(crate) on_gpu: bool,
    pub(crate) threads: u32,
    pub(crate) devices: &'a Arc<Devices>,
    pub(crate) inputs: &'a Inputs,
    pub(crate) scratch: &'a Path,
    pub(crate) progress: &'a Arc<ProgressCell>,
    pub(crate) cancel: &'a CancelToken,
}

impl RunContext<'_> {
    /// Which task this is; for messages.
    pub fn task(&self) -> &TaskId {
        self.task
    }

    /// The place of this worker.
    pub fn site(&self) -> &Site {
        self.site
    }

    /// Whether the worker gave this task out as GPU work. False means: the CPU does it.
    pub fn on_gpu(&self) -> bool {
        self.on_gpu
    }

    /// The CPU threads that the plan gave this chunk.
    pub fn threads(&self) -> u32 {
        self.threads
    }

    /// The accelerators of this machine; leases are taken here before a process is spawned.
    pub fn devices(&self) -> &Arc<Devices> {
        self.devices
    }

    /// How many sources the job has.
    pub fn source_count(&self) -> usize {
        self.inputs.source_count()
    }

    /// A local path of source `index`; only for reading. Fetched once a worker.
    ///
    /// # Errors
    /// [`reel_types::FailureKind::Input`] when the source is gone, cannot be read, or changed since the job was made.
    pub fn source(&self, index: usize) -> Result<PathBuf, RunError> {
        self.inputs.source(index)
    }

    /// What the owner of source `index` calls it, where it was sent here; a file of this machine is called by its path.
    pub fn source_name(&self, index: usize) -> Option<&str> {
        self.inputs.source_name(index)
    }

    /// What inspecting the sources told, for a chunk or for assemble: what all chunks share is kept once.
    ///
    /// # Errors
    /// [`reel_types::FailureKind::Internal`] in the Plan task itself, or for another type.
    pub fn facts<T: DeserializeOwned>(&self) -> Result<T, RunError> {
        let path = self.inputs.output_of(TaskKind::Plan, 0, 0, FACTS)?;
        let bytes = std::fs::read(path).map_err(RunError::internal)?;
        serde_json::from_slice(&bytes).map_err(RunError::internal)
    }

    /// A local path of what chunk (`round`, `index`) wrote under `name`; only for reading.
    ///
    /// # Errors
    /// [`reel_types::FailureKind::Internal`] when that chunk did not write it.
    pub fn part(&self, round: u32, index: u32, name: &str) -> Result<PathBuf, RunError> {
        self.inputs.part(round, index, name)
    }

    /// Bytes that can still be written where scratch and results lie, if that has a bound.
    pub fn free_bytes(&self) -> Option<u64> {
        self.inputs.runtime.block_on(self.inputs.store.free_bytes()).ok().flatten()
    }

    /// A folder of this attempt alone; removed when the attempt ends.
    pub fn scratch(&self) -> &Path {
        self.scratch
    }

    /// Says how far the step is, in a unit of its own; cheap.
    pub fn progress(&self, done: u64, total: u64) {
        self.progress.set(done, total);
    }

    /// Says what the step has come to; cheap. It never goes back.
    pub fn stage(&self, stage: Stage) {
        self.progress.set_stage(stage);
    }

    /// For a step that cannot say how far it is: to be called while it moves, so that it is not taken for one that
    /// hangs. Not beside [`RunContext::progress`].
    pub fn pulse(&self) -> impl Fn() + Send + Sync + 'static {
        let progress = Arc::clone(self.progress);
        move || progress.beat()
    }

    /// Set when the step should stop.
    pub fn cancel(&self) -> &CancelToken {
        self.cancel
    }
}

/// Keeps the store out of a pipeline's sight.
pub(crate) type StoreHandle = Arc<dyn Store>;

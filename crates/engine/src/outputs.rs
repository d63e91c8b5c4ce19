//! What a step wrote goes into the store, under keys that carry the attempt's epoch.

use reel_types::{Artifact, Epoch, TaskId};
use tokio::runtime::Handle;

use crate::context::StoreHandle;
use crate::pipeline::{Content, Digest, Output, RunError};

/// Stores all outputs of one attempt, durably, before its completion is told to the queue.
pub(crate) fn put_outputs(
    runtime: &Handle,
    store: &StoreHandle,
    task: &TaskId,
    epoch: Epoch,
    outputs: Vec<Output>,
) -> Result<Vec<Artifact>, RunError> {
    outputs.into_iter().map(|output| put_output(runtime, store, task, epoch, output)).collect()
}

fn put_output(
    runtime: &Handle,
    store: &StoreHandle,
    task: &TaskId,
    epoch: Epoch,
    output: Output,
) -> Result<Artifact, RunError> {
    let key = task.object_key(epoch, &output.name);
    let sha256 = match output.digest {
        Digest::Computed => None,
        Digest::Known(hex) => Some(hex),
        Digest::None => Some(String::new()),
    };
    let stored = match &output.content {
        Content::File(path) => runtime.block_on(store.put_file(&key, path, sha256)),
        Content::Bytes(bytes) => runtime.block_on(store.put_bytes(&key, bytes)),
    };
    let stored = stored.map_err(|error| RunError::Failed(error.failure()))?;
    Ok(Artifact {
        name: output.name,
        key,
        size_bytes: stored.size_bytes,
        sha256: stored.sha256,
        mime: output.mime,
    })
}

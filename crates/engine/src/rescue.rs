//! The sweep: dead workers, ended leases, tasks that wait for nothing any more, objects that nobody names.

use std::time::Duration;

use reel_queue::QueueError;

use crate::engine::Engine;
use crate::leftovers::remove_leftovers;
use crate::liveness::dead_workers;
use crate::worker::Drain;

/// The store is looked through at the first of so many sweeps.
const LEFTOVERS_EVERY: u32 = 720;

/// Sweeps at once and then every `interval` until the worker drains.
pub(crate) async fn keep_sweeping(engine: Engine, interval: Duration, drain: Drain) {
    let mut count = 0_u32;
    while !drain.is_started() {
        if let Err(error) = sweep(&engine).await {
            tracing::warn!(%error, "sweep failed, trying again");
        }
        if count.is_multiple_of(LEFTOVERS_EVERY) {
            match remove_leftovers(&engine).await {
                Ok(0) => {}
                Ok(objects) => tracing::info!(objects, "removed what no row names"),
                Err(error) => tracing::warn!(%error, "cannot remove what no row names"),
            }
        }
        count = count.wrapping_add(1);
        tokio::select! {
            biased;
            () = drain.started() => {}
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// One sweep.
pub(crate) async fn sweep(engine: &Engine) -> Result<(), QueueError> {
    let gone = release_the_dead(engine).await?;
    let swept = engine.queue.sweep().await?;
    for (task, epoch) in &swept.rescued {
        tracing::warn!(%task, epoch, "lease ended, task taken back");
    }
    for task in &swept.unserved {
        tracing::warn!(%task, "no live worker can take it");
    }
    if gone || !swept.rescued.is_empty() || !swept.released.is_empty() || !swept.unserved.is_empty() {
        engine.tell_change();
    }
    Ok(())
}

/// Takes back the leases of dead workers of this machine at once, without waiting for their end.
async fn release_the_dead(engine: &Engine) -> Result<bool, QueueError> {
    let dead = dead_workers(&engine.state.workers()).unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for dead workers");
        Vec::new()
    });
    let found = !dead.is_empty();
    for worker in dead {
        let tasks = engine.queue.worker_gone(&worker.worker).await?;
        tracing::info!(worker = %worker.worker, tasks, "worker is gone, its tasks are free");
        // Best effort: scratch of a dead attempt is of use to nobody.
        let _ = std::fs::remove_dir_all(engine.state.scratch().join(worker.worker.as_str()));
        worker.bury();
    }
    Ok(found)
}

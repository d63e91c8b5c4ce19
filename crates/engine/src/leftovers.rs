//! Objects that no row names: what lost attempts wrote, and what a forgotten job left when its remover was killed.

use std::collections::{BTreeMap, BTreeSet};

use reel_queue::QueueError;
use reel_store::StoreError;
use reel_types::{Job, JobId};

use crate::engine::Engine;

/// Why leftovers were not removed. The next look finds them again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeftoversError {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes what no row names, of jobs that have ended or are not there any more; returns how many objects.
///
/// The objects are listed *before* the rows are read. So whatever is listed was written by an attempt that began before
/// the look at its job; once that look shows the job ended, the attempt has either committed and is named, or is fenced
/// for ever. A retry meanwhile writes under new epochs, which are not in the list.
pub(crate) async fn remove_leftovers(engine: &Engine) -> Result<u64, LeftoversError> {
    let mut by_job: BTreeMap<JobId, BTreeSet<String>> = BTreeMap::new();
    for object in engine.store.list("jobs/").await? {
        if let Some((job, attempt)) = attempt_of(&object.key) {
            by_job.entry(JobId::new(job)).or_default().insert(attempt.to_owned());
        }
    }
    let mut removed = 0;
    for (job, attempts) in by_job {
        let Some(row) = engine.queue.job(&job).await? else {
            removed += engine.store.remove(&format!("jobs/{job}/")).await?;
            continue;
        };
        if row.state.is_terminal() {
            let named = named_attempts(engine, &row).await?;
            for attempt in attempts.difference(&named) {
                removed += engine.store.remove(attempt).await?;
            }
        }
    }
    Ok(removed)
}

/// The attempts whose objects a row of this job names.
async fn named_attempts(engine: &Engine, job: &Job) -> Result<BTreeSet<String>, QueueError> {
    let tasks = engine.queue.tasks(&job.id).await?;
    let artifacts = tasks.iter().flat_map(|task| &task.outputs).chain(&job.outputs);
    Ok(artifacts
        .filter_map(|artifact| attempt_of(&artifact.key))
        .map(|(_, attempt)| attempt.to_owned())
        .collect())
}

/// Job and attempt of `jobs/<job>/tasks/<task>/<epoch>/<name>`; the attempt is the key up to the name.
fn attempt_of(key: &str) -> Option<(&str, &str)> {
    let job = key.strip_prefix("jobs/")?.split('/').next()?;
    let (slash, _) = key.match_indices('/').nth(4)?;
    Some((job, key.get(..=slash)?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use reel_device::{Devices, NvmlSource};
    use reel_queue::{Claimed, Completion, FinishTask, MemoryQueue, NewJob, Offer};
    use reel_store::FolderStore;
    use reel_types::{Artifact, ClaimId, JobKey, OnFailedChunk, TaskId, TenantId, WorkerId};
    use serde_json::Value;

    use super::*;
    use crate::engine::StateDir;
    use crate::registry::Registry;
    use crate::site::Site;

    #[test]
    fn the_attempt_is_all_of_the_key_but_the_name() {
        let key = TaskId::run(JobId::new("j1"), 0, 3).object_key(7, "chunks/a.json");
        assert_eq!(attempt_of(&key), Some(("j1", "jobs/j1/tasks/0.run.3/7/")));
        assert_eq!(attempt_of("jobs/j1/tasks/x"), None);
        assert_eq!(attempt_of("uploads/00/1/2/3/4/5"), None);
    }

    fn engine(folder: &std::path::Path, clock: &Arc<AtomicI64>) -> Engine {
        let clock = Arc::clone(clock);
        let state = StateDir::open(folder).unwrap();
        Engine::new(
            Arc::new(MemoryQueue::new(Arc::new(move || clock.load(Ordering::SeqCst)))),
            Arc::new(FolderStore::open(state.objects()).unwrap()),
            Devices::new(Arc::new(NvmlSource::new()), None, None, None),
            Registry::new(),
            Site { cores: 1, memory_bytes: 1 << 30, gpu: false },
            state,
        )
    }

    /// Claims the plan and writes something, as a worker does before it finishes.
    async fn claim_and_put(engine: &Engine, claim: &str) -> (Claimed, Artifact) {
        let offer = Offer {
            claim: ClaimId::new(claim),
            worker: WorkerId::new("w"),
            gpu: false,
            cpu: true,
            threads: 1,
            memory_bytes: 1 << 30,
            pipelines: vec!["p".into()],
            only_jobs: Vec::new(),
            lease_millis: 30_000,
        };
        let claimed = engine.queue.claim(offer).await.unwrap().task().unwrap();
        let key = claimed.task.id.object_key(claimed.task.epoch, "out");
        engine.store.put_bytes(&key, b"x").await.unwrap();
        let (name, sha256, mime) = ("out".into(), String::new(), "text/plain".into());
        (claimed, Artifact { name, key, size_bytes: 1, sha256, mime })
    }

    #[tokio::test]
    async fn only_what_no_row_names_is_removed_and_only_after_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(0));
        let engine = engine(folder.path(), &clock);
        let job = JobId::new("j1");
        let new = NewJob {
            id: job.clone(),
            tenant: TenantId::local(),
            key: JobKey::new("k"),
            pipeline: "p".into(),
            version: 1,
            params: Value::Null,
            sources: Vec::new(),
            priority: 0,
            idempotency: None,
        };
        engine.queue.submit(new).await.unwrap();
        claim_and_put(&engine, "c1").await;
        engine.queue.worker_gone(&WorkerId::new("w")).await.unwrap();
        clock.store(10_000, Ordering::SeqCst);
        let (claimed, output) = claim_and_put(&engine, "c2").await;
        let committed = output.key.clone();
        assert_eq!(remove_leftovers(&engine).await.unwrap(), 0, "the job is under way");

        let finish = FinishTask {
            task: claimed.task.id,
            epoch: claimed.task.epoch,
            completion: Completion::Planned {
                chunks: Vec::new(),
                rounds_max: 1,
                on_failed_chunk: OnFailedChunk::FailJob,
            },
            outputs: vec![output],
        };
        engine.queue.finish(finish).await.unwrap();
        engine.queue.cancel(&job).await.unwrap();
        assert_eq!(remove_leftovers(&engine).await.unwrap(), 1);
        let left = engine.store.list("jobs/").await.unwrap();
        assert_eq!(left.iter().map(|object| &object.key).collect::<Vec<_>>(), [&committed]);

        assert_eq!(engine.queue.prune(i64::MAX, 9).await.unwrap(), [job]);
        assert_eq!(remove_leftovers(&engine).await.unwrap(), 1);
        assert!(engine.store.list("jobs/").await.unwrap().is_empty());
        assert!(!engine.state.objects().join("jobs/j1").exists());
    }
}

//! What can be read, asked of the step machine and of a backend at the end of a sequence.

use std::fmt::Debug;
use std::sync::Arc;

use fastrand::Rng;
use reel_types::{JobId, JobKey, JobState, Millis};

use super::generate::tenant;
use crate::error::QueueError;
use crate::machine::State;
use crate::memory::MemoryQueue;
use crate::queue::{JobFilter, Queue};

/// How many lists of jobs are asked for.
const LISTS: usize = 6;

/// The first answer in which the backend differs from the machine, as text.
pub(super) async fn difference(
    state: &State,
    now: Millis,
    seed: u64,
    backend: &dyn Queue,
) -> Result<Option<String>, QueueError> {
    let mut rng = Rng::with_seed(seed);
    let machine = MemoryQueue::resumed(state.clone(), Arc::new(move || now));
    for _ in 0..LISTS {
        let filter = filter(&mut rng, state);
        let (ours, other) = (machine.jobs(filter.clone()).await?, backend.jobs(filter.clone()).await?);
        if let Some(difference) = differ(&filter, &ours, &other) {
            return Ok(Some(difference));
        }
    }
    let jobs: Vec<JobId> = (0..4).map(|number| JobId::new(format!("job{number}"))).collect();
    let (ours, other) = (machine.job_progress(&jobs).await?, backend.job_progress(&jobs).await?);
    if let Some(difference) = differ(&"job_progress", &ours, &other) {
        return Ok(Some(difference));
    }
    let (ours, other) = (machine.workers().await?, backend.workers().await?);
    if let Some(difference) = differ(&"workers", &ours, &other) {
        return Ok(Some(difference));
    }
    let (ours, other) = (machine.tenants().await?, backend.tenants().await?);
    if let Some(difference) = differ(&"tenants", &ours, &other) {
        return Ok(Some(difference));
    }
    for tenant in machine.tenants().await?.iter().map(|tenant| &tenant.id) {
        let (ours, other) = (machine.result_bytes(tenant).await?, backend.result_bytes(tenant).await?);
        if let Some(difference) = differ(&"result_bytes", &ours, &other) {
            return Ok(Some(difference));
        }
    }
    let (ours, other) = (machine.load().await?, backend.load().await?);
    if let Some(difference) = differ(&"load", &ours, &other) {
        return Ok(Some(difference));
    }
    let (ours, other) = (machine.is_paused().await?, backend.is_paused().await?);
    Ok(differ(&"is_paused", &ours, &other))
}

fn differ<T: PartialEq + Debug>(question: &dyn Debug, ours: &T, other: &T) -> Option<String> {
    (ours != other).then(|| format!("{question:?}:\n  machine: {ours:?}\n  backend: {other:?}"))
}

/// A list that somebody may ask for: each part of the filter in one of three.
fn filter(rng: &mut Rng, state: &State) -> JobFilter {
    let mut rare = || rng.u32(0..3) == 0;
    let (of_tenant, of_states, of_key, of_prefix, after) = (rare(), rare(), rare(), rare(), rare());
    let states = [JobState::Queued, JobState::Running, JobState::Completed, JobState::Failed];
    let jobs: Vec<_> = state.jobs.values().collect();
    let last = rng.choice(&jobs).filter(|_| after);
    JobFilter {
        tenant: of_tenant.then(|| tenant(rng.u32(0..2))),
        states: if of_states { states[rng.usize(0..3)..].to_vec() } else { Vec::new() },
        key: of_key.then(|| JobKey::new(format!("key of job{}", rng.u32(0..3)))),
        id_prefix: of_prefix.then(|| format!("job{}", rng.u32(0..3))),
        before: last.map(|job| (job.created_at, job.id.clone())),
        limit: rng.u32(0..3),
    }
}

//! Giving out one task.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use reel_types::{
    Attempt, AttemptOutcome, Class, Epoch, Job, JobState, Millis, Progress, TaskId, TaskKind, TaskState,
    TenantId,
};

use super::event::{job_became, task_became};
use super::state::{AttemptRow, State, TaskRow, WorkerRow};
use crate::command::{ClaimReply, Claimed, GPU_PATIENCE_MILLIS, Offer, WORKER_ALIVE_MILLIS};

pub(super) fn claim(state: &mut State, offer: &Offer, now: Millis) -> ClaimReply {
    let announced = state.workers.get(&offer.worker).is_some_and(|row| row.gpu);
    state.saw_worker(&offer.worker, announced || offer.gpu, now);
    if let Some((task, epoch)) = state.claims.get(&offer.claim).cloned() {
        return reply(again(state, offer, &task, epoch, now));
    }
    if state.workers.get(&offer.worker).is_some_and(|row| row.draining) {
        return ClaimReply::Draining;
    }
    reply(best(state, offer, now))
}

fn reply(claimed: Option<Claimed>) -> ClaimReply {
    claimed.map_or(ClaimReply::Nothing, |claimed| ClaimReply::Task(Box::new(claimed)))
}

fn best(state: &mut State, offer: &Offer, now: Millis) -> Option<Claimed> {
    let takes_gpu_work = |worker: &WorkerRow| {
        worker.gpu && !worker.gone && !worker.draining && worker.seen_at > now - WORKER_ALIVE_MILLIS
    };
    let gpu_lives = state.workers.values().any(takes_gpu_work);
    let shares = shares(state);
    let candidates = state.tasks.values().filter_map(|row| {
        let job = state.jobs.get(&row.task.id.job)?;
        let on_gpu = fits(row, job, offer, gpu_lives, now)?;
        let share = shares.get(&job.tenant)?;
        share.may_have_more.then_some((row, job, share, on_gpu))
    });
    let (row, job, _, on_gpu) = candidates.min_by_key(|(row, job, share, _)| order(row, job, share))?;
    let (id, tenant) = (row.task.id.clone(), job.tenant.clone());
    state.tenants.entry(tenant).or_default().served_at = Some(now);
    lease(state, offer, &id, on_gpu, now);
    claimed(state, &id, on_gpu)
}

/// A claim id is good for one attempt: asked again it gives the same while that lease is alive, and nothing after,
/// because whoever made it is no longer waiting for the answer.
fn again(state: &State, offer: &Offer, task: &TaskId, epoch: Epoch, now: Millis) -> Option<Claimed> {
    let row = state.tasks.get(task)?;
    let attempt = state.attempts.get(&(task.clone(), epoch))?;
    let alive = row.task.state == TaskState::Leased
        && row.task.epoch == epoch
        && row.task.worker.as_ref() == Some(&offer.worker)
        && row.task.lease_until.is_some_and(|until| until >= now);
    if alive { claimed(state, task, attempt.on_gpu) } else { None }
}

/// Whether the offer can take the task, and if so, as GPU work or not.
fn fits(row: &TaskRow, job: &Job, offer: &Offer, gpu_lives: bool, now: Millis) -> Option<bool> {
    let (task, spec) = (&row.task, &row.task.spec);
    let can = task.state == TaskState::Ready
        && task.ready_at <= now
        && spec.threads <= offer.threads
        && spec.memory_bytes <= offer.memory_bytes
        && offer.pipelines.contains(&job.pipeline)
        && (offer.only_jobs.is_empty() || offer.only_jobs.contains(&job.id));
    if !can {
        return None;
    }
    let patient = gpu_lives && now.saturating_sub(row.ready_since) < GPU_PATIENCE_MILLIS;
    match spec.class {
        Class::Cpu => offer.cpu.then_some(false),
        Class::Gpu => offer.gpu.then_some(true),
        Class::GpuElseCpu if offer.gpu => Some(true),
        Class::GpuElseCpu => (offer.cpu && !patient).then_some(false),
    }
}

/// What a tenant has of the workers.
struct Share {
    leased: u32,
    served_at: Option<Millis>,
    may_have_more: bool,
}

/// Counted at each claim: never a counter that could be wrong.
fn shares(state: &State) -> BTreeMap<&TenantId, Share> {
    let mut shares: BTreeMap<&TenantId, Share> = BTreeMap::new();
    for (id, row) in &state.tenants {
        let may_have_more = !state.paused && !row.paused;
        shares.insert(id, Share { leased: 0, served_at: row.served_at, may_have_more });
    }
    for row in state.tasks.values().filter(|row| row.task.state == TaskState::Leased) {
        let job = state.jobs.get(&row.task.id.job);
        if let Some(share) = job.and_then(|job| shares.get_mut(&job.tenant)) {
            share.leased += 1;
        }
    }
    for (id, row) in &state.tenants {
        if let Some(share) = shares.get_mut(id) {
            share.may_have_more &= row.running_max == 0 || share.leased < row.running_max;
        }
    }
    shares
}

/// Highest priority, then the tenant with the fewest leased tasks, then the one that was served longest ago; for one
/// tenant the oldest job, then the earliest round, then the longest first.
fn order<'a>(row: &'a TaskRow, job: &'a Job, share: &'a Share) -> impl Ord + use<'a> {
    let id = &row.task.id;
    let of_tenant = (share.leased, share.served_at, &job.tenant);
    let of_task = (job.created_at, &job.id, id.round, id.kind, Reverse(row.task.spec.cost), id.index);
    (Reverse(job.priority), of_tenant, of_task)
}

fn lease(state: &mut State, offer: &Offer, id: &TaskId, on_gpu: bool, now: Millis) {
    let Some(TaskRow { task, .. }) = state.tasks.get_mut(id) else { return };
    task.epoch += 1;
    task.worker = Some(offer.worker.clone());
    task.lease_until = Some(now.saturating_add(offer.lease_millis));
    task.progress = Progress::default();
    task.progress_at = now;
    let epoch = task.epoch;
    let attempt = Attempt {
        task: id.clone(),
        epoch,
        worker: offer.worker.clone(),
        started_at: now,
        ended_at: None,
        outcome: AttemptOutcome::Running,
        reason: None,
    };
    let attempt = AttemptRow { attempt, claim: offer.claim.clone(), on_gpu, closed_by: None };
    state.attempts.insert((id.clone(), epoch), attempt);
    state.claims.insert(offer.claim.clone(), (id.clone(), epoch));
    task_became(state, id, TaskState::Leased, now);
    job_became(state, &id.job, while_doing(id.kind), now);
}

/// The job's state while such a task is held.
pub(crate) fn while_doing(kind: TaskKind) -> JobState {
    match kind {
        TaskKind::Plan => JobState::Planning,
        TaskKind::Run => JobState::Running,
        TaskKind::Assemble => JobState::Assembling,
    }
}

fn claimed(state: &State, id: &TaskId, on_gpu: bool) -> Option<Claimed> {
    let task = state.tasks.get(id)?.task.clone();
    let job = state.jobs.get(&id.job)?;
    Some(Claimed {
        task,
        pipeline: job.pipeline.clone(),
        version: job.version,
        params: job.params.clone(),
        sources: job.sources.clone(),
        on_gpu,
    })
}

//! A job is born.

use reel_types::{EventKind, Job, JobState, Millis, OnFailedChunk, TaskId, TaskState};
use serde_json::Value;

use super::command::Reply;
use super::event::append;
use super::state::{IdempotencyRow, State};
use crate::command::{NewJob, Submitted};
use crate::machine::chunks::{light_spec, new_task};

pub(super) fn submit(state: &mut State, new: &NewJob, now: Millis) -> Reply {
    let request = new.idempotency.as_ref().map(|named| (new.tenant.clone(), named.key.clone()));
    let known = request.as_ref().and_then(|request| state.idempotency.get(request));
    if let (Some(row), Some(named)) = (known, &new.idempotency) {
        if row.request_sha256 != named.request_sha256 {
            return Reply::IdempotencyMismatch(named.key.clone());
        }
        if let Some(job) = state.jobs.get(&row.job) {
            return Reply::Submitted(answer(job, new, true));
        }
    }
    let key = (new.tenant.clone(), new.key.clone());
    let same = state.keys.get(&key).and_then(|id| state.jobs.get(id));
    let submitted = match same {
        Some(job) => answer(job, new, false),
        None if state.jobs.contains_key(&new.id) => return Reply::JobIdTaken(new.id.clone()),
        None => make(state, new, now),
    };
    if let (Some(request), Some(named)) = (request, &new.idempotency) {
        let (request_sha256, job) = (named.request_sha256.clone(), submitted.id.clone());
        state.idempotency.insert(request, IdempotencyRow { request_sha256, job, at: now });
    }
    Reply::Submitted(submitted)
}

/// The client made the id, so an equal one means that this very submit made the job and its reply was lost.
fn answer(job: &Job, new: &NewJob, reused: bool) -> Submitted {
    Submitted { id: job.id.clone(), created: job.id == new.id, state: job.state, reused }
}

fn make(state: &mut State, new: &NewJob, now: Millis) -> Submitted {
    state.tenants.entry(new.tenant.clone()).or_default();
    state.keys.insert((new.tenant.clone(), new.key.clone()), new.id.clone());
    state.jobs.insert(new.id.clone(), queued(new, now));
    let plan = new_task(TaskId::plan(new.id.clone()), TaskState::Ready, light_spec(), now);
    state.tasks.insert(plan.task.id.clone(), plan);
    append(state, &new.id, EventKind::Job { state: JobState::Queued }, now);
    Submitted { id: new.id.clone(), created: true, state: JobState::Queued, reused: false }
}

fn queued(new: &NewJob, now: Millis) -> Job {
    Job {
        id: new.id.clone(),
        tenant: new.tenant.clone(),
        key: new.key.clone(),
        pipeline: new.pipeline.clone(),
        version: new.version,
        params: new.params.clone(),
        sources: new.sources.clone(),
        priority: new.priority,
        state: JobState::Queued,
        round: 0,
        rounds_max: 1,
        on_failed_chunk: OnFailedChunk::FailJob,
        created_at: now,
        ended_at: None,
        outputs: Vec::new(),
        metadata: Value::Null,
        gaps: Vec::new(),
        failure: None,
    }
}

//! A job is born.

use reel_types::{EventKind, Job, JobState, Millis, OnFailedChunk, TaskId, TaskState};
use serde_json::Value;

use super::command::Reply;
use super::event::append;
use super::state::State;
use crate::command::{NewJob, Submitted};
use crate::machine::chunks::{light_spec, new_task};

pub(super) fn submit(state: &mut State, new: &NewJob, now: Millis) -> Reply {
    let key = (new.tenant.clone(), new.key.clone());
    if let Some(job) = state.keys.get(&key).and_then(|id| state.jobs.get(id)) {
        // The client made the id, so an equal one means that this very submit made the job and its reply was lost.
        return Reply::Submitted(Submitted {
            id: job.id.clone(),
            created: job.id == new.id,
            state: job.state,
        });
    }
    if state.jobs.contains_key(&new.id) {
        return Reply::JobIdTaken(new.id.clone());
    }
    state.tenants.entry(new.tenant.clone()).or_default();
    state.keys.insert(key, new.id.clone());
    state.jobs.insert(new.id.clone(), queued(new, now));
    let plan = new_task(TaskId::plan(new.id.clone()), TaskState::Ready, light_spec(), now);
    state.tasks.insert(plan.task.id.clone(), plan);
    append(state, &new.id, EventKind::Job { state: JobState::Queued }, now);
    Reply::Submitted(Submitted { id: new.id.clone(), created: true, state: JobState::Queued })
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

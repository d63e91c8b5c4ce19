//! What the machine remembers.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use reel_types::{
    Attempt, ClaimId, Epoch, Event, Job, JobId, JobKey, Millis, Task, TaskId, TaskKind, TenantId, WorkerId,
};

use crate::command::SEEN_EVERY_MILLIS;

/// Everything, in ordered maps, so that two equal histories give two equal states.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct State {
    /// Jobs that were not forgotten.
    pub jobs: BTreeMap<JobId, Job>,
    /// Which job of a tenant is about what.
    pub keys: BTreeMap<(TenantId, JobKey), JobId>,
    /// Their tasks.
    pub tasks: BTreeMap<TaskId, TaskRow>,
    /// One for each claim.
    pub attempts: BTreeMap<(TaskId, Epoch), AttemptRow>,
    /// Which attempt a claim got.
    pub claims: BTreeMap<ClaimId, (TaskId, Epoch)>,
    /// Tenants that ever had a job, or of which something was said.
    pub tenants: BTreeMap<TenantId, TenantRow>,
    /// The whole queue rests.
    pub paused: bool,
    /// Requests that clients named, by tenant and name.
    pub idempotency: BTreeMap<(TenantId, String), IdempotencyRow>,
    /// Workers heard of lately.
    pub workers: BTreeMap<WorkerId, WorkerRow>,
    /// State changes in order.
    pub events: Vec<Event>,
    /// The last event's `seq`, also when that event was forgotten.
    pub last_seq: u64,
}

/// A task, and what only the queue needs to know of it.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskRow {
    /// What everybody sees.
    pub task: Task,
    /// Since when it waits for a worker. Kept by a give-back, so that a busy GPU cannot hold a `GpuElseCpu` task for
    /// ever by taking it and giving it back.
    pub ready_since: Millis,
}

/// What is known of a tenant beside its jobs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TenantRow {
    /// How many of its tasks may be leased at once; 0 is no bound.
    pub running_max: u32,
    /// It rests.
    pub paused: bool,
    /// When a task of it was given out last.
    pub served_at: Option<Millis>,
}

/// An attempt, and what only the queue needs to know of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttemptRow {
    /// What everybody sees.
    pub attempt: Attempt,
    /// The claim that opened it.
    pub claim: ClaimId,
    /// It was given as GPU work.
    pub on_gpu: bool,
    /// Which command ended it; tells a repeat whose first reply was lost from one that came too late.
    pub closed_by: Option<ClosedBy>,
}

/// The command that ended an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClosedBy {
    /// Its worker's finish.
    Finish,
    /// Its worker's failure.
    Fail,
    /// Its worker's give-back.
    GiveBack,
    /// Not its worker: a rescue, a cancel, the end of the job.
    Queue,
}

/// A worker that was heard of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkerRow {
    /// It announces a GPU.
    pub gpu: bool,
    /// It is known to be dead, until it is heard of again.
    pub gone: bool,
    /// When it was last heard of, as far as it was written down.
    pub seen_at: Millis,
    /// Somebody wants it to end.
    pub draining: bool,
}

impl WorkerRow {
    /// What is to be written when a worker is heard of; nothing when it says nothing new and was written down lately.
    pub(crate) fn heard(known: Option<Self>, gpu: bool, now: Millis) -> Option<Self> {
        let stays = known.is_some_and(|row| {
            row.gpu == gpu && !row.gone && now.saturating_sub(row.seen_at) < SEEN_EVERY_MILLIS
        });
        let draining = known.is_some_and(|row| row.draining);
        (!stays).then_some(Self { gpu, gone: false, seen_at: now, draining })
    }
}

/// Which request got which job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdempotencyRow {
    /// Of the request.
    pub request_sha256: String,
    /// The job it got.
    pub job: JobId,
    /// When.
    pub at: Millis,
}

impl State {
    /// The keys between which all tasks of a job lie.
    pub(crate) fn tasks_of(job: &JobId) -> RangeInclusive<TaskId> {
        let last = TaskId { job: job.clone(), round: u32::MAX, kind: TaskKind::Assemble, index: u32::MAX };
        TaskId::plan(job.clone())..=last
    }

    /// The keys between which all chunks of a round lie.
    pub(crate) fn runs_of(job: &JobId, round: u32) -> RangeInclusive<TaskId> {
        TaskId::run(job.clone(), round, 0)..=TaskId::run(job.clone(), round, u32::MAX)
    }

    /// The names of a job's open tasks, in order.
    pub(super) fn open_tasks(&self, job: &JobId) -> Vec<TaskId> {
        let rows = self.tasks.range(Self::tasks_of(job));
        rows.filter(|(_, row)| !row.task.state.is_terminal()).map(|(id, _)| id.clone()).collect()
    }

    /// Marks a worker as alive.
    pub(super) fn saw_worker(&mut self, worker: &WorkerId, gpu: bool, now: Millis) {
        if let Some(row) = WorkerRow::heard(self.workers.get(worker).copied(), gpu, now) {
            self.workers.insert(worker.clone(), row);
        }
    }
}

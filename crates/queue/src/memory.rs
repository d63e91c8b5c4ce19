//! The step machine behind a lock.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use reel_types::{Attempt, Event, Job, JobId, JobState, Millis, Source, Task, TaskState, TenantId, WorkerId};

use crate::command::{
    ClaimReply, FailTask, FinishReply, FinishTask, Heartbeat, HeartbeatReply, NewJob, Offer, QueueLoad,
    ReleaseTask, RetryReply, Submitted, Swept, TenantInfo, WorkerInfo,
};
use crate::error::QueueError;
use crate::machine::{Command, Reply, State, TenantRow, WorkerRow, step};
use crate::progress::{Group, JobProgress, sum};
use crate::queue::{JobFilter, Queue};

/// Tells the time of a queue.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// A queue in memory; gone with the process. Each claim looks at every task, so it is for tests and small things.
pub struct MemoryQueue {
    clock: Clock,
    state: Mutex<State>,
}

impl MemoryQueue {
    /// An empty queue on this clock, which must never run backwards.
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// A queue that goes on from a state.
    #[cfg(feature = "contract")]
    pub(crate) fn resumed(state: State, clock: Clock) -> Self {
        Self { clock, state: Mutex::new(state) }
    }

    /// Everything it remembers at this moment.
    pub fn snapshot(&self) -> State {
        self.read(State::clone)
    }

    /// Forgets everything.
    #[cfg(feature = "contract")]
    pub(crate) fn clear(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the time inside the lock: commands then see it in the order in which they are done.
    fn step(&self, command: &Command) -> Reply {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        step(&mut state, command, (self.clock)())
    }
}

/// Does a command and takes its own kind of reply out.
macro_rules! ask {
    ($queue:expr, $command:expr, $reply:pat => $answer:expr) => {
        match $queue.step(&$command) {
            $reply => Ok($answer),
            other => Err(QueueError::Corrupt(format!("an answer of another kind: {other:?}"))),
        }
    };
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn submit(&self, job: NewJob) -> Result<Submitted, QueueError> {
        match self.step(&Command::Submit(job)) {
            Reply::JobIdTaken(id) => Err(QueueError::JobIdTaken { id }),
            Reply::IdempotencyMismatch(key) => Err(QueueError::IdempotencyMismatch { key }),
            Reply::Submitted(submitted) => Ok(submitted),
            other => Err(QueueError::Corrupt(format!("an answer of another kind: {other:?}"))),
        }
    }

    async fn claim(&self, offer: Offer) -> Result<ClaimReply, QueueError> {
        ask!(self, Command::Claim(offer), Reply::Claimed(claimed) => claimed)
    }

    async fn heartbeat(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, QueueError> {
        ask!(self, Command::Heartbeat(heartbeat), Reply::Beats(reply) => reply)
    }

    async fn finish(&self, finish: FinishTask) -> Result<FinishReply, QueueError> {
        ask!(self, Command::Finish(finish), Reply::Finished(reply) => reply)
    }

    async fn fail(&self, fail: FailTask) -> Result<FinishReply, QueueError> {
        ask!(self, Command::Fail(fail), Reply::Finished(reply) => reply)
    }

    async fn give_back(&self, release: ReleaseTask) -> Result<FinishReply, QueueError> {
        ask!(self, Command::GiveBack(release), Reply::Finished(reply) => reply)
    }

    async fn release(&self, job: &JobId) -> Result<u32, QueueError> {
        ask!(self, Command::Release { job: job.clone() }, Reply::Released(count) => count)
    }

    async fn sweep(&self) -> Result<Swept, QueueError> {
        ask!(self, Command::Sweep, Reply::Swept(swept) => swept)
    }

    async fn worker_gone(&self, worker: &WorkerId) -> Result<u32, QueueError> {
        ask!(self, Command::WorkerGone { worker: worker.clone() }, Reply::Gone(count) => count)
    }

    async fn cancel(&self, job: &JobId) -> Result<Option<JobState>, QueueError> {
        ask!(self, Command::Cancel { job: job.clone() }, Reply::Cancelled(state) => state)
    }

    async fn retry(&self, job: &JobId) -> Result<RetryReply, QueueError> {
        ask!(self, Command::Retry { job: job.clone() }, Reply::Retried(reply) => reply)
    }

    async fn reprioritize(&self, job: &JobId, priority: i32) -> Result<bool, QueueError> {
        let command = Command::Reprioritize { job: job.clone(), priority };
        ask!(self, command, Reply::Reprioritized(found) => found)
    }

    async fn set_paused(&self, tenant: Option<&TenantId>, paused: bool) -> Result<(), QueueError> {
        ask!(self, Command::Pause { tenant: tenant.cloned(), paused }, Reply::Done => ())
    }

    async fn set_running_max(&self, tenant: &TenantId, running_max: u32) -> Result<(), QueueError> {
        ask!(self, Command::Limit { tenant: tenant.clone(), running_max }, Reply::Done => ())
    }

    async fn is_paused(&self) -> Result<bool, QueueError> {
        Ok(self.read(|state| state.paused))
    }

    async fn tenants(&self) -> Result<Vec<TenantInfo>, QueueError> {
        Ok(self.read(tenants))
    }

    async fn load(&self) -> Result<QueueLoad, QueueError> {
        Ok(self.read(load))
    }

    async fn result_bytes(&self, tenant: &TenantId) -> Result<u64, QueueError> {
        Ok(self.read(|state| result_bytes(state, tenant)))
    }

    async fn drain_worker(&self, worker: &WorkerId) -> Result<bool, QueueError> {
        ask!(self, Command::DrainWorker { worker: worker.clone() }, Reply::Drained(found) => found)
    }

    async fn workers(&self) -> Result<Vec<WorkerInfo>, QueueError> {
        Ok(self.read(workers))
    }

    async fn prune(&self, ended_before: Millis, limit: u32) -> Result<Vec<JobId>, QueueError> {
        ask!(self, Command::Prune { ended_before, limit }, Reply::Pruned(jobs) => jobs)
    }

    async fn job_progress(&self, jobs: &[JobId]) -> Result<Vec<JobProgress>, QueueError> {
        Ok(self.read(|state| jobs.iter().filter_map(|job| progress_of(state, job)).collect()))
    }

    async fn forget(&self, job: &JobId) -> Result<bool, QueueError> {
        ask!(self, Command::Forget { job: job.clone() }, Reply::Forgotten(forgotten) => forgotten)
    }

    async fn job(&self, job: &JobId) -> Result<Option<Job>, QueueError> {
        Ok(self.read(|state| state.jobs.get(job).cloned()))
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, QueueError> {
        let takes = |job: &&Job| filter.takes(job);
        let mut jobs: Vec<Job> = self.read(|state| state.jobs.values().filter(takes).cloned().collect());
        jobs.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        if filter.limit > 0 {
            jobs.truncate(filter.limit as usize);
        }
        Ok(jobs)
    }

    async fn tasks(&self, job: &JobId) -> Result<Vec<Task>, QueueError> {
        Ok(self
            .read(|state| state.tasks.range(State::tasks_of(job)).map(|(_, row)| row.task.clone()).collect()))
    }

    async fn attempts(&self, job: &JobId) -> Result<Vec<Attempt>, QueueError> {
        let of_job = |state: &State| {
            let rows = state.attempts.values().map(|row| &row.attempt);
            rows.filter(|attempt| attempt.task.job == *job).cloned().collect()
        };
        Ok(self.read(of_job))
    }

    async fn events(
        &self,
        job: Option<&JobId>,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<Event>, QueueError> {
        let of_job = |state: &State| {
            let from = state.events.partition_point(|event| event.seq <= after_seq);
            let events = state.events.iter().skip(from);
            events
                .filter(|event| job.is_none_or(|job| event.job == *job))
                .take(limit as usize)
                .cloned()
                .collect()
        };
        Ok(self.read(of_job))
    }
}

fn tenants(state: &State) -> Vec<TenantInfo> {
    let is_leased_of = |tenant: &TenantId, task: &Task| {
        let job = state.jobs.get(&task.id.job);
        task.state == TaskState::Leased && job.is_some_and(|job| job.tenant == *tenant)
    };
    let info = |(id, row): (&TenantId, &TenantRow)| TenantInfo {
        id: id.clone(),
        running_max: row.running_max,
        paused: row.paused,
        leased: state.tasks.values().filter(|row| is_leased_of(id, &row.task)).count() as u32,
    };
    state.tenants.iter().map(info).collect()
}

fn load(state: &State) -> QueueLoad {
    let mut load = QueueLoad::default();
    for job in state.jobs.values() {
        *load.jobs.entry(job.state).or_default() += 1;
    }
    for row in state.tasks.values() {
        match row.task.state {
            TaskState::Ready => {
                load.ready += 1;
                load.ready_since =
                    Some(load.ready_since.map_or(row.ready_since, |at| at.min(row.ready_since)));
            }
            TaskState::Leased => load.leased += 1,
            _ => {}
        }
    }
    load
}

fn result_bytes(state: &State, tenant: &TenantId) -> u64 {
    let is_kept = |job: &&Job| {
        let is_delivered = job.sources.iter().any(|source| matches!(source, Source::Local { .. }));
        job.tenant == *tenant && !is_delivered
    };
    state.jobs.values().filter(is_kept).flat_map(|job| &job.outputs).map(|output| output.size_bytes).sum()
}

fn workers(state: &State) -> Vec<WorkerInfo> {
    let leases = |id: &WorkerId| {
        let rows = state.tasks.values().map(|row| &row.task);
        let held = rows.filter(|task| task.state == TaskState::Leased && task.worker.as_ref() == Some(id));
        held.map(|task| task.id.clone()).collect()
    };
    let info = |(id, row): (&WorkerId, &WorkerRow)| {
        let WorkerRow { gpu, gone, seen_at, draining } = *row;
        WorkerInfo { id: id.clone(), gpu, seen_at, gone, draining, leases: leases(id) }
    };
    state.workers.iter().map(info).collect()
}

fn progress_of(state: &State, job: &JobId) -> Option<JobProgress> {
    let tasks = || state.tasks.range(State::tasks_of(job)).map(|(_, row)| &row.task);
    tasks().next()?;
    let resting = tasks().filter(|task| task.state != TaskState::Leased);
    let leased = tasks().filter(|task| task.state == TaskState::Leased);
    Some(sum(job.clone(), resting.chain(leased).map(Group::of)))
}

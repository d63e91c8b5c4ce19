//! The worker loop: claim, do, finish, release. Everything that happens to a job happens here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reel_queue::{
    ClaimReply, Claimed, FailTask, FinishReply, FinishTask, Heartbeat, Offer, QueueError, ReleaseTask,
};
use reel_types::{CancelToken, ClaimId, Failure, JobId, WorkerId};
use tokio::task::JoinSet;

use crate::crash_point;
pub use crate::drain::Drain;
use crate::engine::Engine;
use crate::executor::{BlockingExecutor, Ended, Execute, Execution};
use crate::leases::{Held, Leases};
use crate::liveness::Alive;
use crate::progress::ProgressCell;
use crate::rescue::keep_sweeping;
use crate::room;
use crate::slots::Slots;

/// How a worker behaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkerOptions {
    /// Works on these jobs alone; empty means on any.
    pub only_jobs: Vec<JobId>,
    /// Tasks at once at most, whatever their threads.
    pub tasks_max: usize,
    /// Takes GPU work.
    pub gpu: bool,
    /// Takes CPU work.
    pub cpu: bool,
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// Time between heartbeats.
    pub heartbeat: Duration,
    /// A task without progress for so long loses its lease.
    pub stall: Duration,
    /// Time between sweeps.
    pub sweep: Duration,
    /// How long an idle worker waits before it asks again; changes of this process wake it at once.
    pub idle: Duration,
    /// For how long the queue may have no room to write before this worker gives up; nothing: it goes on when there is
    /// room again, however long that takes.
    pub room_patience: Option<Duration>,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            only_jobs: Vec::new(),
            tasks_max: 64,
            gpu: false,
            cpu: true,
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(2),
            stall: Duration::from_secs(300),
            sweep: Duration::from_secs(5),
            idle: Duration::from_millis(500),
            room_patience: None,
        }
    }
}

/// Why a worker ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// It cannot announce itself in the state folder.
    #[error("cannot announce this worker in the state folder: {0}")]
    Announce(#[from] std::io::Error),
    /// The disk of the queue was full for longer than its patience. What it had done is kept, the rest was not begun.
    #[error("{0}")]
    NoRoom(Failure),
}

/// Claims tasks and does them until it is drained.
pub struct Worker {
    engine: Engine,
    id: WorkerId,
    options: WorkerOptions,
    executor: Arc<dyn Execute>,
    leases: Arc<Leases>,
    /// Somebody told the queue that this worker should end.
    retiring: AtomicBool,
    /// What was said of the full disk that ends this worker.
    no_room: Mutex<Option<Failure>>,
    /// The last that the queue said is that it has no room.
    waits_for_room: AtomicBool,
    /// The queue was not told how some attempt ended.
    owes_answer: AtomicBool,
}

impl Worker {
    /// A worker that runs this engine's pipelines on blocking threads.
    pub fn new(engine: Engine, options: WorkerOptions) -> Self {
        let id = WorkerId::new(format!(
            "w{}",
            JobId::from_parts(i64::from(std::process::id()), fastrand::u64(..))
        ));
        let executor = Arc::new(BlockingExecutor::new(engine.clone(), &id));
        Self::with_executor(engine, options, id, executor)
    }

    /// A worker with this name and executor.
    pub fn with_executor(
        engine: Engine,
        options: WorkerOptions,
        id: WorkerId,
        executor: Arc<dyn Execute>,
    ) -> Self {
        Self {
            engine,
            id,
            options,
            executor,
            leases: Arc::default(),
            retiring: AtomicBool::new(false),
            no_room: Mutex::default(),
            waits_for_room: AtomicBool::new(false),
            owes_answer: AtomicBool::new(false),
        }
    }

    /// Works until `drain` starts; then stops what runs, gives it back, and returns. When the queue says that somebody
    /// wants this worker to end, it claims nothing more, finishes what it has, and returns.
    ///
    /// # Errors
    /// When this worker cannot announce itself in the state folder, or its patience with a full disk is over.
    pub async fn run(self, drain: Drain) -> Result<(), WorkerError> {
        let alive = Alive::announce(&self.engine.state.workers(), &self.id)?;
        let worker = Arc::new(self);
        let mut background = JoinSet::new();
        background.spawn(keep_sweeping(worker.engine.clone(), worker.options.sweep, drain.clone()));
        background.spawn(Arc::clone(&worker).keep_beating());

        worker.work(&drain).await;

        background.abort_all();
        while background.join_next().await.is_some() {}
        if worker.owes_answer.load(Ordering::Relaxed) {
            // Whoever comes next finds it dead, and need not wait for the ends of its leases.
            alive.leave_behind();
        }
        worker.no_room().map_or(Ok(()), |failure| Err(WorkerError::NoRoom(failure)))
    }

    async fn work(self: &Arc<Self>, drain: &Drain) {
        let mut slots = Slots::default();
        let mut running = JoinSet::new();
        let mut changes = self.engine.changes();
        while !drain.is_started() && self.no_room().is_none() {
            changes.borrow_and_update();
            let retiring = self.is_retiring();
            if retiring && running.is_empty() {
                tracing::info!(worker = %self.id, "drained by somebody, ending");
                break;
            }
            if !retiring && let Some(claimed) = self.claim(&slots, drain).await {
                slots.take(&claimed.task);
                running.spawn(Arc::clone(self).carry_out(claimed, drain.clone()));
                continue;
            }
            if self.is_retiring() != retiring || self.no_room().is_some() {
                continue;
            }
            tokio::select! {
                biased;
                () = drain.started() => {}
                Some(ended) = running.join_next() => free_slot(&mut slots, ended),
                _ = changes.changed() => {}
                () = tokio::time::sleep(self.options.idle) => {}
            }
        }
        self.leases.cancel_all();
        while running.join_next().await.is_some() {}
    }

    /// One task that fits into what is free, if there is one.
    async fn claim(&self, slots: &Slots, drain: &Drain) -> Option<Claimed> {
        let free = slots.free(&self.engine.site, self.options.tasks_max)?;
        let offer = Offer {
            claim: ClaimId::new(format!("{}-{:016x}", self.id, fastrand::u64(..))),
            worker: self.id.clone(),
            gpu: self.options.gpu,
            cpu: self.options.cpu,
            threads: free.threads,
            memory_bytes: free.memory_bytes,
            pipelines: self.engine.registry.names(),
            only_jobs: self.options.only_jobs.clone(),
            lease_millis: millis(self.options.lease),
        };
        match self.until_answered(drain, || self.engine.queue.claim(offer.clone())).await {
            Ok(reply) => {
                if reply == ClaimReply::Draining {
                    self.retiring.store(true, Ordering::Relaxed);
                }
                reply.task()
            }
            Err(error) => {
                tracing::error!(%error, "cannot claim");
                None
            }
        }
    }

    fn is_retiring(&self) -> bool {
        self.retiring.load(Ordering::Relaxed)
    }

    /// Does one task and tells the queue how it ended.
    async fn carry_out(self: Arc<Self>, claimed: Claimed, drain: Drain) -> (u32, u64) {
        let size = (claimed.task.spec.threads, claimed.task.spec.memory_bytes);
        let task = claimed.task.id.clone();
        let progress = Arc::new(ProgressCell::default());
        let cancel = CancelToken::new();
        let epoch = claimed.task.epoch;
        let held = Held { progress: Arc::clone(&progress), cancel: cancel.clone() };
        self.leases.hold(task.clone(), epoch, held);
        if drain.is_started() || self.no_room().is_some() {
            cancel.cancel();
        }
        let ended = self.executor.execute(Execution { claimed, progress, cancel }).await;
        let reply = self.tell(&task, epoch, ended, &drain).await;
        self.leases.let_go(task.clone(), epoch);
        match reply {
            Ok(FinishReply::LeaseLost) => tracing::info!(%task, epoch, "came too late, nothing changed"),
            Ok(_) => {}
            Err(error) => {
                self.owes_answer.store(true, Ordering::Relaxed);
                tracing::error!(%task, %error, "cannot tell the queue; the lease will end");
            }
        }
        self.engine.tell_change();
        size
    }

    async fn tell(
        &self,
        task: &reel_types::TaskId,
        epoch: u64,
        ended: Ended,
        drain: &Drain,
    ) -> Result<FinishReply, QueueError> {
        let queue = &self.engine.queue;
        match ended {
            Ended::Finished { completion, outputs } => {
                crash_point::hit("after_put");
                let finish = FinishTask { task: task.clone(), epoch, completion, outputs };
                let reply = self.until_answered(drain, || queue.finish(finish.clone())).await?;
                crash_point::hit("after_finish");
                if reply != FinishReply::LeaseLost {
                    crash_point::hit("before_release");
                    self.until_answered(drain, || queue.release(&task.job)).await?;
                }
                Ok(reply)
            }
            Ended::Failed(failure) => {
                tracing::warn!(%task, epoch, kind = failure.kind.as_str(), %failure, "attempt failed");
                let jitter_millis = fastrand::i64(0..250);
                let fail = FailTask { task: task.clone(), epoch, failure, jitter_millis };
                let reply = self.until_answered(drain, || queue.fail(fail.clone())).await?;
                self.until_answered(drain, || queue.release(&task.job)).await?;
                Ok(reply)
            }
            Ended::Busy(reason) => self.give_back(task, epoch, reason, 1000, drain).await,
            Ended::Cancelled if drain.is_started() || self.no_room().is_some() => {
                self.give_back(task, epoch, "drained".into(), 0, drain).await
            }
            Ended::Cancelled => Ok(FinishReply::LeaseLost),
        }
    }

    async fn give_back(
        &self,
        task: &reel_types::TaskId,
        epoch: u64,
        reason: String,
        delay_millis: i64,
        drain: &Drain,
    ) -> Result<FinishReply, QueueError> {
        let release = ReleaseTask { task: task.clone(), epoch, reason, delay_millis };
        self.until_answered(drain, || self.engine.queue.give_back(release.clone())).await
    }

    /// Says every `heartbeat` that this worker lives, and stops what it has lost.
    async fn keep_beating(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(self.options.heartbeat);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let beats = self.leases.beats();
            let heartbeat = Heartbeat {
                worker: self.id.clone(),
                gpu: self.options.gpu,
                beats: beats.clone(),
                lease_millis: millis(self.options.lease),
                stall_millis: millis(self.options.stall),
            };
            match self.engine.queue.heartbeat(heartbeat).await {
                Ok(reply) => {
                    if reply.draining {
                        self.retiring.store(true, Ordering::Relaxed);
                    }
                    self.leases.take_in(&beats, &reply.beats);
                }
                Err(error) => tracing::warn!(%error, "heartbeat not answered"),
            }
        }
    }

    /// Repeats a call whose reply was lost, with the same data, for at most one lease. Where the disk is full, for as long
    /// as the patience for that goes; after that, and while it drains, a call is made once.
    async fn until_answered<T, F>(&self, drain: &Drain, call: impl Fn() -> F) -> Result<T, QueueError>
    where
        F: Future<Output = Result<T, QueueError>>,
    {
        let mut wait = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            let error = match call().await {
                Err(error) if error.may_be_repeated() || error.is_full() => error,
                answer => {
                    self.say_that_there_is_room().await;
                    return answer;
                }
            };
            if error.is_full() && !self.waits_for_room.swap(true, Ordering::Relaxed) {
                let failure = room::full(&self.engine, &error).await;
                tracing::error!(target: room::LOG, %failure, "nothing can be written, waiting for room");
            }
            let patience = match self.options.room_patience {
                Some(patience) if error.is_full() => patience,
                _ => self.options.lease,
            };
            if error.is_full() && (drain.is_started() || self.no_room().is_some()) {
                return Err(error);
            }
            if waited >= patience {
                if error.is_full() && self.options.room_patience.is_some() {
                    let failure = room::full(&self.engine, &error).await;
                    *self.no_room.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                }
                return Err(error);
            }
            tracing::debug!(%error, "asking the queue again");
            tokio::select! {
                () = drain.started(), if error.is_full() => {}
                () = tokio::time::sleep(wait) => {}
            }
            waited += wait;
            wait = (wait * 2).min(Duration::from_secs(2));
        }
    }

    /// Once after it was said that there is none. An answer alone is no sign: to say that there is nothing to do needs no room.
    async fn say_that_there_is_room(&self) {
        if self.waits_for_room.load(Ordering::Relaxed) && room::shortage(&self.engine).await.is_none() {
            self.waits_for_room.store(false, Ordering::Relaxed);
            tracing::warn!(target: room::LOG, "there is room again, going on");
        }
    }

    fn no_room(&self) -> Option<Failure> {
        self.no_room.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn free_slot(slots: &mut Slots, ended: Result<(u32, u64), tokio::task::JoinError>) {
    match ended {
        Ok((threads, memory_bytes)) => slots.give_back(threads, memory_bytes),
        Err(error) => tracing::error!(%error, "a task of the worker loop ended badly"),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

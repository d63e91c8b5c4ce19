//! One seeded schedule: some workers, some jobs, and what befalls them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use reel_device::{Devices, GpuAbsent, GpuInventory, GpuSource};
use reel_engine::{
    Assembled, Drain, Engine, Output, Part, Pipeline, Plan, Registry, RunContext, RunError, Site, StateDir,
    Worker, WorkerOptions,
};
use reel_queue::{JobFilter, MemoryQueue, NewJob, Queue};
use reel_types::{AttemptOutcome, JobId, JobKey, JobState, TaskState, TenantId, WorkerId};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::executor::{Script, Scripted};
use crate::judge::judge;
use crate::network::Network;
use crate::objects::{KeyRule, Objects, Shelf};

/// What a schedule came to.
#[derive(Default)]
pub struct Outcome {
    pub violations: Vec<String>,
    pub tally: Tally,
}

/// How much happened, so that a run in which nothing happens does not pass unnoticed.
#[derive(Default, Debug)]
pub struct Tally {
    pub completed: usize,
    pub failed: usize,
    pub cancelled: usize,
    pub crashes: usize,
    pub late_replies_lost: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.crashes += other.crashes;
        self.late_replies_lost += other.late_replies_lost;
    }
}

/// Runs the schedule of this seed in virtual time.
pub fn run(seed: u64, keys: KeyRule) -> Outcome {
    fastrand::seed(seed);
    in_virtual_time(play(keys))
}

/// Time passes only while everybody waits.
pub fn in_virtual_time<T>(play: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(play)
}

async fn play(keys: KeyRule) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let (start, jumps) = (Instant::now(), Arc::new(AtomicI64::new(0)));
    let clock = {
        let jumps = Arc::clone(&jumps);
        Arc::new(move || 1_000_000 + start.elapsed().as_millis() as i64 + jumps.load(Ordering::SeqCst))
    };
    let queue = Arc::new(MemoryQueue::new(clock));
    let bad = Arc::new(AtomicBool::new(true));
    let network: Arc<dyn Queue> =
        Arc::new(Network { queue: Arc::clone(&queue), bad: Arc::clone(&bad), full: Arc::default() });
    let objects = Objects::default();
    let crew = Crew {
        folder: folder.path().to_owned(),
        network,
        objects: objects.clone(),
        keys,
        bad: Arc::clone(&bad),
    };

    let mut tally = Tally::default();
    let jobs = submit_jobs(&queue).await;
    let mut workers: Vec<_> = (0..fastrand::usize(1..4)).map(|index| crew.hire(index)).collect();
    let mut fenced = Vec::new();
    for _ in 0..fastrand::usize(5..25) {
        sleep(Duration::from_millis(fastrand::u64(0..8_000))).await;
        let index = fastrand::usize(..workers.len());
        match fastrand::u32(0..10) {
            0..=2 => {
                workers[index].0.abort();
                workers[index] = crew.hire(index);
                tally.crashes += 1;
            }
            3 => {
                workers[index].1.start();
                workers.push(crew.hire(index + 10));
            }
            4 if fastrand::u32(0..3) == 0 => {
                let job = &jobs[fastrand::usize(..jobs.len())];
                if queue.cancel(job).await.unwrap() == Some(JobState::Cancelled) {
                    fenced.push((job.clone(), done_tasks(&queue, job).await));
                }
            }
            5 => {
                jumps.fetch_add(fastrand::i64(0..40_000), Ordering::SeqCst);
            }
            _ => {}
        }
    }

    bad.store(false, Ordering::SeqCst);
    workers.push(crew.hire(99));
    for _ in 0..360 {
        sleep(Duration::from_secs(5)).await;
        if queue.jobs(JobFilter::default()).await.unwrap().iter().all(|job| job.state.is_terminal()) {
            break;
        }
    }
    for (handle, drain) in workers {
        drain.start();
        let _ = handle.await;
    }
    report(&queue, &objects, &fenced, tally).await
}

async fn report(
    queue: &MemoryQueue,
    objects: &Objects,
    fenced: &[(JobId, BTreeSet<String>)],
    mut tally: Tally,
) -> Outcome {
    let mut violations = Vec::new();
    for job in queue.jobs(JobFilter::default()).await.unwrap() {
        match job.state {
            JobState::Completed => tally.completed += 1,
            JobState::Failed => tally.failed += 1,
            JobState::Cancelled => tally.cancelled += 1,
            _ => {}
        }
        let lost = |outcome| matches!(outcome, AttemptOutcome::Lost | AttemptOutcome::Cancelled);
        tally.late_replies_lost +=
            queue.attempts(&job.id).await.unwrap().iter().filter(|a| lost(a.outcome)).count();
        violations.extend(judge(queue, objects, &job).await);
    }
    for (job, done) in fenced {
        let after = done_tasks(queue, job).await;
        if after != *done {
            violations
                .push(format!("{job} committed after its cancel was acknowledged: {done:?} then {after:?}"));
        }
    }
    Outcome { violations, tally }
}

async fn submit_jobs(queue: &MemoryQueue) -> Vec<JobId> {
    let mut jobs = Vec::new();
    for index in 0..fastrand::i64(1..4) {
        let script = Script {
            chunks: fastrand::u32(0..5),
            rounds: fastrand::u32(1..4),
            serial: fastrand::bool(),
            keep: fastrand::bool(),
        };
        // A round that follows needs a chunk.
        let script =
            Script { chunks: if script.rounds > 1 { script.chunks.max(1) } else { script.chunks }, ..script };
        jobs.push(submit(queue, index, &script).await);
    }
    jobs
}

/// A job that does what the script says.
pub async fn submit(queue: &MemoryQueue, index: i64, script: &Script) -> JobId {
    let id = JobId::from_parts(index, fastrand::u64(..));
    let job = NewJob {
        id: id.clone(),
        tenant: TenantId::local(),
        key: JobKey::new(format!("key-{index}")),
        pipeline: Nothing::NAME.into(),
        version: 1,
        params: serde_json::to_value(script).unwrap(),
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    };
    queue.submit(job).await.unwrap();
    id
}

async fn done_tasks(queue: &MemoryQueue, job: &JobId) -> BTreeSet<String> {
    let tasks = queue.tasks(job).await.unwrap();
    tasks.iter().filter(|task| task.state == TaskState::Done).map(|task| task.id.to_string()).collect()
}

/// What every worker of a schedule has in common.
pub struct Crew {
    pub folder: std::path::PathBuf,
    pub network: Arc<dyn Queue>,
    pub objects: Objects,
    pub keys: KeyRule,
    pub bad: Arc<AtomicBool>,
}

impl Crew {
    /// A worker; hiring the same index again is a restart under the same name.
    pub fn hire(&self, index: usize) -> (JoinHandle<()>, Drain) {
        let (worker, drain) = self.worker(index, WorkerOptions::default());
        let handle = tokio::spawn({
            let drain = drain.clone();
            async move { worker.run(drain).await.unwrap() }
        });
        (handle, drain)
    }

    /// One that does not work yet.
    pub fn worker(&self, index: usize, options: WorkerOptions) -> (Worker, Drain) {
        let engine = Engine::new(
            Arc::clone(&self.network),
            Arc::new(Shelf(self.objects.clone())),
            Devices::new(Arc::new(NoGpu), None, None, None),
            Registry::new().with(Nothing),
            Site { cores: 2, memory_bytes: 1 << 30, gpu: false },
            StateDir::open(&self.folder).unwrap(),
        );
        let executor = Scripted {
            queue: Arc::clone(&self.network),
            objects: self.objects.clone(),
            keys: self.keys,
            faulty: Arc::clone(&self.bad),
        };
        let id = WorkerId::new(format!("w{index}"));
        (Worker::with_executor(engine, options, id, Arc::new(executor)), Drain::new())
    }
}

struct NoGpu;

impl GpuSource for NoGpu {
    fn snapshot(&self) -> Result<GpuInventory, GpuAbsent> {
        Err(GpuAbsent::LibraryMissing("none in this test".into()))
    }
}

/// A verb that is never run: the scripted executor stands in its place.
struct Nothing;

#[derive(clap::Args, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct NoParams {}

impl Pipeline for Nothing {
    const NAME: &'static str = "nothing";
    const VERSION: u32 = 1;
    type Params = NoParams;
    type Facts = ();
    type Chunk = ();

    fn inspect(&self, _: &NoParams, _: &RunContext<'_>) -> Result<(), RunError> {
        Err(RunError::Cancelled)
    }
    fn plan(&self, _: &NoParams, (): &(), _: &Site) -> Result<Plan<()>, RunError> {
        Err(RunError::Cancelled)
    }
    fn run(&self, (): &(), _: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        Err(RunError::Cancelled)
    }
    fn assemble(
        &self,
        _: &NoParams,
        (): &(),
        _: &[Part<()>],
        _: &RunContext<'_>,
    ) -> Result<Assembled<()>, RunError> {
        Err(RunError::Cancelled)
    }
}

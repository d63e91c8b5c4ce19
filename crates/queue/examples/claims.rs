//! Prints how many claims, and claims with their finish, an SQLite queue does in a second, each durable on the disk.
//!
//! `cargo run --release -p reel-queue --example claims -- FOLDER [READY_TASKS [TENANTS]]`

#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use reel_queue::{
    Claimed, Completion, FinishTask, Heartbeat, NewJob, Offer, Queue, QueueError, SqliteOptions, SqliteQueue,
};
use reel_types::{ChunkSpec, ClaimId, Class, JobId, JobKey, OnFailedChunk, TenantId, WorkerId};
use serde_json::Value;

const PIPELINES: [&str; 5] = ["transcode", "matte", "pose", "pack", "codec"];
/// Chunks in each job.
const CHUNKS: usize = 1_000;
/// How long each figure is measured.
const MEASURED: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: claims FOLDER [READY_TASKS [TENANTS]]")?;
    let ready: usize = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let tenants: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let file = Path::new(&folder).join("claims-bench.db");
    let queue = SqliteQueue::open(&file, SqliteOptions::default()).await?;
    let bench = Bench { queue, claims: std::cell::Cell::new(0) };
    let began = Instant::now();
    bench.fill(ready, tenants.max(1)).await?;
    println!("{ready} ready tasks put in within {:.1} s", began.elapsed().as_secs_f64());

    bench.measure("heartbeats", async || bench.beat().await).await?;
    bench.measure("claims", async || bench.claim().await.map(|_| ())).await?;
    bench.measure("claim+finish pairs", async || bench.claim_and_finish().await).await?;
    bench.queue.close().await;
    for end in ["", "-wal", "-shm"] {
        let left = Path::new(&folder).join(format!("claims-bench.db{end}"));
        if left.exists() {
            std::fs::remove_file(left)?;
        }
    }
    Ok(())
}

/// What this process took of the CPU so far; 0 where the system does not say it in `/proc`.
fn cpu_secs() -> f64 {
    const TICKS_PER_SEC: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SEC
}

struct Bench {
    queue: SqliteQueue,
    claims: std::cell::Cell<u64>,
}

impl Bench {
    /// How often a second this can be done, one after the other, and what it takes of the CPU: on a shared machine the
    /// second figure is the steadier one.
    async fn measure(
        &self,
        what: &str,
        once: impl AsyncFn() -> Result<(), QueueError>,
    ) -> Result<(), QueueError> {
        let (began, cpu_began, mut count) = (Instant::now(), cpu_secs(), 0_u32);
        while began.elapsed() < MEASURED {
            once().await?;
            count += 1;
        }
        let rate = f64::from(count) / began.elapsed().as_secs_f64();
        let cpu_micros = (cpu_secs() - cpu_began) / f64::from(count.max(1)) * 1e6;
        println!("{rate:.0} {what}/s, {cpu_micros:.0} µs of CPU each");
        Ok(())
    }

    /// Jobs of 1000 chunks, dealt to the tenants and the pipelines in turn.
    async fn fill(&self, ready: usize, tenants: usize) -> Result<(), QueueError> {
        for number in 0..ready.div_ceil(CHUNKS) {
            let id = JobId::from_parts(number as i64, 0);
            let job = NewJob {
                tenant: TenantId::new(format!("t{}", number % tenants)),
                key: JobKey::new(id.as_str()),
                id: id.clone(),
                pipeline: PIPELINES[number % PIPELINES.len()].to_owned(),
                version: 1,
                params: Value::Null,
                sources: Vec::new(),
                priority: 0,
                idempotency: None,
            };
            self.queue.submit(job).await?;
            let offer = Offer { only_jobs: vec![id], ..self.offer() };
            let chunk = ChunkSpec {
                chunk: Value::Null,
                class: Class::Cpu,
                threads: 1,
                memory_bytes: 1,
                cost: 1,
                after: None,
            };
            let chunks = vec![chunk; CHUNKS];
            let on_failed_chunk = OnFailedChunk::Keep;
            let plan = Completion::Planned { chunks, rounds_max: 1, on_failed_chunk };
            if let Some(claimed) = self.queue.claim(offer).await?.task() {
                self.finish(&claimed, plan).await?;
            }
        }
        Ok(())
    }

    fn offer(&self) -> Offer {
        self.claims.set(self.claims.get() + 1);
        Offer {
            claim: ClaimId::new(self.claims.get().to_string()),
            worker: WorkerId::new("bench"),
            gpu: true,
            cpu: true,
            threads: 64,
            memory_bytes: u64::MAX,
            pipelines: PIPELINES.map(str::to_owned).to_vec(),
            only_jobs: Vec::new(),
            lease_millis: 600_000,
        }
    }

    async fn beat(&self) -> Result<(), QueueError> {
        let worker = WorkerId::new("bench");
        let heartbeat = Heartbeat { worker, gpu: true, beats: Vec::new(), lease_millis: 1, stall_millis: 1 };
        self.queue.heartbeat(heartbeat).await.map(|_| ())
    }

    async fn claim(&self) -> Result<Claimed, QueueError> {
        let claimed = self.queue.claim(self.offer()).await?.task();
        claimed.ok_or_else(|| QueueError::Corrupt("the ready tasks are used up, ask for more".to_owned()))
    }

    async fn claim_and_finish(&self) -> Result<(), QueueError> {
        let claimed = self.claim().await?;
        self.finish(&claimed, Completion::Ran).await
    }

    async fn finish(&self, claimed: &Claimed, completion: Completion) -> Result<(), QueueError> {
        let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
        self.queue.finish(FinishTask { task, epoch, completion, outputs: Vec::new() }).await.map(|_| ())
    }
}

//! Three processes on one file. Each is this test program, started again as a worker.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use reel_queue::contract::Subject;
use reel_queue::sqlite::TimeSource;
use reel_queue::{
    Claimed, Completion, FinishReply, FinishTask, JobFilter, NewJob, Offer, Queue, SqliteOptions, SqliteQueue,
};
use reel_types::{
    Attempt, AttemptOutcome, ChunkSpec, ClaimId, Class, Epoch, JobId, JobKey, JobState, Millis,
    OnFailedChunk, TaskId, TaskKind, TaskState, TenantId, WorkerId,
};
use serde_json::Value;

/// Set for a worker: the file it works on.
const FILE: &str = "REEL_QUEUE_TEST_FILE";
const JOBS: u32 = 10;
const CHUNKS: usize = 4;
const LEASE_MILLIS: Millis = 60_000;

#[tokio::test]
async fn three_processes_work_on_one_new_file() {
    if let Ok(file) = std::env::var(FILE) {
        return work(Path::new(&file), TimeSource::System).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let workers: Vec<Child> = (0..3).map(|_| start("three_processes_work_on_one_new_file", &file)).collect();
    let told: Vec<_> = workers.into_iter().flat_map(|worker| hear(worker, usize::MAX)).collect();
    check(&file, &told).await;
    assert_eq!(told.len(), JOBS as usize * (CHUNKS + 2), "each task was committed once, by one of them");
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_acknowledged() {
    if let Ok(file) = std::env::var(FILE) {
        return work(Path::new(&file), TimeSource::Table).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let name = "a_killed_process_loses_nothing_that_was_acknowledged";
    // The first ones are killed with a task in their hands; the last one finds what they left.
    let mut told = Vec::new();
    for claims in [1, 3, 5] {
        told.extend(hear(start(name, &file), claims));
    }
    assert!(told.len() < 30, "they were killed in the middle");
    told.extend(hear(start(name, &file), usize::MAX));
    check(&file, &told).await;
}

#[expect(clippy::disallowed_methods, reason = "the child is a test program, not media work")]
fn start(test: &str, file: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command
        .args(["--exact", test, "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Hears which commits a worker was told of; kills it after so many claims.
fn hear(mut worker: Child, kill_after: usize) -> Vec<(TaskId, Epoch)> {
    let mut told = Vec::new();
    let lines = BufReader::new(worker.stderr.take().unwrap()).lines();
    let (mut claims, mut other) = (0, Vec::new());
    for line in lines.map(Result::unwrap) {
        if line.starts_with("claimed ") {
            claims += 1;
            if claims == kill_after {
                worker.kill().unwrap();
            }
            continue;
        }
        let Some((task, epoch)) = line.strip_prefix("committed ").and_then(|rest| rest.split_once(' '))
        else {
            other.push(line);
            continue;
        };
        told.push((task.parse().unwrap(), epoch.parse().unwrap()));
    }
    let ended = worker.wait().unwrap();
    assert!(ended.success() || claims >= kill_after, "{other:#?}");
    told
}

/// All jobs are completed, and every commit that a worker was told of is there.
async fn check(file: &Path, told: &[(TaskId, Epoch)]) {
    let queue = SqliteQueue::open(file, SqliteOptions::default()).await.unwrap();
    let jobs = queue.jobs(JobFilter::default()).await.unwrap();
    assert_eq!(jobs.len(), JOBS as usize);
    let mut done: Vec<(TaskId, Epoch)> = Vec::new();
    for job in jobs {
        assert_eq!(job.state, JobState::Completed);
        let is_done = |attempt: &Attempt| attempt.outcome == AttemptOutcome::Done;
        let attempts = queue.attempts(&job.id).await.unwrap();
        done.extend(attempts.into_iter().filter(is_done).map(|attempt| (attempt.task, attempt.epoch)));
    }
    assert_eq!(done.len(), JOBS as usize * (CHUNKS + 2), "one commit a task");
    for commit in told {
        assert!(done.contains(commit), "{commit:?} was acknowledged and is gone");
    }
}

/// What a worker process does: submit what is not there, then work as long as there is anything to do. Of several that
/// work at once, whoever finishes a task takes the next; so one that finds nothing may go.
async fn work(file: &Path, clock: TimeSource) {
    let process = std::process::id();
    let options = SqliteOptions { time: clock, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&PathBuf::from(file), options).await.unwrap();
    if clock == TimeSource::Table {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        queue.set_now(now.as_millis() as Millis).await.unwrap();
    }
    for number in 0..JOBS {
        queue.submit(new_job(process, number)).await.unwrap();
    }
    for claims in 0_u32.. {
        let offer = offer(process, claims);
        if let Some(claimed) = queue.claim(offer).await.unwrap().task() {
            eprintln!("claimed {}", claimed.task.id);
            finish(&queue, &claimed).await;
            queue.release(&claimed.task.id.job).await.unwrap();
            continue;
        }
        match next_moment(&queue).await {
            // Alone with its clock, it goes to the moment at which a lease of the dead ends, or a task has rested.
            Some(moment) if clock == TimeSource::Table => {
                queue.set_now(moment).await.unwrap();
                queue.sweep().await.unwrap();
            }
            _ => return,
        }
    }
}

/// The earliest moment at which an open task may be taken; nothing when none is open.
async fn next_moment(queue: &SqliteQueue) -> Option<Millis> {
    let mut moments = Vec::new();
    for job in queue.jobs(JobFilter::default()).await.unwrap() {
        for task in queue.tasks(&job.id).await.unwrap() {
            match task.state {
                TaskState::Ready => moments.push(task.ready_at),
                TaskState::Leased => moments.extend(task.lease_until.map(|until| until + 1)),
                _ => {}
            }
        }
    }
    moments.into_iter().min()
}

async fn finish(queue: &SqliteQueue, claimed: &Claimed) {
    let (task, epoch) = (claimed.task.id.clone(), claimed.task.epoch);
    let chunk = ChunkSpec {
        chunk: Value::Null,
        class: Class::Cpu,
        threads: 1,
        memory_bytes: 1,
        cost: 1,
        after: None,
    };
    let completion = match task.kind {
        TaskKind::Plan => Completion::Planned {
            chunks: vec![chunk; CHUNKS],
            rounds_max: 1,
            on_failed_chunk: OnFailedChunk::FailJob,
        },
        TaskKind::Run => Completion::Ran,
        TaskKind::Assemble => Completion::Assembled { metadata: Value::Null, gaps: Vec::new() },
    };
    let name = format!("committed {task} {epoch}");
    let finish = FinishTask { task, epoch, completion, outputs: Vec::new() };
    if queue.finish(finish).await.unwrap() == FinishReply::Committed {
        eprintln!("{name}");
    }
}

fn new_job(process: u32, number: u32) -> NewJob {
    NewJob {
        id: JobId::new(format!("job{number}by{process}")),
        tenant: TenantId::local(),
        key: JobKey::new(format!("key{number}")),
        pipeline: "transcode".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    }
}

fn offer(process: u32, claims: u32) -> Offer {
    Offer {
        claim: ClaimId::new(format!("{process}.{claims}")),
        worker: WorkerId::new(process.to_string()),
        gpu: false,
        cpu: true,
        threads: 4,
        memory_bytes: u64::MAX,
        pipelines: vec!["transcode".to_owned()],
        only_jobs: Vec::new(),
        lease_millis: LEASE_MILLIS,
    }
}

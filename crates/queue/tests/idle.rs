//! What an idle worker costs: nothing on the disk.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use reel_queue::command::SEEN_EVERY_MILLIS;
use reel_queue::contract::Subject;
use reel_queue::sqlite::TimeSource;
use reel_queue::{ClaimReply, Heartbeat, NewJob, Offer, Queue, SqliteOptions, SqliteQueue};
use reel_types::{ClaimId, JobId, JobKey, TenantId, WorkerId};
use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// Another connection to the same file: its number changes with every commit of others that wrote something.
async fn watch(file: &std::path::Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(file);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

async fn version(watcher: &SqlitePool) -> i64 {
    sqlx::query_scalar("pragma data_version").fetch_one(watcher).await.unwrap()
}

fn offer(number: u32) -> Offer {
    Offer {
        claim: ClaimId::new(format!("c{number}")),
        worker: WorkerId::new("w"),
        gpu: false,
        cpu: true,
        threads: 8,
        memory_bytes: u64::MAX,
        pipelines: vec!["transcode".to_owned()],
        only_jobs: Vec::new(),
        lease_millis: 60_000,
    }
}

fn heartbeat() -> Heartbeat {
    let worker = WorkerId::new("w");
    Heartbeat { worker, gpu: false, beats: Vec::new(), lease_millis: 60_000, stall_millis: 60_000 }
}

#[tokio::test]
async fn an_idle_worker_is_written_down_every_5_s_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let options = SqliteOptions { time: TimeSource::Table, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&file, options).await.unwrap();
    let watcher = watch(&file).await;
    let began = 1_000_000;
    queue.set_now(began).await.unwrap();
    let unknown = version(&watcher).await;
    assert_eq!(queue.claim(offer(0)).await.unwrap(), ClaimReply::Nothing);
    let known = version(&watcher).await;
    assert_ne!(unknown, known, "a new worker is written down");
    for number in 1..10 {
        queue.set_now(began + SEEN_EVERY_MILLIS * i64::from(number) / 10).await.unwrap();
        assert_eq!(queue.claim(offer(number)).await.unwrap(), ClaimReply::Nothing);
        assert!(!queue.heartbeat(heartbeat()).await.unwrap().draining);
        queue.sweep().await.unwrap();
        assert_eq!(version(&watcher).await, known);
    }
    queue.set_now(began + SEEN_EVERY_MILLIS).await.unwrap();
    assert_eq!(queue.claim(offer(10)).await.unwrap(), ClaimReply::Nothing);
    assert_ne!(version(&watcher).await, known);
    assert_eq!(queue.workers().await.unwrap()[0].seen_at, began + SEEN_EVERY_MILLIS);
}

#[tokio::test]
async fn what_is_there_to_do_is_still_given_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
    assert_eq!(queue.claim(offer(0)).await.unwrap(), ClaimReply::Nothing);
    let job = NewJob {
        id: JobId::new("j"),
        tenant: TenantId::local(),
        key: JobKey::new("k"),
        pipeline: "transcode".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    };
    queue.submit(job).await.unwrap();
    assert!(queue.claim(offer(1)).await.unwrap().task().is_some());
}

//! Opening a queue file: what is refused, and what several do at once.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use reel_queue::{JobFilter, NewJob, Offer, Queue, QueueError, SqliteOptions, SqliteQueue};
use reel_types::{ClaimId, JobId, JobKey, Progress, TenantId, WorkerId};
use serde_json::Value;

fn new_job(number: u32) -> NewJob {
    NewJob {
        id: JobId::new(format!("job{number}")),
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

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made/on/the/way/queue.db");
    let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
    queue.submit(new_job(0)).await.unwrap();
    queue.close().await;
    let left: Vec<_> =
        std::fs::read_dir(file.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["queue.db"]);
    let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
    assert_eq!(queue.jobs(JobFilter::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_of_a_newer_reel_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("pragma user_version = 99").execute(&pool).await.unwrap();
    pool.close().await;
    let error = SqliteQueue::open(&file, SqliteOptions::default()).await.err().unwrap();
    assert!(matches!(error, QueueError::NewerSchema { found: 99, known: 7, .. }), "{error}");
}

/// All migrations; a file of schema `n` has had the first `n`.
const MIGRATIONS: [&str; 7] = [
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_stage.sql"),
    include_str!("../migrations/0003_tenants.sql"),
    include_str!("../migrations/0004_share.sql"),
    include_str!("../migrations/0005_workers.sql"),
    include_str!("../migrations/0006_idempotency.sql"),
    include_str!("../migrations/0007_hooks.sql"),
];

/// A file as a reel of that schema left it: one job with one chunk, an attempt and an event.
async fn old_file(file: &Path, schema: usize) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
    let pool = sqlx::pool::PoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    for migration in &MIGRATIONS[..schema] {
        sqlx::raw_sql(*migration).execute(&pool).await.unwrap();
    }
    let rows = "
        insert into jobs (id, key, pipeline, version, params, sources, priority, state, created_at)
            values ('old', 'key', 'pack', 1, 'null', '[]', 0, 'running', 5);
        insert into tasks (id, job, round, kind, idx, state, chunk, class, threads, memory_bytes, cost, ready_at,
                           ready_since, progress_done, progress_total, progress_at, pipeline, priority, job_created_at, epoch)
            values (1, 'old', 0, 1, 0, 'ready', 'null', 'cpu', 1, 1, 1, 0, 0, 3, 9, 5, 'pack', 0, 5, 1);
        insert into attempts (task, epoch, claim, worker, on_gpu, started_at) values (1, 1, 'c', 'w', 0, 5);
        insert into events (at, job, state) values (5, 'old', 'queued');";
    sqlx::raw_sql(rows).execute(&pool).await.unwrap();
    let stamp = format!("pragma user_version = {schema}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(stamp)).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn a_file_of_any_older_reel_is_brought_up_to_ours_and_keeps_its_jobs() {
    for schema in 1..MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("queue.db");
        old_file(&file, schema).await;
        let id = JobId::new("old");
        for _ in 0..2 {
            let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
            assert_eq!(queue.job(&id).await.unwrap().unwrap().tenant, TenantId::local());
            let tasks = queue.tasks(&id).await.unwrap();
            let told: Vec<_> = tasks.iter().map(|task| task.progress).collect();
            assert_eq!(told, [Progress { done: 3, total: 9, stage: None }]);
            assert_eq!(queue.attempts(&id).await.unwrap().len(), 1);
            assert_eq!(queue.events(None, 0, 9).await.unwrap().len(), 1);
            queue.close().await;
        }
        // What refers to the job still does.
        let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
        let offer = Offer { pipelines: vec!["pack".to_owned()], ..offer() };
        let claimed = queue.claim(offer).await.unwrap().task().unwrap();
        assert_eq!(claimed.task.id.job, id);
        queue.cancel(&id).await.unwrap();
        assert!(queue.forget(&id).await.unwrap());
        assert!(queue.tasks(&id).await.unwrap().is_empty());
        assert!(queue.events(None, 0, 9).await.unwrap().is_empty());
    }
}

fn offer() -> Offer {
    Offer {
        claim: ClaimId::new("claim"),
        worker: WorkerId::new("worker"),
        gpu: false,
        cpu: true,
        threads: 4,
        memory_bytes: u64::MAX,
        pipelines: vec!["transcode".to_owned()],
        only_jobs: Vec::new(),
        lease_millis: 60_000,
    }
}

#[tokio::test]
async fn two_tenants_may_ask_for_the_same_and_each_gets_a_job() {
    let folder = tempfile::tempdir().unwrap();
    let queue = SqliteQueue::open(&folder.path().join("queue.db"), SqliteOptions::default()).await.unwrap();
    let ours = NewJob { key: JobKey::new("same"), ..new_job(1) };
    let other = NewJob { tenant: TenantId::new("b"), key: JobKey::new("same"), ..new_job(2) };
    assert!(queue.submit(ours.clone()).await.unwrap().created);
    assert!(queue.submit(other).await.unwrap().created);
    let again = queue.submit(NewJob { id: JobId::new("job3"), ..ours }).await.unwrap();
    assert_eq!((again.id.as_str(), again.created), ("job1", false));
}

#[tokio::test]
async fn a_list_goes_on_after_the_last_job_of_the_page_before() {
    let folder = tempfile::tempdir().unwrap();
    let queue = SqliteQueue::open(&folder.path().join("queue.db"), SqliteOptions::default()).await.unwrap();
    for number in 0..7 {
        queue.submit(new_job(number)).await.unwrap();
    }
    let (mut filter, mut seen) = (JobFilter { limit: 3, ..JobFilter::default() }, Vec::new());
    loop {
        let page = queue.jobs(filter.clone()).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some((last.created_at, last.id.clone()));
        seen.extend(page.iter().map(|job| job.id.to_string()));
    }
    assert_eq!(seen, ["job6", "job5", "job4", "job3", "job2", "job1", "job0"]);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    std::fs::write(&file, "a text that somebody put here. ".repeat(100)).unwrap();
    let error = SqliteQueue::open(&file, SqliteOptions::default()).await.err().unwrap();
    assert!(matches!(&error, QueueError::Unusable(said) if said.contains("not a database")), "{error}");
    assert!(!error.may_be_repeated());
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("a file");
    std::fs::write(&in_the_way, "").unwrap();
    let error =
        SqliteQueue::open(&in_the_way.join("queue.db"), SqliteOptions::default()).await.err().unwrap();
    assert!(matches!(&error, QueueError::Folder { path, .. } if *path == in_the_way), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_open_a_new_file_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("queue.db");
        let opens = (0..8).map(|number| {
            let file = file.clone();
            tokio::spawn(async move {
                let queue = SqliteQueue::open(&file, SqliteOptions::default()).await?;
                queue.submit(new_job(number)).await
            })
        });
        for open in opens.collect::<Vec<_>>() {
            assert!(open.await.unwrap().unwrap().created);
        }
        let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
        assert_eq!(queue.jobs(JobFilter::default()).await.unwrap().len(), 8);
        let one = JobFilter { id_prefix: Some("job3".to_owned()), ..JobFilter::default() };
        assert_eq!(queue.jobs(one).await.unwrap().len(), 1);
        let two = JobFilter { limit: 2, ..JobFilter::default() };
        assert_eq!(queue.jobs(two).await.unwrap().len(), 2);
    }
}

//! Opening a queue file: what is refused, and what several do at once.

use reel_queue::{JobFilter, NewJob, Queue, QueueError, SqliteOptions, SqliteQueue};
use reel_types::{JobId, JobKey, Progress};
use serde_json::Value;

fn new_job(number: u32) -> NewJob {
    NewJob {
        id: JobId::new(format!("job{number}")),
        key: JobKey::new(format!("key{number}")),
        pipeline: "transcode".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: 0,
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
    assert!(matches!(error, QueueError::NewerSchema { found: 99, known: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_file_of_the_first_reel_is_brought_up_to_ours_and_keeps_its_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(include_str!("../migrations/0001_start.sql")).execute(&pool).await.unwrap();
    let rows = "
        insert into jobs (id, key, pipeline, version, params, sources, priority, state, created_at)
            values ('old', 'key', 'pack', 1, 'null', '[]', 0, 'running', 5);
        insert into tasks (job, round, kind, idx, state, chunk, class, threads, memory_bytes, cost, ready_at, ready_since,
                           progress_done, progress_total, progress_at, pipeline, priority, job_created_at)
            values ('old', 0, 1, 0, 'ready', 'null', 'cpu', 1, 1, 1, 0, 0, 3, 9, 5, 'pack', 0, 5);
        pragma user_version = 1;";
    sqlx::raw_sql(rows).execute(&pool).await.unwrap();
    pool.close().await;
    for _ in 0..2 {
        let queue = SqliteQueue::open(&file, SqliteOptions::default()).await.unwrap();
        let tasks = queue.tasks(&JobId::new("old")).await.unwrap();
        let told: Vec<_> = tasks.iter().map(|task| task.progress).collect();
        assert_eq!(told, [Progress { done: 3, total: 9, stage: None }]);
        queue.close().await;
    }
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

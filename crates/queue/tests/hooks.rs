//! What is to be told of a job is written with its change of state, or neither is.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeMap;

use reel_queue::contract::sequences;
use reel_queue::sqlite::{Sync, TOLD_MAX, TimeSource};
use reel_queue::{
    Claimed, Completion, FailTask, FinishReply, FinishTask, NewJob, Offer, Queue, SqliteOptions, SqliteQueue,
};
use reel_types::{
    Artifact, ClaimId, Failure, FailureKind, Job, JobId, JobKey, JobState, OnFailedChunk, Source, TenantId,
    WorkerId,
};
use serde_json::{Value, json};
use sqlx::SqlitePool;

struct Scene {
    queue: SqliteQueue,
    /// Another process on the same file, as the server is.
    other: SqlitePool,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(time: TimeSource) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("queue.db");
        let options = SqliteOptions { sync: Sync::Off, time, ..SqliteOptions::default() };
        let queue = SqliteQueue::open(&file, options).await.unwrap();
        let other = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
        Self { queue, other: SqlitePool::connect_with(other).await.unwrap(), _folder: folder }
    }

    async fn run(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.other).await.unwrap();
    }

    async fn endpoint(&self, id: &str, tenant: &str, states: &[&str]) {
        let insert = "
            insert into hook_endpoints (id, tenant, url, states, description, secret, created_at)
            values (?1, ?2, 'http://example.org/', ?3, '', 's', 1)";
        let states = json!(states).to_string();
        let query = sqlx::query(insert).bind(id).bind(tenant).bind(states);
        query.execute(&self.other).await.unwrap();
    }

    /// Endpoint, word and event of each row, in order.
    async fn told(&self) -> Vec<(String, String, String)> {
        let rows = sqlx::query_as("select endpoint, word, event from hook_deliveries order by id");
        rows.fetch_all(&self.other).await.unwrap()
    }

    async fn snapshot(&self, word: &str) -> Job {
        let row = sqlx::query_scalar("select job from hook_deliveries where word = ?1").bind(word);
        let text: String = row.fetch_one(&self.other).await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    async fn submit(&self, id: &str, tenant: &str) -> JobId {
        let source = Source::Object {
            key: "uploads/x".to_owned(),
            filename: "in.bin".to_owned(),
            size_bytes: 1,
            sha256: "0".repeat(64),
        };
        let job = NewJob {
            id: JobId::new(id),
            tenant: TenantId::new(tenant),
            key: JobKey::new(id),
            pipeline: "copy".to_owned(),
            version: 1,
            params: json!({"private": true}),
            sources: vec![source],
            priority: 0,
            idempotency: None,
        };
        self.queue.submit(job).await.unwrap().id
    }

    async fn claim(&self, job: &JobId, number: u32) -> Claimed {
        let offer = Offer {
            claim: ClaimId::new(format!("{job}.{number}")),
            worker: WorkerId::new("w"),
            gpu: false,
            cpu: true,
            threads: 8,
            memory_bytes: u64::MAX,
            pipelines: vec!["copy".to_owned()],
            only_jobs: vec![job.clone()],
            lease_millis: 60_000,
        };
        self.queue.claim(offer).await.unwrap().task().unwrap()
    }

    /// Up to the claim of its assemble.
    async fn assembling(&self, job: &JobId) -> Claimed {
        let plan = self.claim(job, 0).await;
        let on_failed_chunk = OnFailedChunk::FailJob;
        let planned = Completion::Planned { chunks: Vec::new(), rounds_max: 1, on_failed_chunk };
        self.queue.finish(finish(&plan, planned)).await.unwrap();
        self.queue.release(job).await.unwrap();
        self.claim(job, 1).await
    }
}

fn finish(claimed: &Claimed, completion: Completion) -> FinishTask {
    let output = Artifact {
        name: "out.bin".to_owned(),
        key: "jobs/out".to_owned(),
        size_bytes: 3,
        sha256: "1".repeat(64),
        mime: "application/octet-stream".to_owned(),
    };
    let outputs = if matches!(completion, Completion::Assembled { .. }) { vec![output] } else { Vec::new() };
    FinishTask { task: claimed.task.id.clone(), epoch: claimed.task.epoch, completion, outputs }
}

fn assembled() -> Completion {
    Completion::Assembled { metadata: json!({"much": "text"}), gaps: Vec::new() }
}

const ALL: [&str; 4] = ["planning", "completed", "failed", "cancelled"];

#[tokio::test]
async fn each_endpoint_of_the_tenant_hears_of_what_it_wants() {
    let scene = Scene::new(TimeSource::System).await;
    scene.endpoint("all", "a", &ALL).await;
    scene.endpoint("ends", "a", &["completed", "failed"]).await;
    scene.endpoint("off", "a", &ALL).await;
    scene.run("update hook_endpoints set disabled_at = 1 where id = 'off'").await;
    scene.endpoint("theirs", "b", &["completed"]).await;
    let job = scene.submit("one", "a").await;
    let claimed = scene.assembling(&job).await;
    scene.queue.finish(finish(&claimed, assembled())).await.unwrap();
    let told = scene.told().await;
    let plain: Vec<_> = told.iter().map(|(endpoint, word, _)| (endpoint.as_str(), word.as_str())).collect();
    assert_eq!(plain, [("all", "planning"), ("all", "completed"), ("ends", "completed")]);
    assert_ne!(told[0].2, told[1].2, "another event");
    assert_eq!(told[1].2, told[2].2, "the same event");
}

#[tokio::test]
async fn nothing_is_written_where_nobody_listens() {
    let scene = Scene::new(TimeSource::System).await;
    scene.endpoint("theirs", "b", &ALL).await;
    let job = scene.submit("one", "a").await;
    let claimed = scene.assembling(&job).await;
    scene.queue.finish(finish(&claimed, assembled())).await.unwrap();
    assert_eq!(scene.told().await, []);
}

#[tokio::test]
async fn a_row_holds_the_job_as_it_was_and_not_what_it_was_asked() {
    let scene = Scene::new(TimeSource::System).await;
    scene.endpoint("all", "a", &ALL).await;
    let job = scene.submit("one", "a").await;
    let claimed = scene.assembling(&job).await;
    scene.queue.finish(finish(&claimed, assembled())).await.unwrap();
    let other = scene.submit("two", "a").await;
    let claimed = scene.claim(&other, 0).await;
    let failure = Failure::new(FailureKind::Input, "it is no film");
    let (task, epoch) = (claimed.task.id, claimed.task.epoch);
    scene.queue.fail(FailTask { task, epoch, failure: failure.clone(), jitter_millis: 0 }).await.unwrap();
    let third = scene.submit("three", "a").await;
    scene.queue.cancel(&third).await.unwrap();
    // What becomes of the jobs afterwards changes nothing.
    for job in [&job, &other, &third] {
        assert!(scene.queue.forget(job).await.unwrap());
    }
    let completed = scene.snapshot("completed").await;
    assert_eq!((&completed.id, completed.state), (&job, JobState::Completed));
    assert_eq!(completed.outputs.len(), 1);
    assert!(completed.ended_at.is_some());
    assert_eq!(
        (completed.params, completed.metadata, completed.sources.len()),
        (Value::Null, Value::Null, 0)
    );
    let failed = scene.snapshot("failed").await;
    assert_eq!((failed.id, failed.failure), (other, Some(failure)));
    let cancelled = scene.snapshot("cancelled").await;
    assert_eq!((cancelled.id, cancelled.state), (third, JobState::Cancelled));
    assert!(cancelled.ended_at.is_some());
}

#[tokio::test]
async fn a_job_of_very_many_results_does_not_make_a_long_row() {
    let scene = Scene::new(TimeSource::System).await;
    scene.endpoint("all", "a", &["completed"]).await;
    let job = scene.submit("one", "a").await;
    let claimed = scene.assembling(&job).await;
    let mut finish = finish(&claimed, assembled());
    finish.outputs = vec![finish.outputs[0].clone(); 150];
    scene.queue.finish(finish).await.unwrap();
    assert_eq!(scene.queue.job(&job).await.unwrap().unwrap().outputs.len(), 150);
    // One more than is told says that there are others.
    assert_eq!(scene.snapshot("completed").await.outputs.len(), TOLD_MAX + 1);
}

#[tokio::test]
async fn a_job_does_not_end_when_it_cannot_be_told() {
    let scene = Scene::new(TimeSource::System).await;
    scene.endpoint("all", "a", &["completed", "cancelled"]).await;
    scene.run("create trigger t before insert on hook_deliveries begin select raise(abort, 'no'); end").await;
    let job = scene.submit("one", "a").await;
    let claimed = scene.assembling(&job).await;
    let finish = finish(&claimed, assembled());
    assert!(scene.queue.finish(finish.clone()).await.is_err());
    assert!(scene.queue.cancel(&job).await.is_err());
    assert_eq!(scene.queue.job(&job).await.unwrap().unwrap().state, JobState::Assembling);
    scene.run("drop trigger t").await;
    assert_eq!(scene.queue.finish(finish.clone()).await.unwrap(), FinishReply::Committed);
    assert_eq!(scene.queue.finish(finish).await.unwrap(), FinishReply::AlreadyCommitted);
    assert_eq!(scene.told().await.len(), 1);
}

#[tokio::test]
async fn every_state_change_of_a_random_sequence_is_told_once() {
    let scene = Scene::new(TimeSource::Table).await;
    // As others see it: nothing of the endpoints shows in what the queue answers or keeps.
    for tenant in ["local", "b"] {
        scene.endpoint(tenant, tenant, &ALL).await;
    }
    let mut checked = 0;
    for seed in 0..60 {
        if let Err(divergence) = sequences::compare(&scene.queue, seed).await {
            panic!("{divergence}");
        }
        let events = counted(
            &scene,
            "select e.job, e.state, e.at from events e join jobs j on j.id = e.job
              where e.round is null and e.state in ('planning', 'completed', 'failed', 'cancelled')
                and j.tenant in ('local', 'b')",
        );
        let told = counted(&scene, "select job ->> 'id', word, created_at from hook_deliveries");
        let (events, told) = (events.await, told.await);
        for (event, count) in &events {
            // A job that was forgotten takes its events along; what was told of it stays.
            assert!(told.get(event).is_some_and(|told| told >= count), "seed {seed}: {event:?}");
            checked += count;
        }
        scene.run("delete from hook_deliveries").await;
    }
    assert!(checked > 60, "{checked}");
}

async fn counted(scene: &Scene, statement: &'static str) -> BTreeMap<(String, String, i64), u32> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(statement).fetch_all(&scene.other).await.unwrap();
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row).or_default() += 1;
    }
    counts
}

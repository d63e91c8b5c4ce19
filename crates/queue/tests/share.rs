//! Who is served first when several tenants want something, and who rests.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(dead_code, reason = "each file of scenes uses some of what a scene can do")]

mod scene;

use reel_queue::machine::{Command, Reply};
use reel_queue::{
    Completion, FinishReply, FinishTask, NewJob, Offer, Queue, SqliteOptions, SqliteQueue, TenantInfo,
};
use reel_types::{ClaimId, Class, JobId, JobKey, OnFailedChunk, TenantId, WorkerId};
use scene::{Scene, chunk, planned};
use serde_json::Value;

impl Scene {
    fn submit_of(&mut self, tenant: &str, id: &str, priority: i32) {
        let tenant = TenantId::new(tenant);
        self.step(Command::Submit(NewJob { tenant, ..scene::new_job(id, id, priority) }));
        self.now += 1;
    }

    /// The names of the tasks that the next claims give, a moment between them.
    fn claim_names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            self.now += 1;
            names.extend(self.claim().map(|claimed| claimed.task.id.to_string()));
        }
        names
    }
}

fn pause(scene: &mut Scene, tenant: Option<&str>, paused: bool) {
    let tenant = tenant.map(TenantId::new);
    assert_eq!(scene.step(Command::Pause { tenant, paused }), Reply::Done);
}

fn limit(scene: &mut Scene, tenant: &str, running_max: u32) {
    let tenant = TenantId::new(tenant);
    assert_eq!(scene.step(Command::Limit { tenant, running_max }), Reply::Done);
}

#[test]
fn the_tenant_with_the_fewest_leased_tasks_comes_first() {
    let mut scene = Scene::with_plan(planned(5, OnFailedChunk::Keep));
    assert_eq!(scene.claim_names(2), ["job.0.run.0", "job.0.run.1"]);
    scene.submit_of("b", "b1", 0);
    scene.submit_of("b", "b2", 0);
    scene.submit_of("b", "b3", 0);
    assert_eq!(scene.claim_names(2), ["b1.0.plan.0", "b2.0.plan.0"], "though they are younger");
    // Both have two now; the other was served last.
    assert_eq!(scene.claim_names(3), ["job.0.run.2", "b3.0.plan.0", "job.0.run.3"]);
}

#[test]
fn of_tenants_with_equally_much_the_one_served_longest_ago_comes_first() {
    let mut scene = Scene::submitted();
    scene.submit_of("b", "b1", 0);
    scene.submit_of("c", "c1", 0);
    for wanted in ["b1.0.plan.0", "c1.0.plan.0", "job.0.plan.0", "b1.0.plan.0"] {
        let claimed = scene.claim().unwrap();
        assert_eq!(claimed.task.id.to_string(), wanted);
        assert_eq!(scene.give_back(&claimed), FinishReply::Committed);
        scene.now += 200;
    }
}

#[test]
fn priority_goes_before_fairness_and_a_tenant_keeps_its_own_order() {
    let mut scene = Scene::submitted();
    scene.submit_of("b", "b1", 0);
    scene.submit_of("local", "urgent", 5);
    scene.submit_of("local", "next", 5);
    let wanted = ["urgent.0.plan.0", "next.0.plan.0", "b1.0.plan.0", "job.0.plan.0"];
    assert_eq!(scene.claim_names(4), wanted);
}

#[test]
fn a_tenant_gets_no_more_than_its_quota_and_more_once_something_ends() {
    let mut scene = Scene::with_plan(planned(3, OnFailedChunk::Keep));
    limit(&mut scene, "local", 2);
    let first = scene.claim().unwrap();
    scene.claim().unwrap();
    assert_eq!(scene.claim(), None);
    scene.submit_of("b", "b1", 0);
    assert_eq!(scene.claim_names(2), ["b1.0.plan.0"], "another is served meanwhile");
    scene.finish(&first, Completion::Ran);
    assert_eq!(scene.claim_names(2), ["job.0.run.2"]);
    limit(&mut scene, "local", 3);
    assert_eq!(scene.claim(), None, "nothing is ready any more");
}

#[test]
fn what_rests_is_not_claimed_and_what_runs_goes_on() {
    let mut scene = Scene::submitted();
    scene.submit_of("b", "b1", 0);
    limit(&mut scene, "b", 0);
    pause(&mut scene, Some("b"), true);
    let running = scene.claim().unwrap();
    pause(&mut scene, None, true);
    assert_eq!(scene.claim(), None);
    assert_eq!(scene.finish(&running, planned(2, OnFailedChunk::Keep)), FinishReply::Committed);
    pause(&mut scene, None, false);
    assert_eq!(scene.claim_names(3), ["job.0.run.0", "job.0.run.1"]);
    pause(&mut scene, Some("b"), false);
    assert_eq!(scene.claim_names(1), ["b1.0.plan.0"]);
}

#[test]
fn all_tasks_of_a_job_follow_its_new_priority() {
    let mut scene = Scene::with_plan(planned(2, OnFailedChunk::Keep));
    scene.submit("other", 1);
    let job = JobId::new("job");
    let raise = Command::Reprioritize { job: job.clone(), priority: 2 };
    assert_eq!(scene.step(raise), Reply::Reprioritized(true));
    assert_eq!(scene.claim_names(3), ["job.0.run.0", "job.0.run.1", "other.0.plan.0"]);
    let nobody = Command::Reprioritize { job: JobId::new("nobody"), priority: 2 };
    assert_eq!(scene.step(nobody), Reply::Reprioritized(false));
}

async fn open(folder: &std::path::Path) -> SqliteQueue {
    SqliteQueue::open(&folder.join("queue.db"), SqliteOptions::default()).await.unwrap()
}

fn job_of(tenant: &str, id: &str) -> NewJob {
    NewJob {
        id: JobId::new(id),
        tenant: TenantId::new(tenant),
        key: JobKey::new(id),
        pipeline: "transcode".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    }
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

#[tokio::test]
async fn a_tenant_with_10_000_ready_tasks_does_not_delay_the_first_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let queue = open(folder.path()).await;
    queue.submit(job_of("a", "large")).await.unwrap();
    let plan = queue.claim(offer(0)).await.unwrap().task().unwrap();
    let completion = Completion::Planned {
        chunks: vec![chunk(Class::Cpu); 10_000],
        rounds_max: 1,
        on_failed_chunk: OnFailedChunk::Keep,
    };
    let (task, epoch) = (plan.task.id, plan.task.epoch);
    queue.finish(FinishTask { task, epoch, completion, outputs: Vec::new() }).await.unwrap();
    for number in 1..4 {
        assert_eq!(queue.claim(offer(number)).await.unwrap().task().unwrap().task.id.job.as_str(), "large");
    }
    queue.submit(job_of("b", "small")).await.unwrap();
    assert_eq!(queue.claim(offer(4)).await.unwrap().task().unwrap().task.id.job.as_str(), "small");
    let told = queue.tenants().await.unwrap();
    let info = |id: &str, leased| TenantInfo { id: TenantId::new(id), running_max: 0, paused: false, leased };
    assert_eq!(told, [info("a", 3), info("b", 1), info("local", 0)]);
}

#[tokio::test]
async fn what_was_said_of_tenants_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let queue = open(folder.path()).await;
    let tenant = TenantId::new("b");
    queue.set_paused(None, true).await.unwrap();
    queue.set_paused(Some(&tenant), true).await.unwrap();
    queue.set_running_max(&tenant, 3).await.unwrap();
    queue.close().await;
    let queue = open(folder.path()).await;
    assert!(queue.is_paused().await.unwrap());
    let told = queue.tenants().await.unwrap();
    assert_eq!(told[0], TenantInfo { id: tenant, running_max: 3, paused: true, leased: 0 });
}

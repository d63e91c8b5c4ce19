//! What the people who run a queue ask of it: workers that end, old jobs forgotten, requests said twice.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(dead_code, reason = "each file of scenes uses some of what a scene can do")]

mod scene;

use reel_queue::command::{IDEMPOTENCY_MILLIS, WORKER_FORGOTTEN_MILLIS};
use reel_queue::machine::{Command, Reply};
use reel_queue::{ClaimReply, Completion, FinishReply, Heartbeat, Idempotency, NewJob};
use reel_types::{Class, JobId, OnFailedChunk, TenantId, WorkerId};
use scene::{Scene, new_job, planned};

fn drain(scene: &mut Scene) -> Reply {
    scene.step(Command::DrainWorker { worker: WorkerId::new("w") })
}

fn hears(scene: &mut Scene) -> bool {
    let worker = WorkerId::new("w");
    let heartbeat =
        Heartbeat { worker, gpu: false, beats: Vec::new(), lease_millis: 10_000, stall_millis: 5_000 };
    match scene.step(Command::Heartbeat(heartbeat)) {
        Reply::Beats(reply) => reply.draining,
        other => panic!("another reply: {other:?}"),
    }
}

fn ask(scene: &mut Scene) -> ClaimReply {
    let offer = scene.offer();
    match scene.step(Command::Claim(offer)) {
        Reply::Claimed(reply) => reply,
        other => panic!("another reply: {other:?}"),
    }
}

#[test]
fn a_worker_that_should_end_hears_of_it_gets_nothing_more_and_finishes_what_it_has() {
    let mut scene = Scene::with_plan(planned(2, OnFailedChunk::Keep));
    let held = scene.claim().unwrap();
    assert!(!hears(&mut scene));
    assert_eq!(drain(&mut scene), Reply::Drained(true));
    assert_eq!(drain(&mut scene), Reply::Drained(true));
    assert!(hears(&mut scene));
    assert_eq!(ask(&mut scene), ClaimReply::Draining);
    assert_eq!(scene.finish(&held, Completion::Ran), FinishReply::Committed);
    assert_eq!(ask(&mut scene), ClaimReply::Draining);
    let other = reel_queue::Offer { worker: WorkerId::new("other"), ..scene.offer() };
    assert!(scene.claim_with(other).is_some());
}

#[test]
fn nobody_waits_for_the_gpu_of_a_worker_that_should_end() {
    let mut scene = Scene::with_chunk(Class::GpuElseCpu);
    scene.gpu_worker_beats();
    assert_eq!(scene.claim(), None);
    scene.step(Command::DrainWorker { worker: WorkerId::new("gpu") });
    assert!(!scene.claim().unwrap().on_gpu);
}

#[test]
fn a_worker_that_nobody_knows_cannot_be_drained() {
    let mut scene = Scene::submitted();
    assert_eq!(drain(&mut scene), Reply::Drained(false));
    scene.claim().unwrap();
    scene.now += WORKER_FORGOTTEN_MILLIS;
    scene.sweep();
    assert_eq!(drain(&mut scene), Reply::Drained(false));
}

fn request(sha256: &str, id: &str, key: &str) -> Command {
    let idempotency = Some(Idempotency { key: "r".to_owned(), request_sha256: sha256.to_owned() });
    Command::Submit(NewJob { idempotency, ..new_job(id, key, 0) })
}

fn answer(scene: &mut Scene, command: Command) -> (String, bool, bool) {
    match scene.step(command) {
        Reply::Submitted(submitted) => (submitted.id.to_string(), submitted.created, submitted.reused),
        other => panic!("another reply: {other:?}"),
    }
}

#[test]
fn the_same_request_gets_the_same_job_and_another_under_its_name_is_refused() {
    let mut scene = Scene::submitted();
    assert_eq!(answer(&mut scene, request("1", "a", "a")), ("a".to_owned(), true, false));
    assert_eq!(answer(&mut scene, request("1", "b", "a")), ("a".to_owned(), false, true));
    let mismatch = Reply::IdempotencyMismatch("r".to_owned());
    assert_eq!(scene.step(request("2", "c", "c")), mismatch);
    assert_eq!(scene.state.jobs.len(), 2, "nothing was made");
    // The name is the tenant's own.
    let Command::Submit(job) = request("2", "d", "d") else { panic!() };
    let other = Command::Submit(NewJob { tenant: TenantId::new("b"), ..job });
    assert_eq!(answer(&mut scene, other), ("d".to_owned(), true, false));
}

#[test]
fn a_request_that_joins_a_job_keeps_it() {
    let mut scene = Scene::submitted();
    assert_eq!(answer(&mut scene, request("1", "a", "job")), ("job".to_owned(), false, false));
    assert_eq!(answer(&mut scene, request("1", "b", "else")), ("job".to_owned(), false, true));
}

#[test]
fn a_request_is_known_for_a_day_or_until_its_job_is_forgotten() {
    let mut scene = Scene::submitted();
    answer(&mut scene, request("1", "a", "a"));
    scene.now += IDEMPOTENCY_MILLIS - 1;
    scene.sweep();
    assert_eq!(answer(&mut scene, request("1", "b", "b")).0, "a");
    scene.now += 1;
    scene.sweep();
    assert_eq!(answer(&mut scene, request("2", "b", "b")), ("b".to_owned(), true, false));
    scene.step(Command::Cancel { job: JobId::new("b") });
    assert_eq!(scene.step(Command::Forget { job: JobId::new("b") }), Reply::Forgotten(true));
    assert_eq!(answer(&mut scene, request("3", "c", "c")), ("c".to_owned(), true, false));
}

#[test]
fn what_ended_first_is_forgotten_first() {
    let mut scene = Scene::submitted();
    let mut ends = Vec::new();
    for id in ["z", "a", "m"] {
        scene.submit(id, 0);
        scene.step(Command::Cancel { job: JobId::new(id) });
        ends.push(scene.now);
        scene.now += 10;
    }
    let mut prune = |ended_before, limit| match scene.step(Command::Prune { ended_before, limit }) {
        Reply::Pruned(jobs) => jobs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        other => panic!("another reply: {other:?}"),
    };
    assert_eq!(prune(ends[0], 9), [""; 0], "before, not at");
    assert_eq!(prune(ends[2], 1), ["z"]);
    assert_eq!(prune(ends[2], 9), ["a"]);
    assert_eq!(prune(i64::MAX, 9), ["m"]);
    assert_eq!(scene.state.jobs.len(), 1, "what runs stays");
}

//! Whatever ends the server, and whatever becomes of the job: what is to be told is told.

use std::time::Duration;

use reel_server::Clock;
use reel_types::JobId;
use serde_json::json;
use tokio::runtime::Runtime;

use super::super::client::Request;
use super::super::scene::text;
use super::receiver::{Receiver, SILENCE};
use super::{Asks, idle, scene};

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_no_server_runs_is_told_by_the_next() {
    let clock = Clock::default();
    let mut scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    scene.webhook(&receiver).await;
    let upload = scene.upload("in.bin", b"abc").await;
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let (queue, folder) = (scene.engine.queue.clone(), scene.folder());
    scene.stop().await;
    // Another process does that.
    queue.cancel(&JobId::new(&job)).await.unwrap();
    assert_eq!(receiver.heard(), None);
    let next = idle(folder, &clock).await;
    let told = receiver.next().await.json();
    assert_eq!((&told["type"], &told["job"]["id"]), (&json!("job.cancelled"), &json!(job)));
    next.newest(|delivery| delivery["state"] == "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_gone_by_then_is_told_of_as_it_was() {
    let clock = Clock::default();
    let mut scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    receiver.says("503 Service Unavailable");
    scene.webhook(&receiver).await;
    let upload = scene.upload("in.bin", b"abc").await;
    let job = scene.copy(&upload, json!({"name": "out.bin"})).await;
    let first = receiver.next().await;
    scene.newest(|delivery| delivery["last_status"] == 503).await;
    scene.send(Request::new("DELETE", &format!("/api/v1/jobs/{job}"))).await.expect(204);
    let folder = scene.folder();
    scene.stop().await;
    receiver.says("200 OK");
    clock.advance(Duration::from_secs(11));
    let next = idle(folder, &clock).await;
    let again = receiver.next().await;
    assert_eq!(again.body, first.body);
    assert_eq!(text(&again.json()["job"]["outputs"][0]["name"]), "out.bin");
    let delivered = next.newest(|delivery| delivery["state"] == "delivered").await;
    assert_eq!(delivered["job_id"], json!(job));
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_try_tells_it_again_after_its_end() {
    let clock = Clock::default();
    // Ears that outlive the server.
    let outside = Runtime::new().unwrap();
    let mut receiver = outside.block_on(Receiver::new());
    receiver.says(SILENCE);
    let inside = Runtime::new().unwrap();
    let (folder, first) = inside.block_on(async {
        let scene = scene(&clock).await;
        let (webhook, _) = scene.webhook(&receiver).await;
        scene.ping(&webhook).await;
        let first = receiver.next().await;
        (scene.folder(), first)
    });
    // Whatever it was about to do, it does not.
    inside.shutdown_background();
    receiver.says("200 OK");
    outside.block_on(async {
        let next = idle(folder, &clock).await;
        let waits = next.deliveries("").await;
        assert_eq!((&waits[0]["state"], &waits[0]["tries"]), (&json!("pending"), &json!(1)));
        clock.advance(Duration::from_secs(41));
        let again = receiver.next().await;
        assert_eq!(again.header("reel-event-id"), first.header("reel-event-id"));
        assert_eq!(again.body, first.body);
        let told = next.newest(|delivery| delivery["state"] == "delivered").await;
        assert_eq!(told["tries"], 2);
    });
}

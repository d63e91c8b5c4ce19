//! The queue rests, and workers are asked to end.

use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_rests_begins_nothing_and_then_goes_on() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let rests = scene.send(Request::post("/api/v1/system/queue/pause")).await.expect(200).json();
    assert_eq!(rests["paused"], true);
    let job = scene.copy(&upload, json!({})).await;
    let shown = scene.get(&format!("/api/v1/jobs/{job}?wait=1")).await.expect(200).json();
    assert_eq!(shown["status"], "queued");
    scene.send(Request::post("/api/v1/system/queue/resume")).await.expect(200);
    assert_eq!(scene.get("/api/v1/system/queue").await.expect(200).json()["paused"], false);
    assert_eq!(scene.ended(&job).await["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_told_with_what_it_holds_and_can_be_drained() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let mut events = Request::get(&format!("/api/v1/jobs/{job}/events")).listen(scene.address).await;
    events.until(|heard| heard.data["task_id"] == "0.run.0" && heard.data["status"] == "leased").await;
    let workers = scene.get("/api/v1/system/workers").await.expect(200).json();
    assert_eq!(workers[0]["leases"], json!([{"job_id": job, "task_id": "0.run.0"}]));
    let path = format!("/api/v1/system/workers/{}/drain", text(&workers[0]["id"]));
    assert_eq!(scene.send(Request::post(&path)).await.expect(200).json()["draining"], true);
    scene.send(Request::post("/api/v1/system/workers/none/drain")).await.expect(404);
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).await.expect(200);
}

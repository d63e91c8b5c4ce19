//! What is older than its time goes, and nothing else; what comes from memory is never old news.

use std::time::Duration;

use reel_server::{Clock, ServerOptions};
use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

const DAY: Duration = Duration::from_secs(86_400);

/// A server that keeps things for a day, two days after whatever is in the folder.
fn two_days_later() -> ServerOptions {
    let clock = Clock::default();
    clock.advance(2 * DAY);
    ServerOptions { keep_uploads: Some(DAY), keep_jobs: Some(DAY), clock, ..ServerOptions::default() }
}

/// Returns once this path is no more; a look of the server at what is old is on its way.
async fn gone(scene: &Scene, path: &str) {
    for _ in 0..2000 {
        if scene.get(path).await.status == 404 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_goes_with_its_bytes() {
    let mut scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    let result = text(&scene.ended(&job).await["outputs"][0]["url"]);
    scene.stop().await;
    let scene = Scene::on(scene.folder(), two_days_later(), false).await;
    gone(&scene, &format!("/api/v1/jobs/{job}")).await;
    gone(&scene, &format!("/api/v1/videos/{upload}")).await;
    assert_eq!(scene.get(&result).await.status, 404);
    assert!(scene.stored().is_empty(), "{:?}", scene.stored());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_job_reads_stays_however_old_it_is() {
    let mut scene = Scene::new().await;
    let old = scene.upload("old", b"old").await;
    let read = scene.upload("read", b"read").await;
    let made = scene.copy(&read, json!({})).await;
    scene.ended(&made).await;
    scene.stop().await;
    // Nobody works any more: these two stay open, and read an upload and what a job made.
    let mut scene = Scene::on(scene.folder(), ServerOptions::default(), false).await;
    let source = json!({"artifact": {"job": made, "name": "out.bin"}});
    let body = json!({"pipeline": "copy", "sources": [source], "params": {"name": "again"}});
    let open = text(&scene.post("/api/v1/jobs", &body).await.expect(202).json()["id"]);
    let another = scene.copy(&read, json!({"name": "another"})).await;
    scene.stop().await;
    let scene = Scene::on(scene.folder(), two_days_later(), false).await;
    gone(&scene, &format!("/api/v1/videos/{old}")).await;
    for path in
        [format!("jobs/{open}"), format!("jobs/{another}"), format!("jobs/{made}"), format!("videos/{read}")]
    {
        scene.get(&format!("/api/v1/{path}")).await.expect(200);
    }
    assert_eq!(scene.stored().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_where_nothing_is_said() {
    let mut scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    scene.stop().await;
    let options = ServerOptions { keep_uploads: None, keep_jobs: Some(DAY), ..two_days_later() };
    let scene = Scene::on(scene.folder(), options, false).await;
    let job = scene.copy(&upload, json!({})).await;
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).await.expect(200);
    scene.get(&format!("/api/v1/videos/{upload}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_memory_is_never_older_than_the_last_change() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let video = format!("/api/v1/videos/{upload}");
    let job = scene.copy(&upload, json!({})).await;
    let path = format!("/api/v1/jobs/{job}");
    let status = async || text(&scene.get(&path).await.expect(200).json()["status"]);
    for _ in 0..2 {
        assert_eq!(status().await, "queued");
    }
    let change = Request::new("PATCH", &path).json(&json!({"priority": 7}));
    scene.send(change).await.expect(200);
    assert_eq!(scene.get(&path).await.json()["priority"], 7);
    scene.send(Request::post(&format!("{path}/cancel"))).await.expect(200);
    for _ in 0..2 {
        assert_eq!(status().await, "cancelled");
    }
    scene.send(Request::post(&format!("{path}/retry"))).await.expect(200);
    assert_eq!(status().await, "queued");
    scene.send(Request::post(&format!("{path}/cancel"))).await.expect(200);
    scene.send(Request::new("DELETE", &path)).await.expect(204);
    assert_eq!(scene.get(&path).await.status, 404);
    scene.get(&video).await.expect(200);
    scene.send(Request::new("DELETE", &video)).await.expect(204);
    assert_eq!(scene.get(&video).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_heard_of_an_end_is_told_of_it_from_memory_too() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    for number in 0..20 {
        let job = scene.copy(&upload, json!({"name": format!("n{number}")})).await;
        let path = format!("/api/v1/jobs/{job}");
        scene.get(&path).await.expect(200);
        // The stream ends with the job.
        scene.get(&format!("{path}/events")).await.expect(200);
        assert_eq!(scene.get(&path).await.json()["status"], "completed");
        let outputs = scene.get(&format!("/api/v1/videos/{upload}/outputs")).await.expect(200).json();
        assert_eq!(outputs.as_array().unwrap().len(), number + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_older_than_all_times() {
    let mut scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    scene.ended(&job).await;
    scene.stop().await;
    let options = ServerOptions {
        keep_uploads: Some(Duration::from_millis(u64::MAX)),
        keep_jobs: Some(Duration::MAX),
        ..two_days_later()
    };
    let mut scene = Scene::on(scene.folder(), options, false).await;
    scene.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
    // What is looked at when a server begins is done when it has stopped.
    scene.stop().await;
    let scene = Scene::on(scene.folder(), ServerOptions::default(), false).await;
    scene.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
    scene.get(&format!("/api/v1/videos/{upload}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_another_process_forgot_is_not_told_of_for_long() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions { clock: clock.clone(), ..ServerOptions::default() }).await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    scene.ended(&job).await;
    let outputs = format!("/api/v1/videos/{upload}/outputs");
    assert_eq!(scene.get(&outputs).await.json().as_array().unwrap().len(), 1);
    // As `reel jobs forget` does it beside a server: nobody is told.
    assert!(scene.engine.queue.forget(&reel_types::JobId::new(&job)).await.unwrap());
    clock.advance(Duration::from_secs(1));
    assert_eq!(scene.get(&format!("/api/v1/jobs/{job}")).await.status, 404);
    assert_eq!(scene.get(&outputs).await.json(), json!([]));
}

//! Streams of events: nothing is lost, nothing comes twice.

use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_told_from_its_beginning_to_its_end_and_again_from_anywhere() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"chunks": 3})).await;
    let path = format!("/api/v1/jobs/{job}/events");
    let stream = Request::get(&path).listen(scene.address).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert_eq!(stream.header("x-accel-buffering"), "no");
    let live = stream.numbered().await;
    let ids: Vec<u64> = live.iter().map(|heard| heard.id.unwrap()).collect();
    assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
    assert_eq!(live[0].data["status"], "queued");
    assert_eq!(live.last().unwrap().data["status"], "completed");
    assert!(live.iter().all(|heard| heard.data["job_id"] == job && heard.data["type"] == heard.name));

    for place in 0..live.len() {
        let last = live[place].id.unwrap().to_string();
        let again = Request::get(&path).with("Last-Event-ID", &last);
        if place + 1 == live.len() {
            again.send(scene.address).await.expect(204);
        } else {
            assert_eq!(again.listen(scene.address).await.numbered().await, live[place + 1..]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_all_begins_now_and_goes_on_where_it_was_cut() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let before = scene.copy(&upload, json!({"name": "before"})).await;
    scene.ended(&before).await;
    let mut stream = Request::get("/api/v1/events").listen(scene.address).await;
    let ready = stream.next().await.unwrap();
    assert_eq!(ready.name, "ready");
    let one = scene.copy(&upload, json!({"name": "one"})).await;
    let first = stream.until(|heard| heard.id.is_some()).await;
    assert_eq!((&first.data["job_id"], &first.data["status"]), (&json!(one), &json!("queued")));
    assert!(first.id > ready.id);
    drop(stream);

    scene.ended(&one).await;
    let other = scene.copy(&upload, json!({"name": "other"})).await;
    scene.ended(&other).await;
    let last = first.id.unwrap().to_string();
    let again = Request::get("/api/v1/events").with("Last-Event-ID", &last);
    let mut again = again.listen(scene.address).await;
    let mut ids = vec![first.id.unwrap()];
    loop {
        let heard = again.until(|heard| heard.id.is_some()).await;
        ids.push(heard.id.unwrap());
        if heard.data["job_id"] == other && heard.data["status"] == "completed" {
            break;
        }
    }
    let known = scene.engine.queue.events(None, first.id.unwrap() - 1, 1000).await.unwrap();
    assert_eq!(ids, known.iter().map(|event| event.seq).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_tried_again_is_told_to_its_last_end() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"fail": true})).await;
    scene.ended(&job).await;
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/retry"))).await.expect(200);
    scene.ended(&job).await;
    let told = Request::get(&format!("/api/v1/jobs/{job}/events")).listen(scene.address).await;
    let ends = told.numbered().await.iter().filter(|heard| heard.data["status"] == "failed").count();
    // The job and its plan, twice.
    assert_eq!(ends, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_told_without_a_number() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let mut stream = Request::get(&format!("/api/v1/jobs/{job}/events")).listen(scene.address).await;
    let progress = stream.until(|heard| heard.name == "progress" && heard.data["chunks_total"] == 1).await;
    assert_eq!((progress.id, text(&progress.data["job_id"])), (None, job));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_streams_are_refused() {
    let options = reel_server::ServerOptions { streams_max: 1, ..Default::default() };
    let scene = Scene::with(options).await;
    let _open = Request::get("/api/v1/events").listen(scene.address).await;
    let refused = scene.get("/api/v1/events").await.expect(503);
    assert_eq!(refused.header("retry-after"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_is_refused() {
    let scene = Scene::idle().await;
    let odd = Request::get("/api/v1/events").with("Last-Event-ID", "odd");
    scene.send(odd).await.expect(400);
    scene.get("/api/v1/jobs/none/events").await.expect(404);
}

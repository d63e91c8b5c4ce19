//! `/metrics`: text that a monitoring system reads, for whoever runs the server.

use std::collections::BTreeMap;

use reel_server::Scope;
use serde_json::json;

use super::client::Request;
use super::scene::Scene;

/// Each sample's value by its name with labels, checked line by line against the form.
fn samples(body: &str) -> BTreeMap<String, f64> {
    let mut lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines.pop(), Some("# EOF"), "{body}");
    let mut kinds = BTreeMap::new();
    let mut samples = BTreeMap::new();
    for line in lines {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.split(' ');
            let (what, name) = (words.next().unwrap(), words.next().unwrap());
            assert!(matches!(what, "HELP" | "TYPE" | "UNIT"), "{line}");
            if what == "TYPE" {
                assert_eq!(kinds.insert(name, words.next().unwrap()), None, "{line}");
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let bare = name.split('{').next().unwrap();
        let of_family = |family: &&&str| {
            bare.strip_prefix(**family)
                .is_some_and(|rest| matches!(rest, "" | "_total" | "_sum" | "_count" | "_bucket"))
        };
        assert!(kinds.keys().find(of_family).is_some(), "{line} is of no known kind");
        assert_eq!(samples.insert(name.to_owned(), value.parse().unwrap()), None, "{line} twice");
    }
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn they_tell_what_was_done_and_how_things_are() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    scene.ended(&job).await;
    for _ in 0..3 {
        scene.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
        scene.get("/api/v1/jobs/none").await.expect(404);
    }
    scene.send(Request::new("BREW", "/api/v1/jobs")).await;
    let answer = scene.get("/metrics").await.expect(200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"), "{answer:?}");
    let body = String::from_utf8(answer.body).unwrap();
    let samples = samples(&body);
    let value = |name: &str| *samples.get(name).unwrap_or_else(|| panic!("{name} is missing in\n{body}"));
    let route = "/api/v1/jobs/{id}";
    assert_eq!(
        value(&format!("reel_http_requests_total{{method=\"GET\",route=\"{route}\",status=\"404\"}}")),
        3.0
    );
    assert!(value(&format!("reel_http_request_seconds_count{{route=\"{route}\"}}")) >= 7.0);
    assert_eq!(value("reel_jobs_ended_total{state=\"completed\"}"), 1.0);
    assert_eq!(value("reel_jobs{state=\"queued\"}"), 0.0);
    assert!(value("reel_cache_hits_total{kind=\"job\"}") >= 2.0);
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("reel_store_free_bytes") > 0.0);
    assert!(value("reel_workers") >= 1.0);
    // No name of anything of anybody.
    assert!(!body.contains(&job) && !body.contains(&upload), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_with_its_age() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    scene.copy(&upload, json!({})).await;
    let samples = samples(&String::from_utf8(scene.get("/metrics").await.expect(200).body).unwrap());
    assert_eq!(samples["reel_jobs{state=\"queued\"}"], 1.0);
    assert_eq!(samples["reel_tasks{state=\"ready\"}"], 1.0);
    assert!(samples["reel_queue_oldest_seconds"] >= 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_for_whoever_runs_the_server() {
    let scene = Scene::idle().await;
    let operator = scene.key("local", Scope::Admin, None).await;
    let other = scene.key("other", Scope::Admin, None).await;
    assert_eq!(scene.get("/metrics").await.status, 401);
    assert_eq!(scene.as_key(&other).get("/metrics").await.status, 403);
    scene.as_key(&operator).get("/metrics").await.expect(200);
}

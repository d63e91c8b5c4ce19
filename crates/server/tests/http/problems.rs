//! Whatever is sent, the answer is a problem document that says what is wrong.

use serde_json::json;

use super::client::Request;
use super::scene::Scene;

const JOBS: &str = "/api/v1/jobs";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_route_or_no_method_is_a_problem_too() {
    let scene = Scene::idle().await;
    scene.get("/api/v1/none").await.expect(404);
    scene.get("/none").await.expect(404);
    scene.send(Request::post("/none")).await.expect(404);
    let refused = scene.send(Request::new("PUT", JOBS)).await.expect(405);
    assert_eq!(refused.header("allow"), "GET,HEAD,POST");
    scene.send(Request::new("DELETE", "/api/v1/videos/upload")).await.expect(405);
    scene.send(Request::new("TRACE", "/")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_routes_take_json_alone() {
    let scene = Scene::idle().await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
    ] {
        scene.send(Request::post(JOBS).with("Content-Type", kind).bytes("{}")).await.expect(415);
    }
    scene.send(Request::post(JOBS).bytes("{}")).await.expect(415);
    let charset = Request::post(JOBS).with("Content-Type", "Application/JSON; charset=utf-8").bytes("{}");
    scene.send(charset).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_bounded_in_size_and_depth() {
    let scene = Scene::idle().await;
    let post = |body: String| Request::post(JOBS).with("Content-Type", "application/json").bytes(body);
    scene.send(post(format!("\"{}\"", "x".repeat(300_000)))).await.expect(413);
    let deep = format!(
        "{{\"pipeline\": \"copy\", \"params\": {{\"a\": {}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    scene.send(post(deep)).await.expect(400);
    for broken in ["", "{", "nul", "\u{feff}{}", "{\"pipeline\": \"copy\"} x", "{\"pipeline\": \"copy\"}}"] {
        scene.send(post(broken.to_owned())).await.expect(400);
    }
    for odd in ["[]", "1", "null", "{\"pipeline\": 1}", "{\"pipeline\": \"copy\", \"what\": 1}"] {
        scene.send(post(odd.to_owned())).await.expect(422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_from_outside_are_names_and_nothing_else() {
    let scene = Scene::idle().await;
    for id in ["..", "%2e%2e", "a'b", "%00", "a%2fb", &"x".repeat(2000)] {
        for path in
            ["jobs/ID", "jobs/ID/log", "jobs/ID/tasks", "jobs/ID/events", "videos/ID", "videos/ID/outputs"]
        {
            scene.get(&format!("/api/v1/{}", path.replace("ID", id))).await.expect(404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_short_way_needs_its_upload_and_its_pipeline() {
    let scene = Scene::idle().await;
    let body = json!({"resolution": "720p"});
    scene.post("/api/v1/videos/none/transcode", &body).await.expect(404);
    let upload = scene.upload("a", b"abc").await;
    let path = format!("/api/v1/videos/{upload}/transcode");
    assert_eq!(scene.post(&path, &body).await.expect(422).json()["field"], "pipeline");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_devices_workers_and_health_are_told() {
    let scene = Scene::new().await;
    let pipelines = scene.get("/api/v1/pipelines").await.expect(200).json();
    assert_eq!(pipelines[0]["name"], "copy");
    let one = scene.get("/api/v1/pipelines/copy").await.expect(200).json();
    assert_eq!(one, pipelines[0]);
    assert_eq!(one["schema"]["properties"]["chunks"]["default"], 1);
    scene.get("/api/v1/pipelines/none").await.expect(404);
    let gpu = scene.get("/api/v1/system/gpu/status").await.expect(200).json();
    for word in ["available", "nvenc_supported", "device_count", "devices"] {
        assert!(!gpu[word].is_null(), "{gpu}");
    }
    for path in ["/livez", "/readyz", "/api/v1/livez", "/api/v1/readyz"] {
        assert_eq!(scene.get(path).await.expect(200).json()["status"], "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_is_a_page_and_a_missing_file_is_not() {
    let scene = Scene::idle().await;
    let page = scene.get("/").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'self';"));
    scene.get("/assets/none.js").await.expect(404);
    scene.get("/../Cargo.toml").await.expect(404);
    scene.get("/%2e%2e/Cargo.toml").await.expect(404);
}

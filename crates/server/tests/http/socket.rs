//! Socket.IO with the client that everybody uses, by polling and by WebSocket.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use reel_queue::NewJob;
use reel_server::{Clock, Scope, ServerOptions};
use reel_types::{JobId, JobKey, TenantId};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::client::Request;
use super::scene::Scene;

/// A client in a process of its own.
struct Client {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a client of a test, ended with it")]
    /// Nothing, and said so, where there is no Node or where its packages were not brought.
    async fn start(scene: &Scene, transport: &str, key: Option<&str>) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/socket");
        if !folder.join("node_modules").is_dir() {
            eprintln!("skipped: run `npm ci` in crates/server/tests/socket first");
            return None;
        }
        let url = format!("http://{}", scene.address);
        let mut command = Command::new("node");
        command.arg("listen.js").args([&url, transport]).args(key).current_dir(folder).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("skipped: there is no node");
            return None;
        };
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut client = Self { child, lines };
        assert_eq!(client.next(), ("connect".to_owned(), json!({"transport": transport})));
        Some(client)
    }

    /// The next thing it hears.
    fn next(&mut self) -> (String, Value) {
        let mut line = String::new();
        block_in_place(|| self.lines.read_line(&mut line)).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// All it hears of one job, to its end.
    fn until_the_end_of(&mut self, job: &str) -> Vec<(String, Value)> {
        let mut heard = Vec::new();
        loop {
            let (name, data) = self.next();
            assert_eq!(data["task_id"], job, "{name} {data}: there is no other job to hear of");
            let is_end = name != "conversion_progress" || data["status"] == "stopped";
            heard.push((name, data));
            if is_end {
                return heard;
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn words(heard: &[(String, Value)]) -> Vec<&str> {
    let mut words: Vec<&str> = heard.iter().filter_map(|(_, data)| data["status"].as_str()).collect();
    words.dedup();
    words
}

/// A job of somebody else, to its end.
async fn job_of_another_tenant(scene: &Scene) {
    let id = JobId::new("theirs");
    let job = NewJob {
        id: id.clone(),
        tenant: TenantId::new("other"),
        key: JobKey::new("theirs"),
        pipeline: "copy".into(),
        version: 1,
        params: json!({"fail": true}),
        sources: Vec::new(),
        priority: 0,
        idempotency: None,
    };
    let mut changes = scene.engine.changes();
    scene.engine.queue.submit(job).await.unwrap();
    scene.engine.tell_change();
    while !scene.engine.queue.job(&id).await.unwrap().unwrap().state.is_terminal() {
        changes.changed().await.unwrap();
    }
}

async fn is_heard_by(transport: &str) {
    let mut scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let Some(mut client) = Client::start(&scene, transport, None).await else { return };
    job_of_another_tenant(&scene).await;

    let job = scene.copy(&upload, json!({"name": "made/film.bin", "mime": "video/mp4"})).await;
    let heard = client.until_the_end_of(&job);
    let words = words(&heard);
    assert_eq!((words.first(), words.last()), (Some(&"initializing"), Some(&"completed")), "{words:?}");
    assert!(words.contains(&"finalizing"), "{words:?}");
    let (name, mut data) = heard.last().unwrap().clone();
    assert_eq!(name, "conversion_complete");
    assert!(data["duration"].take().as_f64().unwrap() >= 0.0);
    let url = format!("/api/v1/jobs/{job}/artifacts/made/film.bin");
    assert_eq!(scene.get(&url).await.expect(200).body, b"abc");
    assert_eq!(
        data,
        json!({"output_file": url, "filename": "film.bin", "duration": null, "frames": null, "task_id": job})
    );

    let job = scene.copy(&upload, json!({"fail": true})).await;
    let (name, data) = client.until_the_end_of(&job).pop().unwrap();
    assert_eq!(name, "conversion_error");
    assert_eq!(data, json!({"error": "a was told to fail", "task_id": job}));

    let job = scene.copy(&upload, json!({"hold": true})).await;
    loop {
        let (_, data) = client.next();
        if data["chunks_total"] == 1 {
            assert_eq!(data["task_id"], job);
            break;
        }
    }
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).await.expect(200);
    assert_eq!(self::words(&client.until_the_end_of(&job)).last(), Some(&"stopped"));

    scene.stop().await;
    assert_eq!(client.next().0, "disconnect");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_polls_hears_of_its_own_jobs_only() {
    is_heard_by("polling").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_a_websocket_hears_of_its_own_jobs_only() {
    is_heard_by("websocket").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_key_was_revoked_hears_nothing_more() {
    for transport in ["polling", "websocket"] {
        let clock = Clock::default();
        let options = ServerOptions { clock: clock.clone(), ..ServerOptions::default() };
        let scene = Scene::with(options).await;
        let key = scene.key("a", Scope::Read, None).await;
        let writer = scene.key("a", Scope::Write, None).await;
        let Some(mut client) = Client::start(&scene, transport, Some(&key)).await else { return };
        let upload = scene.as_key(&writer).upload("a", b"abc").await;
        let job = scene.as_key(&writer).copy(&upload, json!({})).await;
        client.until_the_end_of(&job);
        scene.keys().await.revoke(key.split('_').nth(1).unwrap(), None).await.unwrap();
        clock.advance(Duration::from_secs(2));
        scene.as_key(&writer).copy(&upload, json!({"name": "another"})).await;
        assert_eq!(client.next().0, "disconnect", "{transport}");
    }
}

const HELLO: &str = "/socket.io/?EIO=4&transport=polling";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_from_elsewhere_gets_no_conversation() {
    let scene = Scene::idle().await;
    let websocket = |path: &str| {
        let request = Request::get(path).with("Connection", "Upgrade").with("Upgrade", "websocket");
        let request = request.with("Sec-WebSocket-Version", "13");
        request.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    for request in [
        Request::get(HELLO),
        Request::post(HELLO),
        Request::get("/socket.io?EIO=4&transport=polling"),
        websocket("/socket.io/?EIO=4&transport=websocket"),
        websocket("/api/v1/jobs"),
    ] {
        let request = request.without("Content-Length");
        scene.send(request.clone().with("Origin", "http://evil.example")).await.expect(403);
        scene.send(request.clone().with("Sec-Fetch-Site", "cross-site")).await.expect(403);
        scene.send(request.clone().with("Host", "evil.example")).await.expect(421);
        scene.send(request.with("X-Forwarded-For", "10.0.0.1")).await.expect(403);
    }
    scene.send(Request::get(HELLO).with("Origin", "http://localhost")).await.expect(200);
    scene.send(Request::get(HELLO)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_socket_io_is_refused_quietly() {
    let scene = Scene::idle().await;
    for path in [
        "/socket.io",
        "/socket.io/",
        "/socket.io/?EIO=9&transport=polling",
        "/socket.io/?EIO=4&transport=pigeon",
        "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA",
        "/socket.io/?EIO=4&transport=websocket",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let answer = scene.send(Request::new(method, path).bytes("40")).await;
            assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
    scene.get("/livez").await.expect(200);
}

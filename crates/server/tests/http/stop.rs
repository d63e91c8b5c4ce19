//! A server that stops lets nobody hang.

use std::time::Duration;

use reel_server::ServerOptions;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::Request;
use super::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn streams_and_waits_end_when_the_server_stops() {
    let mut scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    let mut all = Request::get("/api/v1/events").listen(scene.address).await;
    assert_eq!(all.next().await.unwrap().name, "ready");
    let mut one = Request::get(&format!("/api/v1/jobs/{job}/events")).listen(scene.address).await;
    assert_eq!(one.next().await.unwrap().data["status"], "queued");
    let address = scene.address;
    let wait = Request::get(&format!("/api/v1/jobs/{job}?wait=60"));
    let waiting = tokio::spawn(async move { wait.send(address).await });
    scene.stop().await;
    // The job may have been made known only after this stream began; then the stream tells it, and ends.
    while let Some(heard) = all.next().await {
        assert_eq!(heard.data["job_id"], job.as_str());
    }
    assert_eq!(one.next().await, None);
    // Whether the wait had begun or not: it is answered, or the door was closed already.
    if let Ok(answer) = waiting.await {
        assert_eq!(answer.json()["status"], "queued");
    }
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_leaves_nothing() {
    let mut scene = Scene::idle().await;
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let head = "POST /api/v1/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\
                Content-Type: multipart/form-data; boundary=XX\r\n\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"video\"; filename=\"a\"\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    scene.stop().await;
    assert!(scene.stored().is_empty());
    assert!(scene.incoming().is_empty(), "{:?}", scene.incoming());
}

/// Sends the beginning of a request and nothing more; answers with all that comes back.
async fn unfinished(scene: &Scene, begin: &str) -> String {
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    stream.write_all(begin.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    String::from_utf8(said).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_in_the_middle_of_a_request_is_let_go() {
    let patience = Duration::from_millis(50);
    let options = ServerOptions { head_patience: patience, body_patience: patience, ..Default::default() };
    let scene = Scene::with(options).await;
    assert_eq!(unfinished(&scene, "GET / HTTP/1.1\r\nHost: local").await, "");
    let json = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 10\r\nConnection: close\r\n\r\n{";
    assert!(unfinished(&scene, json).await.starts_with("HTTP/1.1 408 "));
    let form = "POST /api/v1/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\
                Content-Type: multipart/form-data; boundary=XX\r\nConnection: close\r\n\r\n\
                --XX\r\nContent-Disposition: form-data; name=\"video\"; filename=\"a\"\r\n\r\nabc";
    assert!(unfinished(&scene, form).await.starts_with("HTTP/1.1 408 "));
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_does_not_end_is_cut_when_the_server_stops() {
    let options = ServerOptions { stop_patience: Duration::from_millis(50), ..Default::default() };
    let mut scene = Scene::with(options).await;
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let head = "POST /api/v1/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\
                Content-Type: multipart/form-data; boundary=XX\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server says that it reads.
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100");
    scene.stop().await;
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_end_is_refused() {
    let scene = Scene::idle().await;
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Odd: {}\r\n\r\n",
        "x".repeat(1_000_000)
    );
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    // It may be cut off before all is sent.
    let _ = stream.write_all(long.as_bytes()).await;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&said));
}

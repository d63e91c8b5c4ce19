//! A server that stops lets nobody hang.

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
    let waiting =
        tokio::spawn(async move { Request::get(&format!("/api/v1/jobs/{job}?wait=60")).send(address).await });
    scene.stop().await;
    assert_eq!(all.next().await, None);
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

//! Several clients at once.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{begin, bytes, offset, video};
use crate::scene::Scene;

/// A client that has sent the head and the first bytes, and waits.
pub struct Sending(TcpStream);

impl Sending {
    pub async fn start(address: SocketAddr, path: &str, offset: u64, length: u64, first: &[u8]) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n\
             Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(first).await.unwrap();
        Self(stream)
    }

    /// Sends the rest and answers with what came back.
    pub async fn finish(mut self, rest: &[u8]) -> String {
        self.0.write_all(rest).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

/// Waits until the upload has its file: the first who writes makes it, and holds it from then on.
async fn wait_until_begun(scene: &Scene, path: &str) {
    let id = path.rsplit('/').next().unwrap();
    while !scene.partial().iter().any(|name| name == id) {
        scene.get("/livez").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_send_at_once_the_second_is_refused() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 6).await;
    let first = Sending::start(scene.address, &path, 0, 6, b"abc").await;
    wait_until_begun(&scene, &path).await;
    scene.send(bytes(&path, 0, b"xyz")).await.expect(423);
    scene.send(super::tus("DELETE", &path)).await.expect(423);
    assert_eq!(offset(&scene, &path).await, 0);
    let answer = first.finish(b"def").await;
    assert!(answer.starts_with("HTTP/1.1 204") && answer.contains("upload-id"), "{answer}");
    let abcdef = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721";
    assert_eq!(video(&scene, &path).await["sha256"], abcdef);
}

#[test]
fn clients_that_say_nothing_hold_no_thread() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let scene = Scene::idle().await;
        let mut slow = Vec::new();
        for _ in 0..32 {
            let path = begin(&scene, 6).await;
            slow.push(Sending::start(scene.address, &path, 0, 6, b"abc").await);
            wait_until_begun(&scene, &path).await;
        }
        let path = begin(&scene, 3).await;
        scene.send(bytes(&path, 0, b"abc")).await.expect(204);
        for slow in slow {
            assert!(slow.finish(b"def").await.starts_with("HTTP/1.1 204"));
        }
        assert!(scene.partial().is_empty());
    });
}

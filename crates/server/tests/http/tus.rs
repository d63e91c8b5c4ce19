//! Resumable uploads, asked byte by byte.

mod cuts;
mod protocol;
mod refused;
mod together;

use serde_json::Value;

use super::client::{Answer, Request};
use super::scene::Scene;

const UPLOADS: &str = "/api/v1/uploads";

/// A request of the protocol.
fn tus(method: &str, path: &str) -> Request {
    Request::new(method, path).with("Tus-Resumable", "1.0.0")
}

/// Bytes for an upload.
fn bytes(path: &str, offset: u64, bytes: &[u8]) -> Request {
    tus("PATCH", path)
        .with("Content-Type", "application/offset+octet-stream")
        .with("Upload-Offset", &offset.to_string())
        .bytes(bytes)
}

/// Begins an upload of this length; answers with its path.
async fn begin(scene: &Scene, length: usize) -> String {
    let create = tus("POST", UPLOADS).with("Upload-Length", &length.to_string());
    scene.send(create).await.expect(201).header("location").to_owned()
}

async fn head(scene: &Scene, path: &str) -> Answer {
    scene.send(tus("HEAD", path)).await
}

/// How much of an upload counts.
async fn offset(scene: &Scene, path: &str) -> u64 {
    head(scene, path).await.expect(200).header("upload-offset").parse().unwrap()
}

/// The upload that became of it.
async fn video(scene: &Scene, path: &str) -> Value {
    scene.get(path).await.expect(200).json()["video"].clone()
}

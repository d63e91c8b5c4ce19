//! What is refused, and that nothing has changed then.

use reel_server::ServerOptions;

use super::{UPLOADS, begin, bytes, offset, tus};
use crate::client::Request;
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_cannot_be_is_refused() {
    let scene = Scene::idle().await;
    let check = async |request: Request, status: u16| {
        let answer = scene.send(request.clone()).await;
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.expect(status).header("tus-resumable"), "1.0.0");
    };
    let create = |length: &str| tus("POST", UPLOADS).with("Upload-Length", length);
    for length in ["", "-1", "1.5", "x", "99999999999999999999"] {
        check(create(length), 400).await;
    }
    check(tus("POST", UPLOADS), 400).await;
    check(tus("POST", UPLOADS).with("Upload-Defer-Length", "1"), 400).await;
    check(create("3").and("Upload-Length", "4"), 400).await;
    check(create("3").with("Upload-Metadata", "filename %%"), 400).await;
    check(create("3").with("Upload-Metadata", "filename YQ==,filename YQ=="), 400).await;
    check(create("3").with("Content-Type", "application/json").bytes("{}"), 415).await;
    check(create("999999999999999999"), 413).await;
    check(create("3").without("Tus-Resumable"), 412).await;
    check(create("3").with("Tus-Resumable", "0.2.2"), 412).await;
    let old = scene.send(create("3").with("Tus-Resumable", "0.2.2")).await.expect(412);
    assert_eq!(old.header("tus-version"), "1.0.0");
    assert!(scene.partial().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_cannot_be_are_refused_and_change_nothing() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 6).await;
    scene.send(bytes(&path, 0, b"abc")).await.expect(204);
    let check = async |request: Request, status: u16| {
        let answer = scene.send(request.clone()).await;
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        assert_eq!(offset(&scene, &path).await, 3, "{request:?}");
    };
    check(bytes(&path, 0, b"abc"), 409).await;
    check(bytes(&path, 4, b"bc"), 409).await;
    check(bytes(&path, 6, b""), 409).await;
    check(bytes(&path, 3, b"defg"), 413).await;
    check(bytes(&path, 3, b"def").without("Upload-Offset"), 400).await;
    check(bytes(&path, 3, b"def").with("Upload-Offset", "-3"), 400).await;
    check(bytes(&path, 3, b"def").with("Content-Type", "application/octet-stream"), 415).await;
    check(bytes(&path, 3, b"def").without("Content-Type"), 415).await;
    check(bytes(&path, 3, b"def").without("Tus-Resumable"), 412).await;
    check(bytes(&path, 3, b"def").with("Upload-Checksum", "crc32 AAAAAA=="), 400).await;
    check(tus("HEAD", &path).without("Tus-Resumable"), 412).await;
    check(tus("DELETE", &path).without("Tus-Resumable"), 412).await;
    check(bytes(&format!("{UPLOADS}/none"), 3, b"def"), 404).await;
    check(bytes(&format!("{UPLOADS}/..%2f..%2freel.sqlite"), 0, b"def"), 404).await;
    check(tus("HEAD", &format!("{UPLOADS}/none")), 404).await;
    scene.send(bytes(&path, 3, b"def").with("Origin", "http://evil.org")).await.expect(403);
    check(bytes(&path, 3, b""), 204).await;
    assert_eq!(scene.partial().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_upload_takes_no_more() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 3).await;
    scene.send(bytes(&path, 0, b"abc")).await.expect(204);
    scene.send(bytes(&path, 3, b"d")).await.expect(409);
    scene.send(bytes(&path, 0, b"abd")).await.expect(409);
    assert_eq!(offset(&scene, &path).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_is_refused_before_a_byte() {
    let create = |length: u64| tus("POST", UPLOADS).with("Upload-Length", &length.to_string());
    let options = ServerOptions { stored_bytes_max: 10, ..ServerOptions::default() };
    let scene = Scene::with(options).await;
    scene.upload("a", b"abc").await;
    scene.send(create(8)).await.expect(413);
    let first = scene.send(create(4)).await.expect(201);
    // What was promised to the first counts before it has come.
    scene.send(create(4)).await.expect(413);
    scene.send(create(3)).await.expect(201);
    scene.send(tus("DELETE", first.header("location"))).await.expect(204);
    scene.send(create(4)).await.expect(201);

    let options = ServerOptions { disk_reserve_bytes: u64::MAX / 2, ..ServerOptions::default() };
    let scene = Scene::with(options).await;
    let refused = scene.send(create(1)).await.expect(507).json();
    assert!(refused["detail"].as_str().unwrap().contains("free on the disk"), "{refused}");
}

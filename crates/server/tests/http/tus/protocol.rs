//! What goes well.

use reel_server::ServerOptions;
use serde_json::json;

use super::{UPLOADS, begin, bytes, head, offset, tus, video};
use crate::client::Request;
use crate::scene::{Scene, text};

const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_what_it_can() {
    let scene = Scene::idle().await;
    let told = scene.send(Request::new("OPTIONS", UPLOADS)).await.expect(204);
    assert_eq!((told.header("tus-version"), told.header("tus-resumable")), ("1.0.0", "1.0.0"));
    assert_eq!(told.header("tus-extension"), "creation,creation-with-upload,termination,checksum,expiration");
    assert_eq!(told.header("tus-checksum-algorithm"), "sha256,sha1");
    assert_eq!(told.header("tus-max-size"), ServerOptions::default().upload_bytes_max.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_two_pieces_is_an_upload_like_any_other() {
    let scene = Scene::new().await;
    let create = tus("POST", UPLOADS)
        .with("Upload-Length", "7")
        .with("Upload-Metadata", "filename YS5hdmk=,filetype dmlkZW8vYXZp,other");
    let created = scene.send(create).await.expect(201);
    let path = created.header("location").to_owned();
    assert!(path.starts_with("/api/v1/uploads/"), "{path}");
    assert!(created.header("upload-expires").ends_with(" GMT"));
    let asked = head(&scene, &path).await.expect(200);
    assert_eq!((asked.header("upload-offset"), asked.header("upload-length")), ("0", "7"));
    assert_eq!(asked.header("upload-metadata"), "filename YS5hdmk=,filetype dmlkZW8vYXZp,other");
    assert_eq!(asked.header("cache-control"), "no-store");

    let patched = scene.send(bytes(&path, 0, b"RIFF")).await.expect(204);
    assert_eq!((patched.header("upload-offset"), patched.header("upload-id")), ("4", ""));
    assert!(patched.header("upload-expires").ends_with(" GMT"));
    let shown = scene.get(&path).await.expect(200).json();
    assert_eq!((&shown["offset"], &shown["size"], &shown["video"]), (&json!(4), &json!(7), &json!(null)));
    assert_eq!(shown["filename"], "a.avi");

    let patched = scene.send(bytes(&path, 4, b"abc")).await.expect(204);
    assert_eq!((patched.header("upload-offset"), patched.header("upload-expires")), ("7", ""));
    let id = patched.header("upload-id").to_owned();
    let stored = scene.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
    assert_eq!((&stored["filename"], &stored["size"]), (&json!("a.avi"), &json!(7)));
    assert_eq!((&stored["metadata"]["width"], &stored["mime"]), (&json!(64), &json!("video/x-msvideo")));
    assert_eq!(scene.stored(), [text(&stored["sha256"])]);
    assert_eq!(video(&scene, &path).await, stored);
    assert!(scene.partial().is_empty());

    let asked = head(&scene, &path).await.expect(200);
    assert_eq!((asked.header("upload-offset"), asked.header("upload-id")), ("7", id.as_str()));
    // The answer to the last bytes may have been lost: nothing is asked again, and nothing is broken.
    let again = scene.send(bytes(&path, 7, b"")).await.expect(204);
    assert_eq!(again.header("upload-id"), id);
    let job = scene.copy(&id, json!({})).await;
    assert_eq!(scene.ended(&job).await["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_can_come_with_its_creation_and_be_empty() {
    let scene = Scene::idle().await;
    let create = |length: &str, body: &[u8]| {
        tus("POST", UPLOADS)
            .with("Content-Type", "application/offset+octet-stream")
            .with("Upload-Length", length)
            .bytes(body)
    };
    let whole = scene.send(create("3", b"abc")).await.expect(201);
    assert_eq!(whole.header("upload-offset"), "3");
    let stored = scene.get(&format!("/api/v1/videos/{}", whole.header("upload-id"))).await.expect(200).json();
    assert_eq!(stored["sha256"], ABC_SHA256);

    let first = scene.send(create("3", b"a")).await.expect(201);
    assert_eq!((first.header("upload-offset"), first.header("upload-id")), ("1", ""));
    let path = first.header("location");
    scene.send(bytes(path, 1, b"bc")).await.expect(204);
    assert_eq!(video(&scene, path).await["sha256"], ABC_SHA256);

    let path = begin(&scene, 0).await;
    assert_eq!(video(&scene, &path).await["size"], 0);
    scene.send(create("3", b"abcd")).await.expect(413);
    assert!(scene.partial().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_those_of_their_checksum_do_not_count() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 6).await;
    let sent = async |offset, body: &[u8], checksum: &str, status| {
        scene.send(bytes(&path, offset, body).with("Upload-Checksum", checksum)).await.expect(status);
    };
    let sha256 = "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    sent(0, b"abX", sha256, 460).await;
    assert_eq!(offset(&scene, &path).await, 0);
    sent(0, b"abc", sha256, 204).await;
    assert_eq!(offset(&scene, &path).await, 3);
    sent(3, b"abX", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", 460).await;
    sent(3, b"abc", "md5 kAFQmDzST7DWlj99KOF/cg==", 400).await;
    sent(3, b"abc", "sha256 AAAA", 400).await;
    assert_eq!(offset(&scene, &path).await, 3);
    sent(3, b"abc", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", 204).await;
    let stored = video(&scene, &path).await;
    assert_eq!(stored["sha256"], "bbb59da3af939f7af5f360f2ceb80a496e3bae1cd87dde426db0ae40677e1c2c");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_can_be_ended_whole_or_not() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 6).await;
    scene.send(bytes(&path, 0, b"abc")).await.expect(204);
    assert_eq!(scene.partial().len(), 1);
    scene.send(tus("DELETE", &path)).await.expect(204);
    assert!(scene.partial().is_empty());
    head(&scene, &path).await;
    scene.send(tus("DELETE", &path)).await.expect(404);
    scene.send(bytes(&path, 3, b"abc")).await.expect(404);

    let path = begin(&scene, 3).await;
    scene.send(bytes(&path, 0, b"abc")).await.expect(204);
    scene.send(tus("DELETE", &path)).await.expect(204);
    assert!(scene.stored().is_empty());
    scene.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_can_only_post_can_append_and_end() {
    let scene = Scene::idle().await;
    let path = begin(&scene, 6).await;
    let instead = |method: &str| {
        tus("POST", &path)
            .with("X-HTTP-Method-Override", method)
            .with("Content-Type", "application/offset+octet-stream")
            .with("Upload-Offset", "0")
            .bytes("abc")
    };
    scene.send(instead("PATCH")).await.expect(204);
    assert_eq!(offset(&scene, &path).await, 3);
    scene.send(instead("GET")).await.expect(400);
    scene.send(instead("DELETE")).await.expect(204);
    scene.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_comes_back_for_is_removed() {
    let keep = std::time::Duration::from_millis(300);
    let scene = Scene::with(ServerOptions { partial_keep: keep, ..ServerOptions::default() }).await;
    let path = begin(&scene, 6).await;
    scene.send(bytes(&path, 0, b"abc")).await.expect(204);
    let whole = begin(&scene, 3).await;
    scene.send(bytes(&whole, 0, b"abc")).await.expect(204);
    while head(&scene, &path).await.status != 404 || !scene.partial().is_empty() {}
    scene.send(bytes(&path, 3, b"abc")).await.expect(404);
    assert_eq!(video(&scene, &whole).await["sha256"], ABC_SHA256);
}

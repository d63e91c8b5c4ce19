//! Files come in whole or not at all.

use reel_server::ServerOptions;
use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

const UPLOAD: &str = "/api/v1/videos/upload";
const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stored_and_told() {
    let scene = Scene::new().await;
    let form = Request::post(UPLOAD).form(&[("video", Some("a.avi"), b"RIFFabc")]);
    let answer = scene.send(form).await.expect(201);
    let told = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1/videos/{}", text(&told["id"])));
    assert_eq!((&told["filename"], &told["size"]), (&json!("a.avi"), &json!(7)));
    assert_eq!(told["metadata"]["width"], 64);
    assert_eq!(told["mime"], "video/x-msvideo");
    assert_eq!(scene.stored(), [text(&told["sha256"])]);
    let shown = scene.get(answer.header("location")).await.expect(200).json();
    assert_eq!(shown, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_a_file_like_any_other() {
    let scene = Scene::new().await;
    for bytes in [&b""[..], b"abc", b"\0\0\0\xff<script>"] {
        let form = Request::post(UPLOAD).form(&[("video", Some("x"), bytes)]);
        let told = scene.send(form).await.expect(201).json();
        assert_eq!((&told["metadata"], &told["size"]), (&json!(null), &json!(bytes.len())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_stored_once_and_go_with_their_last_name() {
    let scene = Scene::new().await;
    let one = scene.upload("one", b"abc").await;
    let other = scene.upload("other", b"abc").await;
    assert_eq!(scene.stored(), [ABC_SHA256]);
    let delete = async |id: &str| scene.send(Request::new("DELETE", &format!("/api/v1/videos/{id}"))).await;
    delete(&one).await.expect(204);
    assert_eq!(scene.stored(), [ABC_SHA256]);
    delete(&one).await.expect(404);
    delete(&other).await.expect(204);
    assert!(scene.stored().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_a_file_or_with_two_is_refused_and_leaves_nothing() {
    let scene = Scene::new().await;
    let check = async |fields: &[(&str, Option<&str>, &[u8])], status: u16| {
        scene.send(Request::post(UPLOAD).form(fields)).await.expect(status);
        assert!(scene.stored().is_empty() && scene.incoming().is_empty());
    };
    check(&[], 422).await;
    check(&[("file", Some("a"), b"abc")], 422).await;
    check(&[("video", Some("a"), b"abc"), ("video", Some("b"), b"abc")], 422).await;
    check(&[("video", Some("a"), b"abc"), ("job", None, b"{")], 400).await;
    check(&[("video", Some("a"), b"abc"), ("job", None, b"{\"pipeline\": \"none\"}")], 422).await;
    let plain = Request::post(UPLOAD).with("Content-Type", "text/plain").bytes("abc");
    scene.send(plain).await.expect(415);
    let broken = Request::post(UPLOAD).with("Content-Type", "multipart/form-data; boundary=XX");
    scene.send(broken.bytes("--XX\r\nabc")).await.expect(400);
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_before_and_while_it_comes() {
    let options = ServerOptions { upload_bytes_max: 10, ..ServerOptions::default() };
    let scene = Scene::with(options).await;
    let form = Request::post(UPLOAD).form(&[("video", Some("a"), b"0123456789a")]);
    scene.send(form).await.expect(413);
    let promised = Request::post(UPLOAD).form(&[]).with("Content-Length", "1000000000");
    scene.send(promised).await.expect(413);
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
    scene.upload("a", b"0123456789").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_and_job_come_in_one_call_in_either_order() {
    let scene = Scene::new().await;
    let job = json!({"pipeline": "copy", "params": {"name": "a.bin"}}).to_string();
    let file: (&str, Option<&str>, &[u8]) = ("video", Some("a"), b"abc");
    let asked: (&str, Option<&str>, &[u8]) = ("job", None, job.as_bytes());
    for fields in [[file, asked], [asked, file]] {
        let told = scene.send(Request::post(UPLOAD).form(&fields)).await.expect(201).json();
        let ended = scene.ended(&text(&told["job"]["id"])).await;
        assert_eq!(ended["status"], "completed");
        let path = format!("/api/v1/videos/{}/outputs", text(&told["id"]));
        let outputs = scene.get(&path).await.expect(200).json();
        assert_eq!(outputs[0]["sha256"], ABC_SHA256);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_listed_page_by_page() {
    let scene = Scene::new().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(scene.upload(name, name.as_bytes()).await);
    }
    ids.sort();
    ids.reverse();
    let mut seen = Vec::new();
    let mut path = "/api/v1/videos?limit=2".to_owned();
    loop {
        let page = scene.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/videos?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ids);
    scene.get("/api/v1/videos?limit=0").await.expect(400);
    scene.get("/api/v1/videos?limit=x").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_a_job_reads_cannot_be_forgotten() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let path = format!("/api/v1/videos/{upload}");
    scene.send(Request::new("DELETE", &path)).await.expect(409);
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).await.expect(200);
    scene.send(Request::new("DELETE", &path)).await.expect(204);
}

//! What somebody sent, looked at again: its bytes, its beginning, the pictures of what became of it.

use reel_server::Scope;
use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

const FILM: &[u8] = b"RIFFabcdefghijklmnop";

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_served_as_a_result_would_be() {
    let scene = Scene::idle().await;
    let film = scene.upload("a.avi", FILM).await;
    let url = format!("/api/v1/videos/{film}/content");
    let whole = scene.get(&url).await.expect(200);
    assert_eq!((whole.body.as_slice(), whole.header("content-type")), (FILM, "video/x-msvideo"));
    assert_eq!(whole.header("content-disposition"), "inline; filename=\"a.avi\"");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("content-security-policy").starts_with("sandbox;"));
    let part = scene.send(Request::get(&url).with("Range", "bytes=4-6")).await.expect(206);
    assert_eq!(part.body, b"abc");

    let page = scene.upload("evil.html", b"<script>").await;
    let answer = scene.get(&format!("/api/v1/videos/{page}/content")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert!(answer.header("content-disposition").starts_with("attachment;"));
    scene.get("/api/v1/videos/none/content").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_reads_is_served_until_its_owner_deletes_it() {
    let scene = Scene::new().await;
    let film = scene.upload("a.avi", FILM).await;
    let first = scene.copy(&film, json!({"name": "b.avi", "mime": "video/x-msvideo"})).await;
    assert_eq!(scene.ended(&first).await["status"], "completed");
    let body = json!({"pipeline": "copy", "sources": [{"artifact": {"job": first, "name": "b.avi"}}]});
    let second = text(&scene.post("/api/v1/jobs", &body).await.expect(202).json()["id"]);
    assert_eq!(scene.ended(&second).await["status"], "completed");

    for job in [&first, &second] {
        let answer = scene.get(&format!("/api/v1/jobs/{job}/sources/0")).await.expect(200);
        assert_eq!((answer.body.as_slice(), answer.header("content-type")), (FILM, "video/x-msvideo"));
        assert!(answer.header("content-security-policy").starts_with("sandbox;"));
        scene.get(&format!("/api/v1/jobs/{job}/sources/1")).await.expect(404);
        scene.get(&format!("/api/v1/jobs/{job}/sources/-1")).await.expect(400);
    }
    scene.send(Request::new("DELETE", &format!("/api/v1/videos/{film}"))).await.expect(204);
    scene.get(&format!("/api/v1/jobs/{first}/sources/0")).await.expect(404);
    scene.get(&format!("/api/v1/jobs/{second}/sources/0")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_gone_though_another_tenant_has_the_same() {
    let scene = Scene::new().await;
    let (ours, theirs) = (scene.key("a", Scope::Write, None).await, scene.key("b", Scope::Write, None).await);
    let film = scene.as_key(&ours).upload("a.avi", FILM).await;
    scene.as_key(&theirs).upload("a.avi", FILM).await;
    let job = scene.as_key(&ours).copy(&film, json!({})).await;
    scene.as_key(&ours).ended(&job).await;
    let path = format!("/api/v1/jobs/{job}/sources/0");
    scene.as_key(&ours).get(&path).await.expect(200);
    scene.as_key(&ours).send(Request::new("DELETE", &format!("/api/v1/videos/{film}"))).await.expect(204);
    assert_eq!(scene.stored().len(), 1);
    scene.as_key(&ours).get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_beginning_of_a_film_is_an_upload_of_its_own() {
    let scene = Scene::idle().await;
    let film = scene.upload("a.avi", FILM).await;
    let url = format!("/api/v1/videos/{film}/excerpt");
    let answer = scene.post(&url, &json!({"secs": 3})).await.expect(201);
    let cut = answer.json();
    assert_eq!((&cut["filename"], &cut["size"]), (&json!("first 3 s of a.avi"), &json!(7)));
    assert_eq!(cut["metadata"]["duration_secs"], 3);
    assert_eq!(answer.header("location"), format!("/api/v1/videos/{}", text(&cut["id"])));
    let bytes = scene.get(&format!("/api/v1/videos/{}/content", text(&cut["id"]))).await.expect(200);
    assert_eq!(bytes.body, &FILM[..7]);
    let again = scene.post(&url, &json!({"secs": 3})).await.expect(201).json();
    assert_eq!(again["id"], cut["id"], "the same bytes are the same upload");
    assert_eq!(scene.post(&url, &json!({})).await.expect(201).json()["metadata"]["duration_secs"], 10);
    assert_eq!((scene.stored().len(), scene.incoming().len()), (3, 0));

    for secs in [json!(0), json!(61), json!(16), json!(-1), json!("3")] {
        scene.post(&url, &json!({"secs": secs})).await.expect(422);
    }
    let words = scene.upload("a.txt", b"only words, and many of them").await;
    scene.post(&format!("/api/v1/videos/{words}/excerpt"), &json!({"secs": 3})).await.expect(422);
    scene.post("/api/v1/videos/none/excerpt", &json!({})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_seen_picture_by_picture() {
    let scene = Scene::new().await;
    let url = scene.result(FILM, "b.avi", "video/x-msvideo").await;
    let base = url.strip_suffix("/artifacts/b.avi").unwrap();
    let list = scene.get(&format!("{base}/pictures?name=b.avi&first=14&count=5")).await.expect(200).json();
    let expected = json!({"count": 16, "width": 64, "height": null, "per_sec": 1.0, "listed": [
        {"number": 14, "size": 1, "kind": "data", "told": null},
        {"number": 15, "size": 1, "kind": "data", "told": null},
    ]});
    assert_eq!(list, expected);
    scene.get(&format!("{base}/pictures?name=b.avi&count=201")).await.expect(400);
    scene.get(&format!("{base}/pictures?name=none")).await.expect(404);

    let picture = scene.get(&format!("{base}/pictures/2?name=b.avi")).await.expect(200);
    assert_eq!((picture.body.as_slice(), picture.header("content-type")), (&b"c"[..], "image/jpeg"));
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert!(picture.header("content-security-policy").starts_with("sandbox;"));
    let etag = picture.header("etag").to_owned();
    let known = Request::get(&format!("{base}/pictures/2?name=b.avi")).with("If-None-Match", &etag);
    scene.send(known).await.expect(304);
    scene.get(&format!("{base}/pictures/16?name=b.avi")).await.expect(404);

    let words = scene.result(b"words", "a.txt", "text/plain").await;
    let base = words.strip_suffix("/artifacts/a.txt").unwrap();
    scene.get(&format!("{base}/pictures?name=a.txt")).await.expect(404);
    scene.get(&format!("{base}/pictures/0?name=a.txt")).await.expect(404);
}

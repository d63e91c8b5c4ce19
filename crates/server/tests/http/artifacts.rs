//! Results: their bytes, in ranges, and what a browser may do with them.

use super::client::{Answer, Request};
use super::scene::Scene;

const BYTES: &[u8] = b"0123456789abcdefghij";

async fn range(scene: &Scene, url: &str, header: &str) -> Answer {
    scene.send(Request::get(url).with("Range", header)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_are_served_one_or_several() {
    let scene = Scene::new().await;
    let url = scene.result(BYTES, "a.mp4", "video/mp4").await;
    let whole = scene.get(&url).await.expect(200);
    assert_eq!((whole.body.as_slice(), whole.header("content-length")), (BYTES, "20"));
    assert_eq!(whole.header("accept-ranges"), "bytes");

    let one = range(&scene, &url, "bytes=5-9").await.expect(206);
    assert_eq!((one.body.as_slice(), one.header("content-range")), (&b"56789"[..], "bytes 5-9/20"));
    let last = range(&scene, &url, "bytes=-3").await.expect(206);
    assert_eq!((last.body.as_slice(), last.header("content-length")), (&b"hij"[..], "3"));

    let several = range(&scene, &url, "bytes=0-1,5-6,-1").await.expect(206);
    let kind = several.header("content-type").to_owned();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    let body = String::from_utf8(several.body.clone()).unwrap();
    let part = |range: &str, bytes: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: video/mp4\r\nContent-Range: bytes {range}/20\r\n\r\n{bytes}"
        )
    };
    let expected =
        part("0-1", "01") + &part("5-6", "56") + &part("19-19", "j") + &format!("\r\n--{boundary}--\r\n");
    assert_eq!(body, expected);
    assert_eq!(several.header("content-length"), expected.len().to_string());

    let none = range(&scene, &url, "bytes=20-").await.expect(416);
    assert_eq!(none.header("content-range"), "bytes */20");
    for ignored in ["bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8", "bytes=x", "frames=0-1"] {
        assert_eq!(range(&scene, &url, ignored).await.expect(200).body, BYTES, "{ignored}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_known_is_not_sent_again() {
    let scene = Scene::new().await;
    let url = scene.result(BYTES, "a.mp4", "video/mp4").await;
    let etag = scene.get(&url).await.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.len() == 66, "{etag}");
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let answer = scene.send(Request::get(&url).with("If-None-Match", &known)).await.expect(304);
        assert!(answer.body.is_empty());
    }
    scene.send(Request::get(&url).with("If-None-Match", "\"x\"")).await.expect(200);
    let ranged = Request::get(&url).with("Range", "bytes=0-0");
    scene.send(ranged.clone().with("If-Range", &etag)).await.expect(206);
    scene.send(ranged.clone().with("If-Range", &format!("W/{etag}"))).await.expect(200);
    scene.send(ranged.with("If-Range", "\"other\"")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_what_get_would() {
    let scene = Scene::new().await;
    let url = scene.result(BYTES, "a.mp4", "video/mp4").await;
    let head = scene.send(Request::new("HEAD", &url)).await.expect(200);
    assert_eq!((head.header("content-length"), head.body.as_slice()), ("20", &b""[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_within_a_result_never_runs() {
    let scene = Scene::new().await;
    let evil = b"<script>fetch('/api/v1/jobs')</script>";
    for (name, mime) in [
        ("evil.html", "text/html"),
        ("evil.mp4", "text/html; charset=utf-8"),
        ("evil.svg", "image/svg+xml"),
        ("evil.xhtml", "application/xhtml+xml"),
        ("evil.js", "text/javascript"),
        ("evil.pdf", "application/pdf"),
        ("evil.bin", "application/octet-stream"),
    ] {
        let url = scene.result(evil, name, mime).await;
        let answer = scene.get(&url).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/octet-stream", "{mime}");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("sandbox;"), "{mime}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_looked_at_is_shown_or_saved() {
    let scene = Scene::new().await;
    for (name, mime) in [
        ("a.mp4", "video/mp4"),
        ("a.avi", "video/x-msvideo"),
        ("a.m4a", "audio/mp4"),
        ("a.png", "image/png"),
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.json", "application/json"),
    ] {
        let url = scene.result(BYTES, name, mime).await;
        let answer = scene.get(&url).await.expect(200);
        assert_eq!(answer.header("content-type"), mime);
        assert_eq!(answer.header("content-disposition"), format!("inline; filename=\"{name}\""));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("sandbox;"), "{mime}");
        let saved = scene.get(&format!("{url}?download=true")).await.expect(200);
        assert!(saved.header("content-disposition").starts_with("attachment;"));
        let renamed = scene.get(&format!("{url}?filename=..%2F%22b%0d%0a.mp4")).await.expect(200);
        let expected = "inline; filename=\"_b.mp4\"; filename*=UTF-8''%22b.mp4";
        assert_eq!(renamed.header("content-disposition"), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_results_have_a_name_here() {
    let scene = Scene::new().await;
    let url = scene.result(BYTES, "folder/a.mp4", "video/mp4").await;
    assert_eq!(scene.get(&url).await.expect(200).body, BYTES);
    let base = url.strip_suffix("folder/a.mp4").unwrap();
    for path in [
        "a.mp4",
        "folder",
        "folder/",
        "folder//a.mp4",
        "./folder/a.mp4",
        "folder/../folder/a.mp4",
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/reel.sqlite",
        "folder/a.mp4%00",
        "facts.json",
        "",
    ] {
        scene.get(&format!("{base}{path}")).await.expect(404);
    }
    scene.get(&format!("{base}%ff")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_result_is_served_empty() {
    let scene = Scene::new().await;
    let url = scene.result(b"", "a.mp4", "video/mp4").await;
    let answer = scene.get(&url).await.expect(200);
    assert_eq!((answer.header("content-length"), answer.body.len()), ("0", 0));
    range(&scene, &url, "bytes=0-").await.expect(416);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_result_arrives_whole() {
    let scene = Scene::new().await;
    let bytes: Vec<u8> = (0..3_000_001_u32).map(|count| (count % 251) as u8).collect();
    let url = scene.result(&bytes, "a.mp4", "video/mp4").await;
    assert!(scene.get(&url).await.expect(200).body == bytes);
    let middle = range(&scene, &url, "bytes=1000000-2999999").await.expect(206);
    assert!(middle.body == bytes[1_000_000..3_000_000]);
}

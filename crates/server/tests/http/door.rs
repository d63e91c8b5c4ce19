//! Who comes in, at every route that there is.

use super::client::Request;
use super::document::routes;
use super::scene::Scene;

const UNSAFE: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_ours_is_refused_everywhere() {
    let scene = Scene::idle().await;
    for (method, path) in routes() {
        for host in ["evil.org", "localhost.evil.org", "127.0.0.1.nip.io:80", "192.168.0.1", "localhost:x"] {
            let answer = scene.send(Request::new(&method, &path).with("Host", host)).await;
            assert_eq!(answer.status, 421, "{method} {path} {host}");
        }
        let none = scene.send(Request::new(&method, &path).without("Host")).await;
        assert_eq!(none.status, 400, "{method} {path}");
        let two = scene.send(Request::new(&method, &path).and("Host", "evil.org")).await;
        assert_eq!(two.status, 400, "{method} {path}");
        let absolute = Request::new(&method, &format!("http://evil.org{path}"));
        let answer = scene.send(absolute.clone()).await;
        assert_eq!(answer.status, 400, "{method} {path}");
        let answer = scene.send(absolute.with("Host", "evil.org")).await;
        assert_eq!(answer.status, 421, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_page_changes_nothing_anywhere() {
    let scene = Scene::idle().await;
    for (method, path) in routes() {
        for (name, value) in [
            ("Origin", "http://evil.org"),
            ("Origin", "http://localhost:1"),
            ("Origin", "https://localhost"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let status = Request::new(&method, &path).with(name, value).status(scene.address).await;
            let is_refused = status == 403;
            assert_eq!(
                is_refused,
                UNSAFE.contains(&method.as_str()),
                "{method} {path} {name} {value}: {status}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_through_a_proxy() {
    let scene = Scene::idle().await;
    for (method, path) in routes() {
        for name in [
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Odd",
            "X-Real-IP",
            "Via",
        ] {
            let status = scene.send(Request::new(&method, &path).with(name, "x")).await.status;
            assert_eq!(status, 403, "{method} {path} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_page_may_do_everything() {
    let options = reel_server::ServerOptions {
        public_urls: vec!["https://videos.example.org".parse().unwrap()],
        ..Default::default()
    };
    let scene = Scene::with(options).await;
    let form = Request::post("/api/v1/videos/upload").form(&[("video", Some("a"), b"abc")]);
    for (host, origin) in [
        ("localhost", "http://localhost"),
        ("127.0.0.1:9", "http://127.0.0.1:9"),
        ("[::1]:9", "http://[::1]:9"),
        ("videos.example.org", "https://videos.example.org"),
        ("LOCALHOST", "http://localhost"),
    ] {
        let ours =
            form.clone().with("Host", host).with("Origin", origin).with("Sec-Fetch-Site", "same-origin");
        scene.send(ours).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_lets_another_page_read_it() {
    let scene = Scene::idle().await;
    for (method, path) in routes() {
        let request = Request::new(&method, &path).with("Origin", "http://localhost");
        if path.ends_with("/events") {
            continue;
        }
        let answer = scene.send(request).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{method} {path}");
        assert!(!answer.header("content-security-policy").is_empty(), "{method} {path}");
    }
    let preflight = Request::new("OPTIONS", "/api/v1/jobs")
        .with("Origin", "http://evil.org")
        .with("Access-Control-Request-Method", "POST");
    let answer = scene.send(preflight).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

//! What an attacker tries, at every route of the description: names that lead elsewhere, bodies without a bottom, bodies
//! without an end.

use std::time::Duration;

use reel_server::ServerOptions;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::Request;
use super::scene::Scene;

/// Method, path as it is written, and the media type of its body if it takes one.
fn operations() -> Vec<(String, String, Option<String>)> {
    let document = serde_json::to_value(reel_server::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            let kind = content.and_then(|content| content.keys().next()).cloned();
            operations.push((method.to_uppercase(), path.clone(), kind));
        }
    }
    operations
}

/// The path with this in the place of each name.
fn filled(path: &str, with: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn json_routes() -> impl Iterator<Item = (String, String)> {
    let is_json = |(method, path, kind): (String, String, Option<String>)| {
        (kind.as_deref() == Some("application/json")).then(|| (method, filled(&path, "x")))
    };
    operations().into_iter().filter_map(is_json)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_leads_out_of_the_folder_anywhere() {
    let scene = Scene::idle().await;
    let named: Vec<_> = operations().into_iter().filter(|(_, path, _)| path.contains('{')).collect();
    assert!(named.len() > 30, "{named:?}");
    for (method, path, kind) in named {
        for name in [
            "..",
            "../../../../etc/passwd",
            "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "..%2f..%2freel.sqlite",
            "..%5c..%5creel.sqlite",
            "%00",
            "%ff",
            "a%2fb",
            "reel.sqlite",
        ] {
            let mut request = Request::new(&method, &filled(&path, name));
            if kind.as_deref() == Some("application/json") {
                request = request.json(&Value::Object(serde_json::Map::new()));
            }
            let answer = scene.send(request).await;
            assert!((400..500).contains(&answer.status), "{method} {path} {name}: {}", answer.status);
            for secret in [&b"root:"[..], b"SQLite format"] {
                let is_told = answer.body.windows(secret.len()).any(|window| window == secret);
                assert!(!is_told, "{method} {path} {name}");
            }
        }
    }
    scene.get("/livez").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_reads_json_without_a_bottom_or_an_edge() {
    let scene = Scene::idle().await;
    let nested = format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(2_000_000));
    let mut count = 0;
    for (method, path) in json_routes() {
        // Some know already at the first name that it is none of theirs.
        for (body, expected) in [(&nested, [400, 422]), (&large, [413, 413])] {
            let request = Request::new(&method, &path).with("Content-Type", "application/json");
            let answer = scene.send(request.bytes(body.clone())).await;
            assert!(expected.contains(&answer.status), "{method} {path}: {}", answer.status);
        }
        count += 1;
    }
    assert!(count > 8, "{count}");
    scene.get("/livez").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_waits_for_a_body_that_does_not_come() {
    let patience = Duration::from_millis(50);
    let scene = Scene::with(ServerOptions { body_patience: patience, ..ServerOptions::default() }).await;
    for (method, path) in json_routes() {
        let mut stream = TcpStream::connect(scene.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\
             Connection: close\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        assert!(said.starts_with(b"HTTP/1.1 408 "), "{method} {path}: {}", String::from_utf8_lossy(&said));
    }
}

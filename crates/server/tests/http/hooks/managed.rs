//! Webhooks made, changed, switched off and removed; secrets replaced; lists in pages.

use std::time::Duration;

use reel_server::Clock;
use serde_json::{Value, json};

use super::super::client::Request;
use super::super::scene::text;
use super::receiver::Receiver;
use super::{Asks, WEBHOOKS, scene};

const EXAMPLE: &str = "http://hooks.invalid/here";

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_told_once() {
    let scene = scene(&Clock::default()).await;
    let made = scene.post(WEBHOOKS, &json!({"url": EXAMPLE, "description": "mine"})).await.expect(201).json();
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("whsec_") && secret.len() == 70, "{secret}");
    let ends = json!(["job.completed", "job.failed", "job.cancelled"]);
    assert_eq!((&made["events"], &made["enabled"]), (&ends, &json!(true)));
    let path = format!("{WEBHOOKS}/{}", text(&made["id"]));
    let shown = scene.get(&path).await.expect(200).json();
    let listed = scene.get(WEBHOOKS).await.expect(200).json();
    assert_eq!(listed, json!([shown]));
    assert_eq!(shown.get("secret"), None);
    assert_eq!((&shown["url"], &shown["description"]), (&json!(EXAMPLE), &json!("mine")));
    let change = json!({"events": ["job.failed", "job.failed"], "url": "https://hooks.invalid/#x"});
    let changed = scene.change(&text(&made["id"]), &change).await;
    assert_eq!(changed["events"], json!(["job.failed"]));
    assert_eq!(changed["url"], "https://hooks.invalid/");
    assert_eq!(changed["description"], "mine");
    scene.send(Request::new("DELETE", &path)).await.expect(204);
    for request in [Request::get(&path), Request::new("DELETE", &path)] {
        scene.send(request).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_can_be_is_refused_by_its_field() {
    let scene = scene(&Clock::default()).await;
    let refused = async |body: Value, field: &str| {
        let problem = scene.post(WEBHOOKS, &body).await.expect(422).json();
        assert_eq!(problem["field"], field, "{body}");
    };
    for url in ["", "x", "/path", "ftp://a.org/", "file:///etc/passwd", "http://u:p@a.org/", "http://"] {
        refused(json!({"url": url}), "url").await;
    }
    refused(json!({"url": EXAMPLE, "events": []}), "events").await;
    refused(json!({"url": EXAMPLE, "events": ["ping"]}), "events").await;
    refused(json!({"url": EXAMPLE, "description": "x".repeat(201)}), "description").await;
    refused(json!({"url": EXAMPLE, "description": "a\u{7}"}), "description").await;
    scene.post(WEBHOOKS, &json!({"url": EXAMPLE, "events": ["job.none"]})).await.expect(422);
    scene.post(WEBHOOKS, &json!({"url": EXAMPLE, "secret": "mine"})).await.expect(422);
    let (id, _) = scene.make(&json!({"url": EXAMPLE})).await;
    let change = Request::new("PATCH", &format!("{WEBHOOKS}/{id}"));
    scene.send(change.json(&json!({"url": "http://10.0.0.1/"}))).await.expect(422);
    for _ in 1..20 {
        scene.make(&json!({"url": EXAMPLE})).await;
    }
    scene.post(WEBHOOKS, &json!({"url": EXAMPLE})).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_until_the_overlap_is_over() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    let (webhook, old) = scene.webhook(&receiver).await;
    let rotate = format!("{WEBHOOKS}/{webhook}/rotate");
    let made = scene.post(&rotate, &json!({"overlap_secs": 100})).await.expect(201).json();
    let new = text(&made["secret"]);
    assert_ne!(old, new);
    assert!(made["old_secret_until_millis"].is_i64());
    scene.ping(&webhook).await;
    let heard = receiver.next().await;
    assert_eq!(heard.signature().1, [heard.signed_by(&new), heard.signed_by(&old)]);
    clock.advance(Duration::from_secs(101));
    scene.ping(&webhook).await;
    let heard = receiver.next().await;
    assert_eq!(heard.signature().1, [heard.signed_by(&new)]);
    let made = scene.post(&rotate, &json!({"overlap_secs": 0})).await.expect(201).json();
    scene.ping(&webhook).await;
    let heard = receiver.next().await;
    assert_eq!(heard.signature().1, [heard.signed_by(&text(&made["secret"]))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_noted_for_one_that_is_off_and_what_waits_goes_on_when_it_is_on() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    receiver.says("500 Internal Server Error");
    let (webhook, _) = scene.webhook(&receiver).await;
    scene.ping(&webhook).await;
    receiver.next().await;
    scene.newest(|delivery| delivery["last_status"] == 500).await;
    let off = scene.change(&webhook, &json!({"enabled": false})).await;
    assert_eq!(off["enabled"], false);
    let upload = scene.upload("in.bin", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    assert_eq!(scene.ended(&job).await["status"], "completed");
    assert_eq!(scene.deliveries("").await.len(), 1);
    let refused = scene.send(Request::post(&format!("{WEBHOOKS}/{webhook}/ping"))).await.expect(409).json();
    assert!(text(&refused["hint"]).contains("PATCH"), "{refused}");
    receiver.says("200 OK");
    clock.advance(Duration::from_secs(11));
    // What is due longest comes first: once another was told, this one was passed over.
    let mut other = Receiver::new().await;
    let (on, _) = scene.webhook(&other).await;
    scene.ping(&on).await;
    other.next().await;
    assert_eq!(receiver.heard(), None);
    scene.change(&webhook, &json!({"enabled": true})).await;
    assert_eq!(receiver.next().await.json()["type"], "ping");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_come_in_pages_and_by_where_they_stand() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    let (webhook, _) = scene.webhook(&receiver).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(text(&scene.ping(&webhook).await["id"]));
        receiver.next().await;
        scene.newest(|delivery| delivery["state"] == "delivered").await;
    }
    made.reverse();
    let (mut seen, mut path) = (Vec::new(), format!("{WEBHOOKS}/deliveries?limit=2"));
    loop {
        let page = scene.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("{WEBHOOKS}/deliveries?limit=2&cursor={next}");
    }
    assert_eq!(seen, made);
    assert_eq!(scene.deliveries("state=delivered").await.len(), 5);
    assert_eq!(scene.deliveries(&format!("state=dead&webhook={webhook}")).await.len(), 0);
    for query in ["limit=0", "limit=201", "cursor=x", "state=none"] {
        scene.get(&format!("{WEBHOOKS}/deliveries?{query}")).await.expect(400);
    }
    // They go with their webhook.
    scene.send(Request::new("DELETE", &format!("{WEBHOOKS}/{webhook}"))).await.expect(204);
    assert_eq!(scene.deliveries("").await.len(), 0);
}

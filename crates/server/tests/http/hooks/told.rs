//! What is told, of which jobs, to whom.

use reel_server::{Clock, Scope};
use serde_json::{Value, json};

use super::super::client::Request;
use super::super::scene::{Scene, text};
use super::receiver::{Receiver, SILENCE};
use super::{Asks, WEBHOOKS, options, scene};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_told_of_as_it_is_with_a_signature_over_every_byte() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    let all = json!(["job.started", "job.completed", "job.failed", "job.cancelled"]);
    let (_, secret) = scene.make(&json!({"url": receiver.url("/hook?x=1"), "events": all})).await;
    let upload = scene.upload("in.bin", b"abc").await;
    let job = scene.copy(&upload, json!({"name": "out.bin"})).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    // Nobody promises which one comes first.
    let is_start = |heard: &super::receiver::Heard| heard.json()["type"] == "job.started";
    let (started, completed) = if is_start(&first) { (first, second) } else { (second, first) };
    assert_eq!(started.json()["type"], "job.started");
    let told = completed.json();
    assert_eq!(completed.first, "POST /hook?x=1 HTTP/1.1");
    assert_eq!(completed.header("content-type"), "application/json");
    assert_eq!(completed.header("reel-event-type"), "job.completed");
    assert_eq!((&told["type"], &told["tenant"]), (&json!("job.completed"), &json!("local")));
    assert_eq!(told["id"], completed.header("reel-event-id"));
    assert_ne!(told["id"], started.json()["id"]);
    // What is told of the job is what the job's own page says.
    let shown = scene.get(&format!("/api/v1/jobs/{job}")).await.expect(200).json();
    for field in
        ["id", "status", "pipeline", "created_at_millis", "ended_at_millis", "outputs", "gaps", "error"]
    {
        assert_eq!(told["job"][field], shown[field], "{field}");
    }
    assert_eq!(told["job"]["url"], format!("/api/v1/jobs/{job}"));
    assert_eq!(told["job"]["params"], Value::Null, "what was asked stays here");
    let output = scene.get(&text(&told["job"]["outputs"][0]["url"])).await.expect(200);
    assert_eq!(output.body, b"abc");
    for heard in [&started, &completed] {
        let (at_secs, signatures) = heard.signature();
        assert_eq!(signatures, [heard.signed_by(&secret)]);
        assert!((clock.now() / 1000).abs_diff(at_secs) < 60, "{at_secs}");
    }
    let delivery = scene.newest(|delivery| delivery["state"] == "delivered").await;
    assert_eq!((&delivery["job_id"], &delivery["last_status"]), (&json!(job), &json!(200)));
    assert_eq!((&delivery["tries"], &delivery["last_error"]), (&json!(1), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_and_one_that_is_cancelled_are_told_of() {
    let scene = scene(&Clock::default()).await;
    let mut receiver = Receiver::new().await;
    scene.webhook(&receiver).await;
    let upload = scene.upload("in.bin", b"abc").await;
    let failing = scene.copy(&upload, json!({"fail": true})).await;
    let told = receiver.next().await.json();
    assert_eq!((&told["type"], &told["job"]["id"]), (&json!("job.failed"), &json!(failing)));
    assert_eq!(told["job"]["error"]["message"], "in.bin was told to fail");
    let held = scene.copy(&upload, json!({"hold": true})).await;
    scene.send(Request::post(&format!("/api/v1/jobs/{held}/cancel"))).await.expect(200);
    let told = receiver.next().await.json();
    assert_eq!((&told["type"], &told["job"]["id"]), (&json!("job.cancelled"), &json!(held)));
    assert_eq!(told["job"]["status"], "cancelled");
    assert_eq!(receiver.heard(), None, "that they were started was not wanted");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tenant_hears_of_its_own_jobs() {
    let scene = Scene::with(options(&Clock::default())).await;
    let (ours, theirs) = (scene.key("a", Scope::Admin, None).await, scene.key("b", Scope::Admin, None).await);
    let (mut our_ear, mut their_ear) = (Receiver::new().await, Receiver::new().await);
    let (_, our_secret) = scene.as_key(&ours).webhook(&our_ear).await;
    let (their_hook, _) = scene.as_key(&theirs).webhook(&their_ear).await;
    let upload = scene.as_key(&ours).upload("in.bin", b"abc").await;
    let job = scene.as_key(&ours).copy(&upload, json!({})).await;
    let heard = our_ear.next().await;
    assert_eq!((&heard.json()["job"]["id"], &heard.json()["tenant"]), (&json!(job), &json!("a")));
    assert_eq!(heard.signature().1, [heard.signed_by(&our_secret)]);
    // The first that they hear of is their own.
    scene.as_key(&theirs).ping(&their_hook).await;
    assert_eq!(their_ear.next().await.json()["type"], "ping");
    assert_eq!(scene.as_key(&theirs).deliveries("").await.len(), 1);
    assert_eq!(scene.as_key(&ours).deliveries(&format!("webhook={their_hook}")).await.len(), 0);
    let listed = scene.as_key(&ours).get(WEBHOOKS).await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_answer_holds_up_nobody_else() {
    let scene = scene(&Clock::default()).await;
    let (mut deaf, mut quick) = (Receiver::new().await, Receiver::new().await);
    deaf.says(SILENCE);
    let (deaf_hook, _) = scene.webhook(&deaf).await;
    let (quick_hook, _) = scene.webhook(&quick).await;
    for _ in 0..3 {
        scene.ping(&deaf_hook).await;
    }
    deaf.next().await;
    scene.ping(&quick_hook).await;
    assert_eq!(quick.next().await.json()["type"], "ping");
    let waits = scene.deliveries(&format!("state=pending&webhook={deaf_hook}")).await;
    assert_eq!(waits.len(), 3);
    assert_eq!(deaf.heard(), None, "one thing at a time");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_where_not_everybody_may_go() {
    let scene = Scene::with(reel_server::ServerOptions {
        allow_private: vec!["127.0.0.2".parse().unwrap()],
        ..options(&Clock::default())
    })
    .await;
    let mut receiver = Receiver::new().await;
    for url in [receiver.url("/"), "http://[::1]/".to_owned(), "http://169.254.169.254/".to_owned()] {
        let refused = scene.post(WEBHOOKS, &json!({"url": url})).await.expect(422).json();
        assert_eq!(refused["field"], "url");
        assert!(text(&refused["detail"]).contains("not on the open network"), "{refused}");
    }
    // A name is looked at when it is dialled.
    let (webhook, _) = scene.make(&json!({"url": format!("http://localhost:{}/", receiver.port())})).await;
    scene.ping(&webhook).await;
    let tried = scene.newest(|delivery| !delivery["last_error"].is_null()).await;
    assert!(text(&tried["last_error"]).contains("not on the open network"), "{tried}");
    assert_eq!((&tried["state"], &tried["last_status"]), (&json!("pending"), &Value::Null));
    assert_eq!(receiver.heard(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let scene = scene(&Clock::default()).await;
    let (mut receiver, mut other) = (Receiver::new().await, Receiver::new().await);
    receiver.says(&format!("307 Temporary Redirect\nLocation: {}", other.url("/")));
    let (webhook, _) = scene.webhook(&receiver).await;
    scene.ping(&webhook).await;
    receiver.next().await;
    let tried = scene.newest(|delivery| !delivery["last_error"].is_null()).await;
    assert_eq!((&tried["state"], &tried["last_status"]), (&json!("pending"), &json!(307)));
    assert!(text(&tried["last_error"]).contains("redirects are not followed"), "{tried}");
    assert_eq!(other.heard(), None);
}

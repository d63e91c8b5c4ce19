//! What did not arrive is told again, up to an end, and after it when somebody asks.

use std::time::Duration;

use reel_server::{Clock, ServerOptions};
use serde_json::{Value, json};

use super::super::client::Request;
use super::super::scene::{Scene, text};
use super::receiver::{Receiver, SILENCE};
use super::{Asks, WEBHOOKS, options, scene};

/// Seconds after each try but the last.
const WAITS_SECS: [i64; 10] = [10, 60, 300, 900, 3600, 7200, 14_400, 18_000, 21_600, 21_600];

/// Longer than any wait.
const LONG: Duration = Duration::from_secs(24_000);

async fn replay(scene: &Scene, delivery: &Value) -> Value {
    let path = format!("{WEBHOOKS}/deliveries/{}/replay", text(&delivery["id"]));
    scene.send(Request::post(&path)).await.expect(202).json()
}

/// Sends a ping and refuses it until it is given up.
async fn given_up(scene: &Scene, clock: &Clock, receiver: &mut Receiver, webhook: &str) -> Value {
    receiver.says("400 Bad Request");
    scene.ping(webhook).await;
    for tries in 1..=WAITS_SECS.len() + 1 {
        receiver.next().await;
        let is_noted =
            |delivery: &Value| delivery["tries"] == tries && delivery["last_status"] == 400 + tries - 1;
        scene.newest(is_noted).await;
        receiver.says(&format!("{} Bad Request", 400 + tries));
        clock.advance(LONG);
    }
    scene.newest(|delivery| delivery["state"] == "dead").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_failed_is_repeated_by_the_schedule_until_it_is_given_up() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    receiver.says("500 Internal Server Error");
    let (webhook, _) = scene.webhook(&receiver).await;
    let mut begun = clock.now();
    scene.ping(&webhook).await;
    let first = receiver.next().await;
    for (number, wait_secs) in WAITS_SECS.into_iter().enumerate() {
        // Each try is answered in another way, so that what is seen is what this one came to.
        let status = 500 + number;
        let is_noted =
            |delivery: &Value| delivery["tries"] == number + 1 && delivery["last_status"] == status;
        let tried = scene.newest(is_noted).await;
        assert_eq!(tried["state"], "pending");
        let next = tried["next_try_at_millis"].as_i64().unwrap();
        assert!(
            (begun + wait_secs * 900..=clock.now() + wait_secs * 1100).contains(&next),
            "{wait_secs} s: {tried}"
        );
        receiver.says(&format!("{} Internal Server Error", status + 1));
        clock.advance(Duration::from_millis((next - clock.now()).max(0) as u64));
        begun = clock.now();
        let again = receiver.next().await;
        // The same event and the same bytes, signed anew.
        assert_eq!(again.header("reel-event-id"), first.header("reel-event-id"));
        assert_eq!(again.body, first.body);
        assert!(again.signature().0 > first.signature().0);
    }
    let dead = scene.newest(|delivery| delivery["state"] == "dead").await;
    assert_eq!((&dead["tries"], &dead["next_try_at_millis"]), (&json!(11), &Value::Null));
    assert_eq!(dead["last_error"], "the answer was 510");
    assert!(dead["ended_at_millis"].is_i64());

    receiver.says("204 No Content");
    let replayed = replay(&scene, &dead).await;
    assert_eq!((&replayed["state"], &replayed["tries"]), (&json!("pending"), &json!(0)));
    assert_eq!(receiver.next().await.header("reel-event-id"), first.header("reel-event-id"));
    let delivered = scene.newest(|delivery| delivery["state"] == "delivered").await;
    assert_eq!((&delivered["id"], &delivered["last_status"]), (&dead["id"], &json!(204)));
    // What arrived can be said again as well.
    replay(&scene, &delivered).await;
    assert_eq!(receiver.next().await.body, first.body);
    scene.send(Request::post(&format!("{WEBHOOKS}/deliveries/999999/replay"))).await.expect(404);
    scene.send(Request::post(&format!("{WEBHOOKS}/deliveries/x/replay"))).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_given_up_is_told_again_at_once() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    let (webhook, _) = scene.webhook(&receiver).await;
    let mut dead = Vec::new();
    for _ in 0..2 {
        dead.push(given_up(&scene, &clock, &mut receiver, &webhook).await);
    }
    let listed = scene.deliveries("state=dead").await;
    assert_eq!(listed, [dead[1].clone(), dead[0].clone()]);
    receiver.says("200 OK");
    let path = format!("{WEBHOOKS}/{webhook}/replay");
    assert_eq!(scene.send(Request::post(&path)).await.expect(202).json(), json!({"replayed": 2}));
    let mut told = [receiver.next().await, receiver.next().await].map(|heard| text(&heard.json()["id"]));
    told.sort();
    let mut events: Vec<String> = dead.iter().map(|delivery| text(&delivery["event_id"])).collect();
    events.sort();
    assert_eq!(told.as_slice(), events.as_slice());
    assert_eq!(scene.send(Request::post(&path)).await.expect(202).json(), json!({"replayed": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_answers_is_a_try_that_failed() {
    let clock = Clock::default();
    let patience = Duration::from_millis(50);
    let scene = Scene::with(ServerOptions { webhook_patience: patience, ..options(&clock) }).await;
    let mut receiver = Receiver::new().await;
    receiver.says(SILENCE);
    let (webhook, _) = scene.webhook(&receiver).await;
    scene.ping(&webhook).await;
    let tried = scene.newest(|delivery| !delivery["last_error"].is_null()).await;
    assert_eq!(tried["last_error"], "there was no answer within 0.05 s");
    assert_eq!((&tried["state"], &tried["last_status"]), (&json!("pending"), &Value::Null));
    let first = receiver.next().await;
    receiver.says("200 OK");
    clock.advance(LONG);
    assert_eq!(receiver.next().await.body, first.body);
    scene.newest(|delivery| delivery["state"] == "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_is_forgotten_after_a_month_and_what_waits_is_not() {
    let clock = Clock::default();
    let scene = scene(&clock).await;
    let mut receiver = Receiver::new().await;
    let (webhook, _) = scene.webhook(&receiver).await;
    scene.ping(&webhook).await;
    receiver.next().await;
    scene.newest(|delivery| delivery["state"] == "delivered").await;
    scene.ping(&webhook).await;
    receiver.next().await;
    scene.newest(|delivery| delivery["state"] == "delivered" && delivery["id"] != "1").await;
    receiver.says("500 Internal Server Error");
    scene.ping(&webhook).await;
    receiver.next().await;
    scene.newest(|delivery| delivery["last_status"] == 500).await;
    scene.change(&webhook, &json!({"enabled": false})).await;
    clock.advance(Duration::from_secs(30 * 86_400 + 60));
    loop {
        let left = scene.deliveries("").await;
        if left.len() == 1 {
            assert_eq!(left[0]["state"], "pending");
            break;
        }
    }
}

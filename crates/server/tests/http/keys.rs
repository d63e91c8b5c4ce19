//! Keys and sessions over HTTP: made, used, replaced, revoked.

use std::time::Duration;

use reel_server::{Clock, RateLimit, Scope, ServerOptions};
use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

const KEYS: &str = "/api/v1/keys";
const JOBS: &str = "/api/v1/jobs";
const SESSION: &str = "/api/v1/session";

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_let_in_until_there_is_a_key() {
    let scene = Scene::idle().await;
    let who = scene.get(SESSION).await.expect(200).json();
    assert_eq!(
        (&who["tenant"], &who["scope"], &who["key_id"]),
        (&json!("local"), &json!("admin"), &json!(null))
    );
    let made = scene.post(KEYS, &json!({"name": "first", "scope": "admin"})).await.expect(201).json();
    scene.get(JOBS).await.expect(401);
    let key = text(&made["key"]);
    let who = scene.as_key(&key).get(SESSION).await.expect(200).json();
    assert_eq!((&who["tenant"], &who["key_name"]), (&json!("local"), &json!("first")));
    // Revoked keys are keys that were made: the door does not open again.
    let path = format!("{KEYS}/{}", text(&made["id"]));
    scene.as_key(&key).send(Request::new("DELETE", &path)).await.expect(204);
    scene.get(JOBS).await.expect(401);
    scene.as_key(&key).get(JOBS).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_another_process_made_is_noticed() {
    let scene = Scene::idle().await;
    scene.get(JOBS).await.expect(200);
    let key = scene.key("a", Scope::Read, None).await;
    scene.get(JOBS).await.expect(401);
    scene.as_key(&key).get(JOBS).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_told_once_and_stored_nowhere() {
    let scene = Scene::idle().await;
    let made = scene.post(KEYS, &json!({"name": "n", "scope": "admin"})).await.expect(201);
    let key = text(&made.json()["key"]);
    let secret = key.rsplit('_').next().unwrap();
    let list = scene.as_key(&key).get(KEYS).await.expect(200);
    assert!(!String::from_utf8_lossy(&list.body).contains(secret));
    let list = list.json();
    assert_eq!((&list[0]["id"], &list[0]["live"]), (&made.json()["id"], &json!(true)));
    for bytes in scene.database_files() {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_admin_manages_its_own_keys_and_the_operator_all() {
    let scene = Scene::idle().await;
    let operator = scene.key("local", Scope::Admin, None).await;
    let admin = scene.key("a", Scope::Admin, None).await;
    let body = json!({"name": "n", "scope": "read", "tenant": "b"});
    let made = scene.as_key(&operator).post(KEYS, &body).await.expect(201).json();
    assert_eq!(made["tenant"], "b");
    scene.as_key(&admin).post(KEYS, &body).await.expect(403);
    let own =
        scene.as_key(&admin).post(KEYS, &json!({"name": "n", "scope": "read"})).await.expect(201).json();
    assert_eq!(own["tenant"], "a");
    let count = |list: serde_json::Value| list.as_array().unwrap().len();
    assert_eq!(count(scene.as_key(&operator).get(KEYS).await.expect(200).json()), 4);
    assert_eq!(count(scene.as_key(&admin).get(KEYS).await.expect(200).json()), 2);
    let path = format!("{KEYS}/{}", text(&made["id"]));
    scene.as_key(&admin).send(Request::new("DELETE", &path)).await.expect(404);
    scene.as_key(&operator).send(Request::new("DELETE", &path)).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_can_be_is_refused_with_its_field() {
    let scene = Scene::idle().await;
    for (field, body) in [
        ("name", json!({"name": "", "scope": "read"})),
        ("name", json!({"name": "a\u{0}", "scope": "read"})),
        ("name", json!({"name": "x".repeat(101), "scope": "read"})),
        ("scope", json!({"name": "n", "scope": "root"})),
        ("tenant", json!({"name": "n", "scope": "read", "tenant": "A/b"})),
        ("expires_secs", json!({"name": "n", "scope": "read", "expires_secs": 0})),
        ("expires_secs", json!({"name": "n", "scope": "read", "expires_secs": u64::MAX})),
    ] {
        assert_eq!(scene.post(KEYS, &body).await.expect(422).json()["field"], field, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_are_live_during_a_rotation_and_one_after_it() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions { clock: clock.clone(), ..ServerOptions::default() }).await;
    let old = scene.key("a", Scope::Admin, None).await;
    let path = format!("{KEYS}/{}/rotate", old.split('_').nth(1).unwrap());
    let made = scene.as_key(&old).post(&path, &json!({"overlap_secs": 100})).await.expect(201).json();
    let new = text(&made["key"]);
    assert_eq!((&made["tenant"], &made["scope"]), (&json!("a"), &json!("admin")));
    for key in [&old, &new] {
        scene.as_key(key).get(JOBS).await.expect(200);
    }
    clock.advance(Duration::from_secs(101));
    scene.as_key(&old).get(JOBS).await.expect(401);
    scene.as_key(&new).get(JOBS).await.expect(200);
    scene.as_key(&new).post(&path, &json!({})).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_written_at_most_once_a_minute() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions { clock: clock.clone(), ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Admin, None).await;
    let used =
        async || scene.as_key(&key).get(KEYS).await.expect(200).json()[0]["last_used_at_millis"].as_i64();
    let first = used().await.unwrap();
    clock.advance(Duration::from_secs(50));
    assert_eq!(used().await, Some(first));
    clock.advance(Duration::from_secs(20));
    assert!(used().await.unwrap() >= first + 70_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_traded_for_a_cookie_that_no_script_reads() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions {
        clock: clock.clone(),
        public_urls: vec!["https://videos.example.org".parse().unwrap()],
        session_keep: Duration::from_secs(1000),
        ..ServerOptions::default()
    })
    .await;
    let key = scene.key("a", Scope::Write, None).await;
    let open = Request::post(SESSION).json(&json!({"key": key}));
    let answer = scene.send(open.clone()).await.expect(200);
    let cookie = answer.header("set-cookie").to_owned();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Max-Age=1000");
    assert!(!cookie.contains(key.rsplit('_').next().unwrap()));
    let secure = scene.send(open.with("Host", "videos.example.org")).await.expect(200);
    assert!(secure.header("set-cookie").ends_with("; Secure"));

    let inside = |pair: &str| Request::get(JOBS).with("Cookie", pair);
    scene.send(inside(pair)).await.expect(200);
    scene.send(inside(&format!("theme=dark; {pair}"))).await.expect(200);
    // A bad key beside a good cookie is a bad key.
    scene.send(inside(pair).with("Authorization", "Bearer x")).await.expect(401);
    // The cookie comes along from other pages too, where a browser is too old: those change nothing.
    let foreign =
        Request::post("/api/v1/videos/upload").form(&[("video", Some("a"), b"abc")]).with("Cookie", pair);
    scene.send(foreign.clone().with("Origin", "http://evil.org")).await.expect(403);
    scene.send(foreign.with("Origin", "http://localhost")).await.expect(201);

    let end = Request::new("DELETE", SESSION).with("Cookie", pair);
    let ended = scene.send(end).await.expect(204);
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
    scene.send(inside(pair)).await.expect(401);

    let pair = scene.session(&key).await;
    clock.advance(Duration::from_secs(999));
    scene.send(inside(&pair)).await.expect(200);
    clock.advance(Duration::from_secs(2));
    scene.send(inside(&pair)).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_key_opens_no_session_and_is_not_repeated() {
    let scene = Scene::idle().await;
    let key = scene.key("a", Scope::Write, None).await;
    let bad = format!("{}{}", &key[..key.len() - 1], if key.ends_with('0') { '1' } else { '0' });
    for (status, body) in [
        (401, json!({"key": bad})),
        (401, json!({"key": "x"})),
        (422, json!({"key": [bad]})),
        (422, json!({"kee": bad})),
        (422, json!(bad)),
    ] {
        let refused = scene.post(SESSION, &body).await.expect(status);
        assert_eq!(refused.header("set-cookie"), "");
        assert!(!String::from_utf8_lossy(&refused.body).contains(&bad), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_link_opens_one_result_for_a_while() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions { clock: clock.clone(), ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Write, None).await;
    let ours = scene.as_key(&key);
    let upload = ours.upload("in.bin", b"abcdef").await;
    let job = ours.copy(&upload, json!({"name": "out.mp4", "mime": "video/mp4"})).await;
    assert_eq!(ours.ended(&job).await["status"], "completed");
    let links = format!("/api/v1/jobs/{job}/links");
    let made = ours.post(&links, &json!({"name": "out.mp4", "expires_secs": 100})).await.expect(201).json();
    let url = text(&made["url"]);
    assert_eq!(scene.get(&url).await.expect(200).body, b"abcdef");
    assert_eq!(scene.send(Request::get(&url).with("Range", "bytes=2-3")).await.expect(206).body, b"cd");
    scene.send(Request::new("HEAD", &url)).await.expect(200);
    scene.get(&format!("{url}&download=true")).await.expect(200);
    // Nothing else, no other way, not changed, not later.
    scene.send(Request::post(&url)).await.expect(401);
    let (path, query) = url.split_once('?').unwrap();
    scene.get(path).await.expect(401);
    scene.get(&format!("/api/v1/jobs/{job}?{query}")).await.expect(401);
    scene.get(&format!("{}?{query}", path.replace("out.mp4", "out.mp3"))).await.expect(403);
    scene.get(&format!("{path}/?{query}")).await.expect(403);
    scene.get(&url.replace("expires=", "expires=9")).await.expect(403);
    clock.advance(Duration::from_secs(101));
    scene.get(&url).await.expect(403);

    ours.post(&links, &json!({"name": "none"})).await.expect(422);
    ours.post(&links, &json!({"name": "out.mp4", "expires_secs": 0})).await.expect(422);
    ours.post(&links, &json!({"name": "out.mp4", "expires_secs": 2_592_001})).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_nobody_else_does() {
    let clock = Clock::default();
    let rate = Some(RateLimit { per_sec: 1, burst: 3 });
    let scene = Scene::with(ServerOptions { clock: clock.clone(), rate, ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Read, None).await;
    let other = scene.key("b", Scope::Read, None).await;
    // A machine under load may take seconds for this: one more each second comes in.
    let refused = loop {
        let answer = scene.as_key(&key).get(JOBS).await;
        assert_eq!(answer.header("ratelimit-policy"), "\"tenant\";q=3;w=3");
        if answer.status == 429 {
            break answer.expect(429);
        }
        answer.expect(200);
    };
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.header("ratelimit").starts_with("\"tenant\";r=0;"));
    scene.as_key(&other).get(JOBS).await.expect(200);
    clock.advance(Duration::from_secs(1));
    scene.as_key(&key).get(JOBS).await.expect(200);
    // Whether the process lives is told however often somebody asks.
    for _ in 0..10 {
        scene.get("/livez").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_a_proxy_and_a_bare_address_are_let_in() {
    let scene = Scene::idle().await;
    let key = scene.key("a", Scope::Read, None).await;
    let ask = Request::get(JOBS).with("Authorization", &format!("bearer {key}"));
    scene.send(ask.clone().with("X-Forwarded-For", "10.0.0.1")).await.expect(200);
    scene.send(ask.clone().with("Host", "192.168.1.5:8080")).await.expect(200);
    scene.send(ask.with("Host", "evil.org")).await.expect(421);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_stores_what_it_may_and_another_is_not_asked() {
    let scene = Scene::with(ServerOptions { stored_bytes_max: 5, ..ServerOptions::default() }).await;
    let ours = scene.key("a", Scope::Write, None).await;
    let theirs = scene.key("b", Scope::Write, None).await;
    let form = |bytes: &[u8]| Request::post("/api/v1/videos/upload").form(&[("video", Some("a"), bytes)]);
    let first = scene.as_key(&ours).upload("a", b"abc").await;
    scene.as_key(&ours).send(form(b"def")).await.expect(413);
    // The same bytes again are bytes again: what is stored once tells nobody anything.
    scene.as_key(&ours).send(form(b"abc")).await.expect(413);
    scene.as_key(&theirs).send(form(b"abcde")).await.expect(201);
    scene.as_key(&theirs).send(form(b"")).await.expect(413);
    scene.as_key(&ours).send(Request::new("DELETE", &format!("/api/v1/videos/{first}"))).await.expect(204);
    scene.as_key(&ours).send(form(b"def")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_jobs_made_counts_as_well() {
    let scene = Scene::with(ServerOptions { stored_bytes_max: 7, ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Write, None).await;
    let ours = scene.as_key(&key);
    let upload = ours.upload("a", b"abc").await;
    let job = ours.copy(&upload, json!({})).await;
    ours.get(&format!("{JOBS}/{job}?wait=60")).await.expect(200);
    let form = |bytes: &[u8]| Request::post("/api/v1/videos/upload").form(&[("video", Some("b"), bytes)]);
    ours.send(form(b"de")).await.expect(413);
    let last = text(&ours.send(form(b"d")).await.expect(201).json()["id"]);
    let body = json!({"pipeline": "copy", "sources": [{"upload": last}]});
    ours.send(Request::post(JOBS).json(&body)).await.expect(413);
    ours.send(Request::new("DELETE", &format!("{JOBS}/{job}"))).await.expect(204);
    ours.send(Request::post(JOBS).json(&body)).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_hears_how_much_of_it_a_tenant_may_have() {
    let scene = Scene::with(ServerOptions { tenant_running_max: 2, ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Read, None).await;
    scene.as_key(&key).get(JOBS).await.expect(200);
    let tenants = scene.engine.queue.tenants().await.unwrap();
    let bounds: Vec<_> = tenants.iter().map(|tenant| (tenant.id.as_str(), tenant.running_max)).collect();
    assert!(bounds.contains(&("a", 2)), "{bounds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_key_that_opened_it() {
    let clock = Clock::default();
    let scene = Scene::with(ServerOptions { clock: clock.clone(), ..ServerOptions::default() }).await;
    let key = scene.key("a", Scope::Read, None).await;
    let writer = scene.key("a", Scope::Write, None).await;
    let listen = Request::get("/api/v1/events").with("Authorization", &format!("Bearer {key}"));
    let mut events = listen.listen(scene.address).await;
    assert_eq!(events.next().await.unwrap().name, "ready");
    scene.keys().await.revoke(key.split('_').nth(1).unwrap(), None).await.unwrap();
    clock.advance(Duration::from_secs(2));
    let upload = scene.as_key(&writer).upload("in.bin", b"abc").await;
    scene.as_key(&writer).copy(&upload, json!({})).await;
    assert_eq!(events.next().await, None);
}

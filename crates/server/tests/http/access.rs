//! Every route of the document against whoever may not: nobody, too little, somebody else, a key that is over.
//!
//! The routes come from the document, and what each needs is written here once more: a new one that nobody thought
//! about fails.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reel_server::{Clock, Scope, ServerOptions};
use serde_json::{Value, json};

use super::client::Request;
use super::scene::{Scene, text};

/// What a route needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Needs {
    Nothing,
    Read,
    Write,
    Admin,
    /// Admin of the tenant `local`.
    Operator,
}

use Needs::{Admin, Nothing, Operator, Read, Write};

const NEEDS: [(&str, Needs); 60] = [
    ("POST /videos/upload", Write),
    ("GET /videos", Read),
    ("GET /videos/{id}", Read),
    ("DELETE /videos/{id}", Write),
    ("GET /videos/{id}/outputs", Read),
    ("GET /videos/{id}/content", Read),
    ("POST /videos/{id}/excerpt", Write),
    ("POST /videos/{id}/transcode", Write),
    ("OPTIONS /uploads", Nothing),
    ("POST /uploads", Write),
    ("POST /uploads/fetch", Write),
    ("HEAD /uploads/{id}", Read),
    ("GET /uploads/{id}", Read),
    ("PATCH /uploads/{id}", Write),
    ("POST /uploads/{id}", Write),
    ("DELETE /uploads/{id}", Write),
    ("GET /jobs", Read),
    ("POST /jobs", Write),
    ("GET /jobs/{id}", Read),
    ("PATCH /jobs/{id}", Write),
    ("DELETE /jobs/{id}", Write),
    ("POST /jobs/{id}/cancel", Write),
    ("POST /jobs/{id}/retry", Write),
    ("GET /jobs/{id}/tasks", Read),
    ("GET /jobs/{id}/report", Read),
    ("GET /jobs/{id}/log", Read),
    ("GET /jobs/{id}/events", Read),
    ("GET /jobs/{id}/sources/{index}", Read),
    ("GET /jobs/{id}/artifacts/{path}", Read),
    ("GET /jobs/{id}/pictures", Read),
    ("GET /jobs/{id}/pictures/{index}", Read),
    ("POST /jobs/{id}/links", Write),
    ("GET /events", Read),
    ("GET /pipelines", Read),
    ("GET /pipelines/{name}", Read),
    ("GET /models", Read),
    ("GET /system/gpu/status", Read),
    ("GET /system/doctor", Operator),
    ("GET /system/workers", Read),
    ("POST /system/workers/{id}/drain", Operator),
    ("GET /system/queue", Read),
    ("POST /system/queue/pause", Operator),
    ("POST /system/queue/resume", Operator),
    ("GET /keys", Admin),
    ("POST /keys", Admin),
    ("POST /keys/{id}/rotate", Admin),
    ("DELETE /keys/{id}", Admin),
    ("GET /webhooks", Admin),
    ("POST /webhooks", Admin),
    ("GET /webhooks/{id}", Admin),
    ("PATCH /webhooks/{id}", Admin),
    ("DELETE /webhooks/{id}", Admin),
    ("POST /webhooks/{id}/rotate", Admin),
    ("POST /webhooks/{id}/ping", Admin),
    ("POST /webhooks/{id}/replay", Admin),
    ("GET /webhooks/deliveries", Admin),
    ("POST /webhooks/deliveries/{id}/replay", Admin),
    ("GET /session", Read),
    ("POST /session", Nothing),
    ("DELETE /session", Nothing),
];

/// Routes of the document without what every reel tells everybody.
fn needs() -> BTreeMap<(String, String), Needs> {
    let document = serde_json::to_value(reel_server::document()).unwrap();
    let known: BTreeMap<&str, Needs> = NEEDS.into_iter().collect();
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{} {}", method.to_uppercase(), path.strip_prefix("/api/v1").unwrap());
            if matches!(name.as_str(), "GET /livez" | "GET /readyz") {
                continue;
            }
            let needs = *known.get(name.as_str()).unwrap_or_else(|| panic!("nobody says what {name} needs"));
            let declared = match needs {
                Nothing => json!([]),
                Read => json!([{"key": ["read"]}, {"session": ["read"]}]),
                Write => json!([{"key": ["write"]}, {"session": ["write"]}]),
                Admin | Operator => json!([{"key": ["admin"]}, {"session": ["admin"]}]),
            };
            assert_eq!(operation["security"], declared, "{name}");
            seen.insert(name);
            found.insert((method.to_uppercase(), path.clone()), needs);
        }
    }
    let gone: Vec<_> = known.keys().filter(|name| !seen.contains(**name)).collect();
    assert!(gone.is_empty(), "no longer there: {gone:?}");
    found
}

/// A request that this route would take if whoever asks may.
fn request(method: &str, path: &str, ids: &Ids) -> Request {
    let id = match path {
        path if path.contains("/deliveries/") => &ids.delivery,
        path if path.contains("/webhooks/") => &ids.webhook,
        path if path.contains("/jobs/") => &ids.job,
        path if path.contains("/videos/") || path.contains("/uploads/") => &ids.upload,
        path if path.contains("/keys/") => &ids.key,
        _ => "x",
    };
    let filled = path
        .replace("{id}", id)
        .replace("{name}", "copy")
        .replace("{path}", "out.bin")
        .replace("{index}", "0");
    let joint = if path.contains('?') { '&' } else { '?' };
    let filled = if path.contains("/pictures") { format!("{filled}{joint}name=out.bin") } else { filled };
    let request = Request::new(method, &filled).with("Tus-Resumable", "1.0.0").with("Upload-Offset", "0");
    let bytes = "application/offset+octet-stream";
    match (method, path.strip_prefix("/api/v1").unwrap()) {
        ("POST", "/videos/upload") => request.form(&[("video", Some("a"), b"abc")]),
        ("POST", "/uploads") => request.with("Upload-Length", "3"),
        ("POST", "/uploads/fetch") => request.json(&json!({"url": "http://127.0.0.1/"})),
        ("PATCH", "/uploads/{id}") => request.with("Content-Type", bytes).bytes("abc"),
        ("POST", "/uploads/{id}") => request.with("X-HTTP-Method-Override", "DELETE"),
        ("POST", "/jobs") => request.json(&json!({"pipeline": "copy", "sources": [{"upload": ids.upload}]})),
        ("PATCH", "/jobs/{id}") => request.json(&json!({"priority": 1})),
        ("POST", "/videos/{id}/excerpt") => request.json(&json!({})),
        ("POST", "/jobs/{id}/links") => request.json(&json!({"name": "out.bin"})),
        ("POST", "/videos/{id}/transcode") => request.json(&json!({"pipeline": "copy"})),
        ("POST", "/keys") => request.json(&json!({"name": "n", "scope": "read"})),
        ("POST", "/keys/{id}/rotate") => request.json(&json!({})),
        ("POST", "/webhooks") => request.json(&json!({"url": "http://hooks.invalid/"})),
        ("PATCH", "/webhooks/{id}") => request.json(&json!({"enabled": false})),
        ("POST", "/webhooks/{id}/rotate") => request.json(&json!({})),
        ("POST", "/session") => request.json(&json!({"key": "x"})),
        _ => request,
    }
}

/// What one tenant has.
struct Ids {
    upload: String,
    job: String,
    key: String,
    webhook: String,
    delivery: String,
}

/// A webhook that was sent a ping, and that.
async fn pinged(scene: &Scene, key: &str) -> (String, String) {
    let url = json!({"url": "http://hooks.invalid/"});
    let made = scene.as_key(key).post("/api/v1/webhooks", &url).await.expect(201).json();
    let webhook = text(&made["id"]);
    let ping = Request::post(&format!("/api/v1/webhooks/{webhook}/ping"));
    let delivery = text(&scene.as_key(key).send(ping).await.expect(202).json()["id"]);
    (webhook, delivery)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_any_route_without_a_key_that_is_good_for_it() {
    let clock = Clock::default();
    let scene =
        Scene::with(ServerOptions { clock: clock.clone(), rate: None, ..ServerOptions::default() }).await;
    let write = scene.key("a", Scope::Write, None).await;
    let upload = scene.as_key(&write).upload("in.bin", b"abc").await;
    let job = scene.as_key(&write).copy(&upload, json!({"name": "out.bin"})).await;
    assert_eq!(scene.as_key(&write).ended(&job).await["status"], "completed");
    let (webhook, delivery) = pinged(&scene, &scene.key("a", Scope::Admin, None).await).await;
    let ids = Ids { upload, job, key: id_of(&write), webhook, delivery };

    let short = scene.key("a", Scope::Admin, Some(Duration::from_secs(60))).await;
    let session_of_short = scene.session(&short).await;
    let revoked = scene.key("a", Scope::Admin, None).await;
    let session_of_revoked = scene.session(&revoked).await;
    let ring = scene.keys().await;
    ring.revoke(&id_of(&revoked), None).await.unwrap();
    clock.advance(Duration::from_secs(61));
    let unknown = format!("{}{}", &write[..write.len() - 1], if write.ends_with('0') { '1' } else { '0' });
    let read = scene.key("a", Scope::Read, None).await;
    let admin = scene.key("a", Scope::Admin, None).await;

    for ((method, path), needs) in needs() {
        let asked = request(&method, &path, &ids);
        let case = format!("{method} {path}");
        if needs == Nothing {
            continue;
        }
        let strangers = [
            asked.clone(),
            asked.clone().with("Authorization", &format!("Bearer {short}")),
            asked.clone().with("Authorization", &format!("Bearer {revoked}")),
            asked.clone().with("Authorization", &format!("Bearer {unknown}")),
            asked.clone().with("Authorization", &format!("Basic {write}")),
            asked.clone().with("Authorization", "Bearer"),
            asked.clone().with("Authorization", "Bearer \u{e4}"),
            asked.clone().with("Authorization", &format!("Bearer {admin}")).and("Authorization", "Bearer x"),
            asked.clone().with("Cookie", &session_of_short),
            asked.clone().with("Cookie", &session_of_revoked),
            asked.clone().with("Cookie", "reel_session=x"),
            asked.clone().with("X-Api-Key", &admin),
        ];
        for (number, stranger) in strangers.into_iter().enumerate() {
            let answer = scene.send(stranger).await;
            assert_eq!(answer.status, 401, "{case}, stranger {number}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"reel\"", "{case}");
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            for key in [&short, &revoked, &unknown, &write, &admin] {
                assert!(!said.contains(key.rsplit('_').next().unwrap()), "{case}: {said}");
            }
        }
        // A key in the address is no key.
        let with_query = request(&method, &format!("{path}?key={admin}"), &ids);
        assert_eq!(scene.send(with_query).await.status, 401, "{case}");

        let too_little: &[&String] = match needs {
            Nothing | Read => &[],
            Write => &[&read],
            Admin => &[&read, &write],
            // The admin of a tenant does not run the server.
            Operator => &[&read, &write, &admin],
        };
        for key in too_little {
            let answer = scene.send(asked.clone().with("Authorization", &format!("Bearer {key}"))).await;
            assert_eq!(answer.status, 403, "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tenant_has_is_not_there_on_any_route() {
    let scene = Scene::with(ServerOptions { rate: None, ..ServerOptions::default() }).await;
    let ours = scene.key("a", Scope::Admin, None).await;
    let theirs = scene.key("b", Scope::Admin, None).await;
    let upload = scene.as_key(&ours).upload("in.bin", b"abc").await;
    let job = scene.as_key(&ours).copy(&upload, json!({"name": "out.bin"})).await;
    assert_eq!(scene.as_key(&ours).ended(&job).await["status"], "completed");
    let (webhook, delivery) = pinged(&scene, &ours).await;
    let ids = Ids { upload, job, key: id_of(&ours), webhook, delivery };
    let nowhere = Ids {
        upload: other(&ids.upload),
        job: other(&ids.job),
        key: other(&ids.key),
        webhook: other(&ids.webhook),
        delivery: format!("{}9", ids.delivery),
    };

    let mut tried = 0;
    for ((method, path), needs) in needs() {
        let names_theirs = [
            "/jobs/{id}",
            "/videos/{id}",
            "/uploads/{id}",
            "/keys/{id}",
            "/webhooks/{id}",
            "/deliveries/{id}",
        ]
        .iter()
        .any(|part| path.contains(part));
        let is_submit = (method.as_str(), path.as_str()) == ("POST", "/api/v1/jobs");
        if needs == Nothing || !(names_theirs || is_submit) {
            continue;
        }
        tried += 1;
        let bearer = format!("Bearer {theirs}");
        let of_ours = scene.send(request(&method, &path, &ids).with("Authorization", &bearer)).await;
        let of_none = scene.send(request(&method, &path, &nowhere).with("Authorization", &bearer)).await;
        let status = if is_submit { 422 } else { 404 };
        assert_eq!((of_ours.status, of_none.status), (status, status), "{method} {path}");
        // The two answers differ in the name that was asked for and in nothing else.
        let plain = |body: &[u8], ids: &Ids| {
            let said = String::from_utf8_lossy(body).into_owned();
            let said = said.replace(&ids.job, "ID").replace(&ids.upload, "ID").replace(&ids.key, "ID");
            said.replace(&ids.webhook, "ID").replace(&format!("delivery {}", ids.delivery), "delivery ID")
        };
        assert_eq!(plain(&of_ours.body, &ids), plain(&of_none.body, &nowhere), "{method} {path}");
    }
    assert!(tried >= 30, "{tried}");
    // Nothing of that changed what is ours.
    let job = scene.as_key(&ours).ended(&ids.job).await;
    assert_eq!(job["outputs"].as_array().unwrap().len(), 1, "{job}");
    scene.as_key(&ours).get(&format!("/api/v1/videos/{}", ids.upload)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_same_everywhere_is_told_to_everybody() {
    let scene = Scene::idle().await;
    scene.key("local", Scope::Read, None).await;
    for path in ["/", "/livez", "/readyz", "/api/v1/livez", "/api/v1/readyz", "/api/v1/openapi.json"] {
        scene.get(path).await.expect(200);
    }
    scene.get("/none").await.expect(404);
}

/// The same with another last letter.
fn other(id: &str) -> String {
    let last = if id.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &id[..id.len() - 1])
}

fn id_of(key: &str) -> String {
    key.split('_').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_streams_hold_the_callers_own() {
    let scene = Scene::with(ServerOptions { rate: None, ..ServerOptions::default() }).await;
    let ours = scene.key("a", Scope::Write, None).await;
    let theirs = scene.key("b", Scope::Write, None).await;
    let listen = |key: &str| {
        let request = Request::get("/api/v1/events").with("Authorization", &format!("Bearer {key}"));
        let address = scene.address;
        async move { request.listen(address).await }
    };
    let (mut our_events, mut their_events) = (listen(&ours).await, listen(&theirs).await);
    let mut jobs = BTreeMap::new();
    for key in [&ours, &theirs] {
        let upload = scene.as_key(key).upload("in.bin", b"the same bytes").await;
        let job = scene.as_key(key).copy(&upload, json!({"name": "out.bin"})).await;
        assert_eq!(scene.as_key(key).ended(&job).await["status"], "completed");
        jobs.insert(key.clone(), job);
    }
    assert_ne!(jobs[&ours], jobs[&theirs], "the same work of two tenants is two jobs");
    for (key, events) in [(&ours, &mut our_events), (&theirs, &mut their_events)] {
        let page = scene.as_key(key).get("/api/v1/jobs").await.expect(200).json();
        let ids: Vec<String> = page["items"].as_array().unwrap().iter().map(|job| text(&job["id"])).collect();
        assert_eq!(ids, [jobs[key].clone()]);
        let videos = scene.as_key(key).get("/api/v1/videos").await.expect(200).json();
        assert_eq!(videos["items"].as_array().unwrap().len(), 1);
        let is_end = |data: &Value| data["job_id"] == jobs[key].as_str() && data["status"] == "completed";
        loop {
            let heard = events.next().await.unwrap();
            if heard.name == "ready" {
                continue;
            }
            assert_eq!(heard.data["job_id"], jobs[key].as_str(), "{heard:?}");
            if heard.name == "job" && is_end(&heard.data) {
                break;
            }
        }
    }
    // Replay is filtered as well, also where it comes from the log.
    let again = Request::get("/api/v1/events").with("Last-Event-ID", "0");
    let again = again.with("Authorization", &format!("Bearer {theirs}"));
    let mut events = again.listen(scene.address).await;
    let first = events.next().await.unwrap();
    assert_eq!(first.data["job_id"], jobs[&theirs].as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_one_tenant_do_not_hold_up_another() {
    let scene = Scene::idle().await;
    let ours = scene.key("a", Scope::Write, None).await;
    let theirs = scene.key("b", Scope::Write, None).await;
    let our_upload = scene.as_key(&ours).upload("in.bin", b"the same bytes").await;
    let their_upload = scene.as_key(&theirs).upload("in.bin", b"the same bytes").await;
    scene.as_key(&ours).copy(&our_upload, json!({})).await;
    assert_eq!(scene.stored().len(), 1, "the same bytes are stored once");
    // Our job is open and reads these bytes; to the other tenant that is no reason, and no news.
    let path = format!("/api/v1/videos/{their_upload}");
    scene.as_key(&theirs).send(Request::new("DELETE", &path)).await.expect(204);
    assert_eq!(scene.stored().len(), 1);
    let path = format!("/api/v1/videos/{our_upload}");
    scene.as_key(&ours).send(Request::new("DELETE", &path)).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_not_whole_is_its_owners_alone() {
    let scene = Scene::idle().await;
    let ours = scene.key("a", Scope::Write, None).await;
    let theirs = scene.key("b", Scope::Write, None).await;
    let tus = |method: &str, path: &str| Request::new(method, path).with("Tus-Resumable", "1.0.0");
    let begin = tus("POST", "/api/v1/uploads").with("Upload-Length", "3");
    let path = scene.as_key(&ours).send(begin).await.expect(201).header("location").to_owned();
    let more = tus("PATCH", &path)
        .with("Content-Type", "application/offset+octet-stream")
        .with("Upload-Offset", "0");
    for request in [tus("HEAD", &path), tus("GET", &path), more.clone().bytes("abc"), tus("DELETE", &path)] {
        assert_eq!(scene.as_key(&theirs).send(request).await.status, 404);
    }
    scene.as_key(&ours).send(more.bytes("abc")).await.expect(204);
    assert_eq!(scene.as_key(&theirs).send(tus("HEAD", &path)).await.status, 404);
    assert_eq!(scene.as_key(&ours).send(tus("HEAD", &path)).await.status, 200);
}

//! Jobs: made, joined, waited for, stopped, forgotten.

use reel_types::{EventKind, JobId, JobState, TaskState};
use serde_json::{Value, json};

use super::client::Request;
use super::scene::{Scene, text};

const JOBS: &str = "/api/v1/jobs";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_made_waited_for_and_delivered() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let body = json!({"pipeline": "copy", "sources": [{"upload": upload}]});
    let answer = scene.post(JOBS, &body).await.expect(202);
    let made = answer.json();
    assert_eq!((&made["id"], &made["created"]), (&made["job_id"], &json!(true)));
    let id = text(&made["id"]);
    assert_eq!(answer.header("location"), format!("{JOBS}/{id}"));
    let ended = scene.ended(&id).await;
    assert_eq!(ended["status"], "completed");
    assert_eq!(ended["progress"]["done_fraction"], 1.0);
    assert_eq!(ended["metadata"], json!({"copied": true}));
    let bytes = scene.get(&text(&ended["outputs"][0]["url"])).await.expect(200).body;
    assert_eq!(bytes, b"abc");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_made_is_the_source_of_another() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let first = scene.copy(&upload, json!({})).await;
    scene.ended(&first).await;
    let source = json!({"artifact": {"job": first, "name": "out.bin"}});
    let body = json!({"pipeline": "copy", "sources": [source]});
    let second = text(&scene.post(JOBS, &body).await.expect(202).json()["id"]);
    assert_eq!(scene.ended(&second).await["status"], "completed");
    assert_ne!(first, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_job_asked_again_is_joined_and_a_cancelled_one_goes_on() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let body = json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": {"name": "x"}});
    let first = scene.post(JOBS, &body).await.expect(202).json();
    let again = scene.post(JOBS, &body).await.expect(202).json();
    assert_eq!((&again["id"], &again["created"]), (&first["id"], &json!(false)));
    let cancel = format!("{JOBS}/{}/cancel", text(&first["id"]));
    assert_eq!(scene.send(Request::post(&cancel)).await.expect(200).json()["status"], "cancelled");
    let third = scene.post(JOBS, &body).await.expect(202).json();
    assert_eq!((&third["id"], &third["status"]), (&first["id"], &json!("queued")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_its_field() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let sources = json!([{"upload": upload}]);
    let check = async |body: Value, field: &str| {
        let problem = scene.post(JOBS, &body).await.expect(422).json();
        assert_eq!(problem["field"], field, "{problem}");
    };
    check(json!({"pipeline": "none", "sources": sources}), "pipeline").await;
    check(json!({"pipeline": "copy", "sources": []}), "sources").await;
    check(json!({"pipeline": "copy"}), "sources").await;
    check(json!({"pipeline": "copy", "sources": [{"upload": "none"}]}), "sources[0]").await;
    check(json!({"pipeline": "copy", "sources": [{"path": "/etc/passwd"}]}), "sources[0]").await;
    check(json!({"pipeline": "copy", "sources": ["/etc/passwd"]}), "sources[0]").await;
    check(json!({"pipeline": "copy", "sources": sources, "priority": 1000}), "priority").await;
    let params = |params: Value| json!({"pipeline": "copy", "sources": sources, "params": params});
    check(params(json!({"chunks": "many"})), "params.chunks").await;
    check(params(json!({"chunks": 1000})), "params.chunks").await;
    check(params(json!({"what": 1})), "params.what").await;
    check(params(json!({"fail": true, "hold": true})), "params").await;
    assert!(scene.get(JOBS).await.expect(200).json()["items"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_command_line_fills_in_does_not_come_from_outside() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let body = json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": {"folder": "/etc"}});
    let problem = scene.post(JOBS, &body).await.expect(422).json();
    assert_eq!(problem["field"], "params.folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_says_why_and_can_be_tried_again() {
    let scene = Scene::new().await;
    let upload = scene.upload("my a.mp4", b"abc").await;
    let job = scene.copy(&upload, json!({"fail": true})).await;
    let ended = scene.ended(&job).await;
    assert_eq!(ended["status"], "failed");
    let said = (&ended["error"]["message"], &ended["error"]["hint"]);
    assert_eq!(said, (&json!("my a.mp4 was told to fail"), &json!("see x.log")));
    let log = scene.get(&format!("{JOBS}/{job}/log")).await.expect(200).json();
    let lines: Vec<String> = log.as_array().unwrap().iter().map(|line| text(&line["message"])).collect();
    assert!(lines.last().unwrap().contains("my a.mp4 was told to fail"), "{lines:?}");
    // Where it lies is said nowhere.
    let folder = scene.folder().path().file_name().unwrap().to_str().unwrap().to_owned();
    let one = format!("{JOBS}/{job}");
    for path in ["", "/tasks", "/report", "/log", "/events"].map(|below| one.clone() + below) {
        let told = String::from_utf8(scene.get(&path).await.expect(200).body).unwrap();
        assert!(!told.contains("objects/") && !told.contains(&folder), "{path}: {told}");
    }
    let report = scene.get(&format!("{JOBS}/{job}/report")).await.expect(200).json();
    assert_eq!(report["attempts_failed"], 1);
    scene.send(Request::post(&format!("{JOBS}/{job}/retry"))).await.expect(200);
    assert_eq!(scene.ended(&job).await["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_committed_once_a_cancel_was_answered() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let path = format!("{JOBS}/{job}/events");
    let mut events = Request::get(&path).listen(scene.address).await;
    events.until(|heard| heard.data["task_id"] == "0.run.0" && heard.data["status"] == "leased").await;
    let cancelled = scene.send(Request::post(&format!("{JOBS}/{job}/cancel"))).await.expect(200).json();
    assert_eq!(cancelled["status"], "cancelled");
    let at_answer = scene.engine.queue.tasks(&JobId::new(&job)).await.unwrap();
    assert!(at_answer.iter().all(|task| task.state.is_terminal()));
    scene.send(Request::post(&format!("{JOBS}/{job}/cancel"))).await.expect(200);
    // Another job passes through the same worker; by then the first one's attempt has ended as well.
    let other = scene.copy(&upload, json!({})).await;
    assert_eq!(scene.ended(&other).await["status"], "completed");
    let all = scene.engine.queue.events(Some(&JobId::new(&job)), 0, 1000).await.unwrap();
    let end =
        all.iter().position(|event| matches!(event.kind, EventKind::Job { state } if state.is_terminal()));
    let after = &all[end.unwrap()..];
    let is_done = |kind: &EventKind| matches!(kind, EventKind::Task { state: TaskState::Done, .. });
    assert!(!after.iter().any(|event| is_done(&event.kind)), "{after:?}");
}

/// Half of them run until they are stopped, half are about to finish by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_cancels_leaves_no_job_that_commits_afterwards() {
    const HELD: usize = 30;
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let mut events = Request::get("/api/v1/events").listen(scene.address).await;
    let mut jobs = Vec::new();
    for count in 0..HELD {
        jobs.push(scene.copy(&upload, json!({"hold": true, "name": format!("held{count}")})).await);
    }
    for _ in 0..HELD {
        events.until(|heard| heard.data["task_id"] == "0.run.0" && heard.data["status"] == "leased").await;
    }
    for count in 0..HELD {
        jobs.push(scene.copy(&upload, json!({"chunks": 3, "name": format!("quick{count}")})).await);
    }
    let mut cancels = tokio::task::JoinSet::new();
    for job in jobs {
        let address = scene.address;
        cancels.spawn(async move {
            let answer = Request::post(&format!("{JOBS}/{job}/cancel")).send(address).await;
            (job, answer.status)
        });
    }
    let answers = cancels.join_all().await;
    let after: Vec<u64> = newest_seqs(&scene, &answers).await;
    // Everything that still ran has come to its end once another job has passed.
    let last = scene.copy(&upload, json!({"name": "last"})).await;
    assert_eq!(scene.ended(&last).await["status"], "completed");
    for ((job, status), seq) in answers.iter().zip(after) {
        let job_id = JobId::new(job);
        let state = scene.engine.queue.job(&job_id).await.unwrap().unwrap().state;
        match status {
            200 => assert_eq!(state, JobState::Cancelled, "{job}"),
            409 => assert_eq!(state, JobState::Completed, "{job}"),
            other => panic!("{job}: {other}"),
        }
        let later = scene.engine.queue.events(Some(&job_id), seq, 1000).await.unwrap();
        assert!(later.is_empty(), "{job}: {later:?}");
    }
    assert!(answers.iter().filter(|(_, status)| *status == 200).count() >= HELD);
}

/// The last event of each job.
async fn newest_seqs(scene: &Scene, answers: &[(String, u16)]) -> Vec<u64> {
    let mut seqs = Vec::new();
    for (job, _) in answers {
        let all = scene.engine.queue.events(Some(&JobId::new(job)), 0, 1000).await.unwrap();
        seqs.push(all.last().unwrap().seq);
    }
    seqs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_job_is_neither_cancelled_nor_retried_but_forgotten() {
    let scene = Scene::new().await;
    let url = scene.result(b"abc", "a.bin", "video/mp4").await;
    let job = url.split('/').nth(4).unwrap();
    scene.send(Request::post(&format!("{JOBS}/{job}/cancel"))).await.expect(409);
    scene.send(Request::post(&format!("{JOBS}/{job}/retry"))).await.expect(409);
    let delete = Request::new("DELETE", &format!("{JOBS}/{job}"));
    scene.send(delete.clone()).await.expect(204);
    scene.send(delete).await.expect(404);
    scene.get(&url).await.expect(404);
    scene.get(&format!("{JOBS}/{job}")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_under_way_cannot_be_forgotten() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    scene.send(Request::new("DELETE", &format!("{JOBS}/{job}"))).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_another_job_reads_stays() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let first = scene.copy(&upload, json!({})).await;
    scene.ended(&first).await;
    let source = json!({"artifact": {"job": first, "name": "out.bin"}});
    let body = json!({"pipeline": "copy", "sources": [source], "params": {"hold": true}});
    let reader = text(&scene.post(JOBS, &body).await.expect(202).json()["id"]);
    let delete = Request::new("DELETE", &format!("{JOBS}/{first}"));
    scene.send(delete.clone()).await.expect(409);
    scene.send(Request::post(&format!("{JOBS}/{reader}/cancel"))).await.expect(200);
    scene.send(delete).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_page_by_page_and_by_state() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let mut ids = Vec::new();
    for count in 1..=5 {
        ids.push(scene.copy(&upload, json!({"chunks": count})).await);
    }
    scene.send(Request::post(&format!("{JOBS}/{}/cancel", ids[0]))).await.expect(200);
    let mut seen = Vec::new();
    let mut path = format!("{JOBS}?limit=2");
    loop {
        let page = scene.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{JOBS}?limit=2&cursor={cursor}");
    }
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    assert_eq!(sorted(seen), sorted(ids.clone()));
    let cancelled = scene.get(&format!("{JOBS}?status=cancelled")).await.expect(200).json();
    assert_eq!(cancelled["items"].as_array().unwrap().len(), 1);
    scene.get(&format!("{JOBS}?status=odd")).await.expect(400);
    scene.get(&format!("{JOBS}?cursor=odd")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_over_answers_with_the_job_as_it_is() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({})).await;
    let shown = scene.get(&format!("{JOBS}/{job}?wait=1")).await.expect(200).json();
    assert_eq!(shown["status"], "queued");
    scene.get(&format!("{JOBS}/{job}?wait=61")).await.expect(400);
    scene.get(&format!("{JOBS}/none?wait=1")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tasks_of_a_job_are_told_with_their_tries() {
    let scene = Scene::new().await;
    let upload = scene.upload("a", b"abc").await;
    let job = scene.copy(&upload, json!({"chunks": 3})).await;
    scene.ended(&job).await;
    let tasks = scene.get(&format!("{JOBS}/{job}/tasks")).await.expect(200).json();
    let ids: Vec<String> = tasks.as_array().unwrap().iter().map(|task| text(&task["id"])).collect();
    assert_eq!(ids, ["0.plan.0", "0.run.0", "0.run.1", "0.run.2", "0.assemble.0"]);
    assert_eq!(tasks[1]["attempts"][0]["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_said_again_is_no_second_request() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let body =
        |name: &str| json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": {"name": name}});
    let named = |key: &str, name: &str| Request::post(JOBS).with("Idempotency-Key", key).json(&body(name));
    let first = scene.send(named("one", "x")).await.expect(202).json();
    let cancel = format!("{JOBS}/{}/cancel", text(&first["id"]));
    scene.send(Request::post(&cancel)).await.expect(200);
    let again = scene.send(named("one", "x")).await.expect(202).json();
    assert_eq!((&again["id"], &again["status"]), (&first["id"], &json!("cancelled")));
    scene.send(named("one", "y")).await.expect(409);
    let other = scene.send(named("two", "y")).await.expect(202).json();
    assert_ne!(other["id"], first["id"]);
    scene.send(named("a b", "y")).await.expect(400);
    scene.send(named(&"x".repeat(256), "y")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_can_be_moved_forward() {
    let scene = Scene::idle().await;
    let upload = scene.upload("a", b"abc").await;
    let job = format!("{JOBS}/{}", scene.copy(&upload, json!({})).await);
    let change = |body: Value| Request::new("PATCH", &job).json(&body);
    assert_eq!(scene.send(change(json!({"priority": 7}))).await.expect(200).json()["priority"], 7);
    assert_eq!(scene.get(&job).await.expect(200).json()["priority"], 7);
    assert_eq!(scene.send(change(json!({"priority": -3.0}))).await.expect(200).json()["priority"], -3);
    for odd in [json!(101), json!(1.5), json!(1e300), json!("1"), json!(null)] {
        scene.send(change(json!({"priority": odd}))).await.expect(422);
    }
    scene.send(change(json!({"priority": 1, "status": "completed"}))).await.expect(422);
}

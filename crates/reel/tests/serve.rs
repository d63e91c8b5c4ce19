//! `reel serve`, asked with curl as a person would.

#![expect(clippy::disallowed_methods, reason = "a test starts programs as a person does")]
#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reel_testkit::clips;
use rustix::process::Signal;
use serde_json::{Value, json};
use support::{Ran, Running, Scene, frame_hashes};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--json", "--device=cpu"];

/// A server under way.
struct Served<'a> {
    scene: &'a Scene,
    running: Running,
    url: String,
}

impl<'a> Served<'a> {
    fn start(scene: &'a Scene, more: &[&str]) -> Self {
        let mut running = scene.start(&[&SERVE[..], more].concat());
        let listening = running.wait_for(|record| record["type"] == "listening");
        Self { scene, running, url: listening["url"].as_str().unwrap().to_owned() }
    }

    /// What curl prints; fails when it cannot reach the server.
    #[track_caller]
    fn curl(&self, path: &str, args: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.args(["-sS", "--max-time", "120"]).args(args).arg(format!("{}{path}", self.url));
        command.current_dir(self.scene.path("")).stdin(Stdio::null());
        Ran::of(command).expect(0).stdout
    }

    #[track_caller]
    fn json(&self, path: &str, args: &[&str]) -> Value {
        let said = self.curl(path, args);
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    fn upload(&self, name: &str) -> String {
        text(&self.json("/api/v1/videos/upload", &["-F", &format!("video=@{name}")])["id"])
    }

    fn submit(&self, body: &Value) -> String {
        let body = body.to_string();
        let args = ["-H", "Content-Type: application/json", "-d", &body];
        text(&self.json("/api/v1/jobs", &args)["id"])
    }

    fn ended(&self, job: &str) -> Value {
        self.json(&format!("/api/v1/jobs/{job}?wait=60"), &[])
    }

    fn stop(self) {
        let scene = self.scene;
        self.stop_beside();
        scene.no_process_is_left();
    }

    /// While another one goes on.
    fn stop_beside(self) {
        self.running.signal(Signal::TERM);
        assert!(self.running.ends_within(Duration::from_secs(20)), "it did not end");
        self.running.end().expect(0);
    }
}

/// Nothing where there is no curl.
fn scene_with_curl() -> Option<Scene> {
    let mut command = Command::new("curl");
    let is_here = command.arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_here {
        eprintln!("skipped: curl is not here; scripts/setup brings it");
    }
    is_here.then(Scene::new)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn sha256(path: &Path) -> String {
    reel_store::sha256_of_file(path).unwrap().1
}

#[test]
fn the_transcoding_lines_of_the_guide_work_as_they_stand() {
    let Some(scene) = scene_with_curl() else { return };
    let clip = scene.clip(&clips::with_audio(), "test.mp4");
    let served = Served::start(&scene, &[]);

    let upload = served.json("/api/v1/videos/upload", &["-X", "POST", "-F", "video=@test.mp4"]);
    assert_eq!(upload["sha256"], sha256(&clip));
    assert_eq!((&upload["metadata"]["width"], &upload["mime"]), (&json!(320), &json!("video/mp4")));
    let path = format!("/api/v1/videos/{}/transcode", text(&upload["id"]));
    let body = r#"{
        "resolution": "720p",
        "codec": "h264",
        "preset": "fast"
    }"#;
    let line = ["-X", "POST", "-H", "Content-Type: application/json", "-d", body];
    let accepted = served.json(&path, &line);
    let job = served.ended(&text(&accepted["job_id"]));
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["metadata"]["gpu_enabled"], false);
    assert!(job["metadata"]["processing_speed"].as_f64() > Some(0.0));

    let output = &job["outputs"][0];
    served.curl(&text(&output["url"]), &["-o", "out.mp4"]);
    assert_eq!(sha256(&scene.path("out.mp4")), text(&output["sha256"]));
    frame_hashes(&scene.path("out.mp4"));

    let gpu = served.json("/api/v1/system/gpu/status", &[]);
    let words = ["available", "nvenc_supported", "device_count", "devices"];
    assert!(words.iter().all(|word| !gpu[word].is_null()), "{gpu}");
    served.stop();
}

#[test]
fn the_cpu_can_be_forced_and_a_bitrate_be_a_number() {
    let Some(scene) = scene_with_curl() else { return };
    scene.clip(&clips::cfr_h264(2), "test.mp4");
    let served = Served::start(&scene, &[]);
    let path = format!("/api/v1/videos/{}/transcode", served.upload("test.mp4"));
    for body in [
        r#"{"resolution": "1080p", "codec": "h264", "preset": "medium", "bitrate": 5000000}"#,
        r#"{"resolution": "1080p", "codec": "libx264", "preset": "cpu"}"#,
    ] {
        let accepted = served.json(&path, &["-H", "Content-Type: application/json", "-d", body]);
        let job = served.ended(&text(&accepted["job_id"]));
        assert_eq!(job["status"], "completed", "{job}");
        assert_eq!(job["metadata"]["cpu_codec"], "libx264");
    }
    served.stop();
}

#[test]
fn nonsense_is_stored_and_its_transcode_says_why_it_failed() {
    let Some(scene) = scene_with_curl() else { return };
    std::fs::write(scene.path("nonsense.mp4"), b"this is no film").unwrap();
    let served = Served::start(&scene, &[]);
    let upload = served.upload("nonsense.mp4");
    let body = json!({"pipeline": "transcode", "sources": [{"upload": upload}]});
    let job = served.ended(&served.submit(&body));
    assert_eq!((&job["status"], &job["error"]["kind"]), (&json!("failed"), &json!("input")), "{job}");
    served.stop();
}

#[test]
fn a_page_that_was_packed_comes_back_as_a_download() {
    let Some(scene) = scene_with_curl() else { return };
    std::fs::write(scene.path("evil.html"), b"<script>alert(document.domain)</script>").unwrap();
    let served = Served::start(&scene, &[]);
    let upload = served.upload("evil.html");
    let packed = served.submit(&json!({"pipeline": "pack", "sources": [{"upload": upload}]}));
    let job = served.ended(&packed);
    assert_eq!(job["status"], "completed", "{job}");
    let video = &job["outputs"][0];
    assert_eq!(video["mime"], "video/x-msvideo");
    assert_eq!(job["metadata"]["name"], "evil.html", "{job}");
    let source = json!({"artifact": {"job": packed, "name": video["name"]}});
    let job = served.ended(&served.submit(&json!({"pipeline": "unpack", "sources": [source]})));
    assert_eq!(job["status"], "completed", "{job}");
    let head = served.curl(&text(&job["outputs"][0]["url"]), &["-D", "-", "-o", "back.html"]);
    assert_eq!(sha256(&scene.path("back.html")), sha256(&scene.path("evil.html")));
    let head = head.to_ascii_lowercase();
    for line in [
        "content-type: application/octet-stream\r\n",
        "content-disposition: attachment;",
        "x-content-type-options: nosniff\r\n",
        "content-security-policy: sandbox;",
    ] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    served.stop();
}

#[test]
fn what_only_a_command_line_may_say_is_refused() {
    let Some(scene) = scene_with_curl() else { return };
    std::fs::write(scene.path("a.txt"), b"abc").unwrap();
    let served = Served::start(&scene, &["--no-worker"]);
    let upload = served.upload("a.txt");
    for (pipeline, field, value) in [
        ("pack", "entries", json!([{"path": "/etc/passwd"}])),
        ("pack", "seal", json!({"seal_to": "x", "key": "/etc/passwd"})),
        ("unpack", "key_file", json!("/etc/passwd")),
        ("transcode", "watermark", json!("/etc/passwd")),
    ] {
        let body = json!({"pipeline": pipeline, "sources": [{"upload": upload}], "params": {field: value}});
        let body = body.to_string();
        let problem = served.json("/api/v1/jobs", &["-H", "Content-Type: application/json", "-d", &body]);
        assert_eq!(problem["status"], 422, "{problem}");
        assert_eq!(problem["field"], format!("params.{field}"));
    }
    served.stop();
}

/// Every parameter that HTTP takes. A new one is looked at before it is added here: none may name a file or a key of
/// this machine, since over HTTP files are uploads and results.
#[test]
fn no_parameter_that_comes_over_http_names_a_file() {
    let looked_at = json!({
        "matte": ["background", "batch_size", "chunk", "device", "downsample_ratio", "duration", "erode", "feather", "format", "key_colour",
                  "levels", "model", "network", "no_audio", "preview", "quality", "start", "stereo"],
        "pack": ["color_count", "compress", "device", "error_correction", "error_correction_ratio", "fps", "matroska",
                 "name", "nine_to_one", "no_error_correction", "no_metadata_frames", "profile", "resolution",
                 "split_duration", "split_size", "tar", "target", "verify"],
        "transcode": ["audio", "bitrate", "chunk", "codec", "container", "crf", "device", "encoder", "preset",
                      "resolution", "strict", "two_pass", "verify"],
        "unpack": ["allow_partial", "device", "verify"],
    });
    let Some(scene) = scene_with_curl() else { return };
    let served = Served::start(&scene, &["--no-worker"]);
    let mut found = serde_json::Map::new();
    for pipeline in served.json("/api/v1/pipelines", &[]).as_array().unwrap() {
        let params = pipeline["schema"]["properties"].as_object().unwrap();
        found.insert(text(&pipeline["name"]), params.keys().cloned().collect());
    }
    assert_eq!(Value::Object(found), looked_at);
    served.stop();
}

#[test]
fn a_server_that_was_killed_goes_on_where_it_was() {
    let Some(scene) = scene_with_curl() else { return };
    scene.clip(&clips::cfr_h264(20), "test.mp4");
    let served = Served::start(&scene, &[]);
    let upload = served.upload("test.mp4");
    let params = json!({"preset": "veryslow", "chunk": "2", "device": "cpu"});
    let body = json!({"pipeline": "transcode", "sources": [{"upload": upload}], "params": params});
    let job = served.submit(&body);
    // The stream is read until a chunk is done; then nothing warns the server.
    let path = format!("/api/v1/jobs/{job}/events");
    let mut stream = Command::new("curl");
    stream.args(["-sSN", &format!("{}{path}", served.url)]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut stream = stream.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stream.stdout.take().unwrap()));
    let is_done = |line: &str| line.contains(r#""task_id":"0.run."#) && line.contains(r#""status":"done""#);
    assert!(lines.any(|line| line.is_ok_and(|line| is_done(&line))), "no chunk was done");
    served.running.signal(Signal::KILL);
    served.running.end();
    stream.wait().unwrap();
    scene.no_process_is_left();

    let served = Served::start(&scene, &[]);
    let ended = served.ended(&job);
    assert_eq!(ended["status"], "completed", "{ended}");
    let report = served.json(&format!("/api/v1/jobs/{job}/report"), &[]);
    let tasks = report["tasks"].as_array().unwrap();
    let is_from_before = |task: &&Value| task["status"] == "done" && task["epoch"] == 1;
    assert!(tasks.iter().filter(is_from_before).count() >= 2, "{report}");
    served.stop();
}

#[test]
fn what_a_command_delivered_is_told_as_that() {
    let Some(scene) = scene_with_curl() else { return };
    scene.clip(&clips::cfr_h264(2), "secret.mp4");
    scene.reel(&["transcode", "secret.mp4", "-o", "out.mp4", "--device=cpu"]).expect(0);
    let served = Served::start(&scene, &["--no-worker"]);
    let list = served.curl("/api/v1/jobs", &[]);
    let job = &serde_json::from_str::<Value>(&list).unwrap()["items"][0];
    assert_eq!((&job["status"], &job["local"]), (&json!("completed"), &json!(true)));
    assert_eq!(job["sources"][0]["filename"], "secret.mp4");
    // Where it lies is not told, nor is a way to read it.
    assert!(!list.contains(&*scene.path("").to_string_lossy()), "{list}");
    let gone = served.json(&text(&job["outputs"][0]["url"]), &[]);
    assert_eq!(gone["status"], 404);
    served.stop();
}

#[test]
fn two_servers_on_one_state_folder_tell_what_the_other_does() {
    let Some(scene) = scene_with_curl() else { return };
    std::fs::write(scene.path("a.txt"), b"abc").unwrap();
    let takes = Served::start(&scene, &["--no-worker"]);
    let upload = takes.upload("a.txt");
    let job = takes.submit(&json!({"pipeline": "pack", "sources": [{"upload": upload}]}));
    assert_eq!(takes.json(&format!("/api/v1/jobs/{job}"), &[])["status"], "queued");
    let works = Served::start(&scene, &[]);
    // Each waits for an end that the other's worker brings, or its own.
    assert_eq!(takes.ended(&job)["status"], "completed");
    assert_eq!(works.ended(&job)["status"], "completed");
    let told = takes.curl(&format!("/api/v1/jobs/{job}/events"), &["-N"]);
    assert!(told.trim_end().ends_with(r#""status":"completed"}"#), "{told}");
    works.stop_beside();
    takes.stop();
}

#[test]
fn an_address_that_cannot_be_used_is_one_clear_error() {
    let scene = Scene::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = scene.reel(&["serve", "--listen", &address]).expect(2);
    assert!(ran.stderr.contains(&address) && ran.stderr.contains("--listen"), "{}", ran.stderr);
    let ran = scene.reel(&["serve", "--listen", "0.0.0.0:0"]).expect(2);
    assert!(ran.stderr.contains("reel keys create"), "{}", ran.stderr);
    let ran = scene.reel(&["serve", "--public-url", "nas.local"]).expect(2);
    assert!(ran.stderr.contains("https://"), "{}", ran.stderr);
}

#[test]
fn requests_are_told_a_line_each_without_what_is_secret() {
    let scene = Scene::new();
    let served = Served::start(&scene, &["--log-requests", "json", "--no-worker"]);
    served.curl("/livez", &[]);
    served.curl("/api/v1/jobs/none?wait=1&signature=hush", &["-H", "Authorization: Bearer reel_hush_hush"]);
    served.running.signal(Signal::INT);
    let ran = served.running.end();
    let lines: Vec<Value> = ran.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["path"], &line["status"])).collect();
    assert_eq!(
        told,
        [(&json!("/livez"), &json!(200)), (&json!("/api/v1/jobs/none"), &json!(400))],
        "{ran:#?}"
    );
    assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
}

#[test]
fn the_server_tells_what_the_doctor_tells() {
    let scene = Scene::new();
    let served = Served::start(&scene, &["--no-worker"]);
    let told = served.json("/api/v1/system/doctor", &[]);
    let doctor = scene.reel(&["doctor", "--json", "--device=cpu"]);
    let names = |checks: &[Value]| checks.iter().map(|check| text(&check["name"])).collect::<Vec<_>>();
    assert_eq!(names(told.as_array().unwrap()), names(&doctor.records()));
    assert!(
        told.as_array().unwrap().iter().any(|check| check["name"] == "FFmpeg" && check["state"] == "ok"),
        "{told}"
    );
}

#[test]
fn a_job_names_a_network_that_was_added_and_never_a_path() {
    let Some(scene) = scene_with_curl() else { return };
    // As `reel models add` leaves it: the file and its card.
    let sha256 = "ab".repeat(32);
    std::fs::create_dir_all(scene.path("data/models")).unwrap();
    std::fs::write(scene.path(format!("data/models/{sha256}.onnx")), reel_testkit::onnx::rvm_shaped())
        .unwrap();
    let card = json!({
        "name": "hair", "purpose": "added by hand", "licence": "GPL-3.0", "source": "/home/somebody/rvm.onnx",
        "file": format!("{sha256}.onnx"), "sha256": sha256, "size_bytes": 1, "contract": "rvm", "inputs": [],
    });
    std::fs::write(scene.path("data/models/hair.json"), card.to_string()).unwrap();
    scene.clip(&clips::cfr_h264(1), "test.mp4");
    let served = Served::start(&scene, &["--data", "data"]);

    let models = served.curl("/api/v1/models", &[]);
    assert!(!models.contains("somebody"), "it tells where the file came from: {models}");
    let models: Value = serde_json::from_str(&models).unwrap();
    assert_eq!(models.as_array().map(Vec::len), Some(1), "{models}");
    assert_eq!((&models[0]["name"], &models[0]["contract"]), (&json!("hair"), &json!("rvm")));
    let pipeline = served.json("/api/v1/pipelines/matte", &[]);
    assert!(pipeline["schema"]["properties"]["network"].is_object(), "{pipeline}");

    let upload = served.upload("test.mp4");
    let submit = |params: Value| {
        let body =
            json!({"pipeline": "matte", "sources": [{"upload": upload}], "params": params}).to_string();
        served.json("/api/v1/jobs", &["-H", "Content-Type: application/json", "-d", &body])
    };
    let refused = submit(json!({"model": "rvm", "network": "beard"}));
    assert_eq!(refused["status"], 422, "{refused}");
    assert!(
        refused.to_string().contains("no network is called beard; for this model there are: hair"),
        "{refused}"
    );
    for path in ["/etc/passwd", "../models/hair", "data/models/hair.json"] {
        let refused = submit(json!({"model": "rvm", "network": path}));
        assert_eq!(refused["status"], 422, "{refused}");
    }
    let refused = submit(json!({"model": "rvm", "weights_source": 0}));
    assert_eq!(refused["status"], 422, "{refused}");
    let accepted = submit(json!({"model": "rvm", "network": "hair", "format": "matte"}));
    assert!(accepted["id"].is_string(), "{accepted}");
    let ended = served.ended(&text(&accepted["id"]));
    // Without the library that networks run on it fails, and says so.
    let is_missing = ended["error"]["message"].as_str().is_some_and(|said| said.contains("ONNX Runtime"));
    assert!(ended["status"] == "completed" || is_missing, "{ended}");
    served.stop();
}

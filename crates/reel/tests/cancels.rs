//! Many jobs cancelled while they run. Once a cancel is answered nothing of that job is committed, and its children end.
//!
//! A wave is twice as many jobs as run at once, so that some are cancelled while they wait. `REEL_CANCELS` says how many jobs
//! have an encoder that never ends (`make cancels`: 1000); beside them come some with a real one.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use reel_testkit::clips;
use rustix::process::Signal;
use serde_json::{Value, json};
use support::{Running, Scene};

/// Jobs that run at once.
const TASKS: usize = 4;

/// The answer's status and body.
fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let length = body.len();
    write!(stream, "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\n{kind}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

fn upload(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "--edge\r\nContent-Disposition: form-data; name=\"video\"; filename=\"clip.mp4\"\r\n\r\n";
    let tail = "\r\n--edge--\r\n";
    let length = head.len() + bytes.len() + tail.len();
    write!(stream, "POST /api/v1/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{head}").unwrap();
    stream.write_all(bytes).unwrap();
    stream.write_all(tail.as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let body: Value = serde_json::from_str(said.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

/// An ffmpeg that looks as the real one does, and never ends where it should encode.
fn endless(scene: &Scene) -> std::path::PathBuf {
    let path = scene.path("endless-ffmpeg");
    let real = reel_testkit::fake_ffmpeg::real_ffmpeg().unwrap();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *\" libx264 \"*) exec sleep 3600;; esac\nexec '{}' \"$@\"\n",
        real.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn serve(scene: &Scene, more: &[&str]) -> (Running, u16) {
    let tasks = TASKS.to_string();
    let args = ["serve", "--listen", "127.0.0.1:0", "--json", "--device=cpu", "--tasks", &tasks];
    let mut running = scene.start(&[&args[..], more].concat());
    let listening = running.wait_for(|record| record["type"] == "listening");
    (running, listening["address"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap())
}

/// Tasks of a job that are done, and what the job is.
fn standing(port: u16, job: &str) -> (Vec<Value>, Value, Value) {
    let (_, tasks) = ask(port, "GET", &format!("/jobs/{job}/tasks"), None);
    let done = tasks.as_array().unwrap().iter().filter(|task| task["state"] == "done").cloned().collect();
    let (_, job) = ask(port, "GET", &format!("/jobs/{job}"), None);
    (done, job["status"].clone(), job["outputs"].clone())
}

/// Submits and cancels so many jobs; fails where one goes on after its cancel was answered, or leaves a child.
fn storm(scene: &Scene, running: &Running, port: u16, jobs: usize) {
    let clip = std::fs::read(clips::cfr_h264(20)).unwrap();
    let upload = upload(port, &clip);
    let mut random = fastrand::Rng::with_seed(7);
    let mut answered = Vec::new();
    let mut number = 0;
    while number < jobs {
        let wave: Vec<String> = (0..(2 * TASKS).min(jobs - number))
            .map(|index| {
                let params = json!({"bitrate": (500_000 + number + index).to_string(), "preset": "veryslow"});
                let body =
                    json!({"pipeline": "transcode", "sources": [{"upload": upload}], "params": params});
                let (status, made) = ask(port, "POST", "/jobs", Some(&body));
                assert_eq!(status, 202, "{made}");
                made["id"].as_str().unwrap().to_owned()
            })
            .collect();
        number += wave.len();
        let wanted = TASKS.min(wave.len());
        let until = Instant::now() + Duration::from_secs(60);
        let runs = |job: &&String| ask(port, "GET", &format!("/jobs/{job}"), None).1["status"] == "running";
        while wave.iter().filter(runs).count() < wanted {
            assert!(Instant::now() < until, "no {wanted} jobs of the wave run");
        }
        let mut order = wave;
        random.shuffle(&mut order);
        for job in order {
            let (status, cancelled) = ask(port, "POST", &format!("/jobs/{job}/cancel"), None);
            // One with a real encoder may have ended by itself.
            if status == 409 {
                continue;
            }
            assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
            let standing = standing(port, &job);
            answered.push((job, standing));
        }
    }
    scene.only_is_left(running.pid());
    assert!(answered.len() >= jobs / 2, "only {} of {jobs} jobs were stopped", answered.len());
    for (job, before) in answered {
        assert_eq!(standing(port, &job), before, "{job} went on");
    }
}

#[test]
fn nothing_is_committed_after_a_cancel_is_answered_and_no_child_is_left() {
    let jobs = std::env::var("REEL_CANCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let scene = Scene::new();
    let ffmpeg = endless(&scene);
    let (running, port) = serve(&scene, &["--ffmpeg", ffmpeg.to_str().unwrap()]);
    storm(&scene, &running, port, jobs);
    running.signal(Signal::INT);
    running.end().expect(0);
    scene.no_process_is_left();
}

#[test]
fn real_encoders_end_as_well() {
    let scene = Scene::new();
    let (running, port) = serve(&scene, &[]);
    storm(&scene, &running, port, 20);
    running.signal(Signal::INT);
    running.end().expect(0);
    scene.no_process_is_left();
}

//! `--server`, against a real `reel serve` in another folder.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod keyed;
mod packing;
mod sending;
mod wire;

use std::fs;
use std::path::Path;
use std::time::Duration;

use reel_testkit::clips;
use rustix::process::Signal;
use serde_json::Value;
use support::{Ran, Running, Scene, frame_hashes};

/// A server with a state folder of its own.
struct Served {
    scene: Scene,
    running: Running,
    url: String,
}

impl Served {
    fn start() -> Self {
        Self::start_in(Scene::new())
    }

    fn start_in(scene: Scene) -> Self {
        let mut running = scene.start(&["serve", "--listen", "127.0.0.1:0", "--json", "--device=cpu"]);
        let listening = running.wait_for(|record| record["type"] == "listening");
        let url = listening["url"].as_str().unwrap().to_owned();
        Self { scene, running, url }
    }

    fn reel(&self, here: &Scene, args: &[&str]) -> Ran {
        here.reel(&[&["--server", &self.url], args].concat())
    }

    fn stop(self) {
        self.running.signal(Signal::TERM);
        assert!(self.running.ends_within(Duration::from_secs(20)), "it did not end");
        self.running.end().expect(0);
        self.scene.no_process_is_left();
    }
}

fn sha256(path: &Path) -> String {
    reel_store::sha256_of_file(path).unwrap().1
}

fn jobs(served: &Served, here: &Scene) -> Vec<Value> {
    served.reel(here, &["jobs", "list", "--json"]).expect(0).records()
}

#[test]
fn a_film_is_transcoded_there_and_lies_here() {
    let (served, here) = (Served::start(), Scene::new());
    here.clip(&clips::cfr_h264(2), "in.mp4");
    let command = ["transcode", "in.mp4", "-o", "out/out.mp4", "--json"];
    let ran = served.reel(&here, &command).expect(0);
    let result = ran.result();
    assert_eq!(
        (&result["status"], &result["already_there"]),
        (&"completed".into(), &false.into()),
        "{ran:#?}"
    );
    assert_eq!(result["outputs"][0]["sha256"], sha256(&here.path("out/out.mp4")));
    assert_eq!(ran.records().last().unwrap()["completed"], 1);
    frame_hashes(&here.path("out/out.mp4"));
    assert_eq!(support::names(&here.path("out")), ["out.mp4"], "a part file is left");

    // The same again finds the same; gone, it is fetched again; something else is not touched.
    let again = served.reel(&here, &command).expect(0);
    assert_eq!(again.result()["already_there"], true, "{again:#?}");
    fs::remove_file(here.path("out/out.mp4")).unwrap();
    let again = served.reel(&here, &command).expect(0);
    assert_eq!(again.result()["job"], result["job"]);
    assert!(!again.stderr.contains("sending"), "{again:#?}");
    fs::write(here.path("out/out.mp4"), b"mine").unwrap();
    let refused = served.reel(&here, &command).expect(5);
    assert_eq!(refused.result()["status"], "exists");
    assert_eq!(fs::read(here.path("out/out.mp4")).unwrap(), b"mine");

    let listed = jobs(&served, &here);
    assert_eq!(listed.len(), 1, "{listed:#?}");
    assert_eq!(listed[0]["inputs"][0], "in.mp4", "a path went to the server: {listed:#?}");
    let id = listed[0]["job"].as_str().unwrap();
    let shown = served.reel(&here, &["jobs", "show", &id[..id.len() - 1], "--json"]).expect(0).records();
    assert!(shown[0]["tasks"].as_array().unwrap().len() >= 3, "{shown:#?}");
    served.reel(&here, &["jobs", "watch", id]).expect(0);
    served.stop();
}

#[test]
fn several_films_have_a_result_each_and_the_worst_code_counts() {
    let (served, here) = (Served::start(), Scene::new());
    here.clip(&clips::cfr_h264(1), "a.mp4");
    here.clip(&clips::cfr_h264(2), "b.mp4");
    fs::write(here.path("notes.mp4"), b"not a film").unwrap();
    let ran =
        served.reel(&here, &["transcode", "a.mp4", "notes.mp4", "no.mp4", "b.mp4", "-o", "out/", "--json"]);
    let records = ran.expect(3).records();
    let mut results: Vec<(String, u64)> = records
        .iter()
        .filter(|record| record["type"] == "result")
        .map(|one| (one["input"].as_str().unwrap().to_owned(), one["exit_code"].as_u64().unwrap()))
        .collect();
    results.sort();
    let expected = [("a.mp4", 0), ("b.mp4", 0), ("no.mp4", 3), ("notes.mp4", 3)];
    assert_eq!(results, expected.map(|(name, code)| (name.to_owned(), code)), "{records:#?}");
    let summary = records.last().unwrap();
    assert_eq!((&summary["inputs"], &summary["completed"]), (&4.into(), &2.into()));
    assert_eq!(support::names(&here.path("out")), ["a.mp4", "b.mp4"]);
    served.stop();
}

#[test]
fn a_file_is_packed_there_and_unpacked_there() {
    let (served, here) = (Served::start(), Scene::new());
    // More than one piece of an upload.
    let mut random = fastrand::Rng::with_seed(7);
    let content: Vec<u8> = (0..17 << 20).map(|_| random.u8(..)).collect();
    fs::write(here.path("a.bin"), &content).unwrap();
    served.reel(&here, &["pack", "a.bin", "-o", "a.avi"]).expect(0);
    served.reel(&here, &["unpack", "a.avi", "-o", "back/"]).expect(0);
    assert!(fs::read(here.path("back/a.bin")).unwrap() == content, "it is not what was packed");
    served.stop();
}

#[test]
fn what_a_server_cannot_do_is_said_before_anything_is_sent() {
    let (served, here) = (Served::start(), Scene::new());
    let ran = served.reel(&here, &["transcode", "no.mp4", "-o", "a.mp4"]).expect(3);
    assert!(ran.stderr.contains("no.mp4"), "{}", ran.stderr);
    assert!(jobs(&served, &here).is_empty());
    let ran = served.reel(&here, &["jobs", "show", "zzz"]).expect(2);
    assert!(ran.stderr.contains("no job there begins"), "{}", ran.stderr);
    served.stop();
}

#[test]
fn a_job_that_is_interrupted_here_goes_on_there_until_it_is_cancelled() {
    let (served, here) = (Served::start(), Scene::new());
    here.clip(&clips::cfr_h264(20), "in.mp4");
    let command = ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "veryslow", "--json"];
    let mut running = here.start(&[&["--server", &served.url], &command[..]].concat());
    running.wait_until_running();
    running.signal(Signal::INT);
    let ran = running.end().expect(130);
    let result = ran.result();
    let job = result["job"].as_str().unwrap();
    let said = &result["error"];
    assert!(said["message"].as_str().unwrap().contains(&served.url), "{said}");
    assert!(said["hint"].as_str().unwrap().contains("jobs cancel"), "{said}");
    served.reel(&here, &["jobs", "cancel", job]).expect(0);
    assert_eq!(jobs(&served, &here)[0]["state"], "cancelled");
    served.reel(&here, &["jobs", "retry", job]).expect(0);
    served.reel(&here, &["jobs", "cancel", job]).expect(0);
    served.stop();
}

#[test]
fn a_server_is_named_as_an_address() {
    let here = Scene::new();
    let ran = here.reel(&["--server", "localhost:8080", "jobs", "list"]).expect(2);
    assert!(ran.stderr.contains("http://"), "{}", ran.stderr);
}

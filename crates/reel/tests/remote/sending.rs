//! What a person sees of an upload, and what becomes of one that is cut off.

use std::fs;

use rustix::process::Signal;
use serde_json::Value;

use super::support::Scene;
use super::wire::{Then, Wire};
use super::{Served, jobs};

const MIB: u64 = 1 << 20;

fn random_file(here: &Scene, name: &str, size_bytes: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(size_bytes);
    let content: Vec<u8> = (0..size_bytes).map(|_| random.u8(..)).collect();
    fs::write(here.path(name), &content).unwrap();
    content
}

fn is_uploading(record: &Value) -> bool {
    record["type"] == "progress" && record["stage"] == "uploading"
}

#[test]
fn an_upload_that_is_interrupted_goes_on_with_the_same_command() {
    let (served, here) = (Served::start(), Scene::new());
    let content = random_file(&here, "a.bin", 24 * MIB);
    let wire = Wire::before(&served.url, 20 * MIB, Then::Hold);
    let command = ["--server", &wire.url, "pack", "a.bin", "-o", "a.avi", "--json"];
    let mut running = here.start(&command);
    let told = running.wait_for(|told| is_uploading(told) && told["sent_bytes"].as_u64() > Some(17 * MIB));
    assert_eq!((&told["job"], &told["state"]), (&Value::Null, &"queued".into()), "{told}");
    assert_eq!(told["total_bytes"], 24 * MIB);
    assert!(told["stage_fraction"].as_f64().unwrap() > 0.7, "{told}");
    assert!(told.get("bytes_per_sec").is_some(), "{told}");
    running.signal(Signal::INT);
    let ran = running.end().expect(130);
    assert_eq!(ran.result()["job"], Value::Null);
    assert!(ran.result()["error"]["hint"].as_str().unwrap().contains("not sent again"), "{ran:#?}");
    assert!(jobs(&served, &here).is_empty());

    wire.open();
    let ran = here.reel(&command).expect(0);
    let from = ran.stderr.lines().find(|line| line.starts_with("sending")).unwrap();
    assert!(from.contains(" from ") && !from.contains(" from 0"), "{from}");
    let first = ran.records().into_iter().find(is_uploading).unwrap();
    assert!(first["sent_bytes"].as_u64().unwrap() >= 16 * MIB, "{first}");
    here.reel(&["unpack", "a.avi", "-o", "back.bin"]).expect(0);
    assert!(fs::read(here.path("back.bin")).unwrap() == content);
    served.stop();
}

#[test]
fn a_connection_that_breaks_again_and_again_still_brings_all_of_it() {
    let (served, here) = (Served::start(), Scene::new());
    let content = random_file(&here, "a.bin", 24 * MIB);
    let wire = Wire::before(&served.url, 3 * MIB, Then::Cut);
    here.reel(&["--server", &wire.url, "pack", "a.bin", "-o", "a.avi"]).expect(0);
    assert!(wire.cuts() >= 5, "{} cuts", wire.cuts());
    here.reel(&["unpack", "a.avi", "-o", "back.bin"]).expect(0);
    assert!(fs::read(here.path("back.bin")).unwrap() == content);
    served.stop();
}

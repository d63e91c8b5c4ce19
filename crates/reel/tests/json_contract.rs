//! The lines of `--json`, as programs read them. What changes from run to run is replaced by its name.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use reel_testkit::clips;
use serde_json::{Value, json};
use support::{Ran, Scene};

/// The first line of each type and state, then every result, then the summary.
fn contract(scene: &Scene, ran: &Ran) -> String {
    let mut seen = Vec::new();
    let mut lines = Vec::new();
    for mut record in ran.records() {
        let sort = (record["type"].clone(), record["state"].clone());
        // How many there are depends on the machine; the first is there before any work.
        if record["type"] == "progress" && (seen.contains(&sort) || record["state"] != "queued") {
            continue;
        }
        seen.push(sort);
        redact(&mut record);
        lines.push(serde_json::to_string_pretty(&record).unwrap());
    }
    lines.join("\n").replace(scene.path("").to_str().unwrap(), "[scene]/")
}

fn redact(record: &mut Value) {
    for (name, value) in record.as_object_mut().unwrap() {
        match name.as_str() {
            "job" | "elapsed_secs" | "children_secs" | "children_cpu_secs" if !value.is_null() => {
                *value = json!(format!("[{name}]"))
            }
            "outputs" => value.as_array_mut().unwrap().iter_mut().for_each(|output| {
                output["sha256"] = json!("[sha256]");
                output["bytes"] = json!("[bytes]");
            }),
            // The words are the pipeline's contract; its numbers are its own tests' business.
            "metadata" => {
                *value = value.as_object().map_or(Value::Null, |metadata| metadata.keys().cloned().collect())
            }
            _ => {}
        }
    }
}

#[test]
fn a_result_a_refusal_and_the_summary() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "a.mp4");
    let ran = scene.reel(&[
        "transcode",
        "a.mp4",
        "absent.mp4",
        "-o",
        "out/",
        "--preset=ultrafast",
        "--device=cpu",
        "--json",
    ]);
    insta::assert_snapshot!(contract(&scene, &ran.expect(3)));
}

#[test]
fn an_output_that_is_there_and_one_that_is_something_else() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "a.mp4");
    scene.clip(&clips::cfr_h264(1), "b.mp4");
    let args = ["transcode", "a.mp4", "-o", "out/", "--preset=ultrafast", "--device=cpu", "--json"];
    scene.reel(&args).expect(0);
    std::fs::write(scene.path("out/b.mp4"), "mine").unwrap();
    let args = [&args[..2], &["b.mp4"], &args[2..]].concat();
    insta::assert_snapshot!(contract(&scene, &scene.reel(&args).expect(5)));
}

#[test]
fn a_command_that_makes_no_sense_has_a_summary_alone() {
    let scene = Scene::new();
    let unknown = scene.reel(&["transcode", "a.mp4", "-o", "b.mp4", "--bitrat", "5M", "--json"]).expect(2);
    let refused = scene.reel(&["transcode", "a.mp4", "-o", "b.avi", "--json"]).expect(2);
    insta::assert_snapshot!(contract(&scene, &unknown) + "\n" + &contract(&scene, &refused));
}

#[test]
fn quiet_leaves_out_the_progress() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "a.mp4");
    let ran = scene
        .reel(&["transcode", "a.mp4", "-o", "b.mp4", "--preset=ultrafast", "--json", "--quiet"])
        .expect(0);
    let types: Vec<Value> = ran.records().iter().map(|record| record["type"].clone()).collect();
    assert_eq!(types, ["result", "summary"]);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

//! What a job has come to, in the words of the old converter.

use serde_json::{Value, json};

use crate::{random, refused, scene};

#[test]
fn a_job_says_what_it_has_come_to_and_a_cancelled_one_is_stopped() {
    let scene = scene(&[("a.bin", &random(2_000_000, 1))]);
    let pack = ["pack", "a.bin", "-o", "a.mp4", "--profile", "share", "--target", "paranoid", "--json"];
    let mut running = scene.start(&pack);
    let progress = running.wait_for(|record| record["stage"] == "converting");
    assert_eq!((&progress["type"], &progress["state"]), (&json!("progress"), &json!("running")));
    let job = progress["job"].as_str().unwrap();
    let shown = scene.reel(&["jobs", "show", job, "--json"]).expect(0).records().remove(0);
    assert_eq!(shown["stage"], "converting");
    assert!(shown["tasks"].as_array().unwrap().iter().any(|task| task["stage"] == "converting"), "{shown:#}");
    scene.reel(&["jobs", "cancel", job]).expect(0);
    let ended = running.end().expect(1);
    assert_eq!(ended.result()["stage"], "stopped");
    assert_eq!(scene.only_job()["stage"], "stopped");
    let said = scene.reel(&["jobs", "show", job]).expect(0);
    assert!(
        said.stdout.lines().any(|line| line.starts_with("stage") && line.contains("stopped")),
        "{said:#?}"
    );
}

#[test]
fn the_result_has_the_figures_of_the_old_converter() {
    let scene = scene(&[("a.bin", &random(1_000_000, 2)), ("film.avi", b"no video")]);
    let result = scene.reel(&["pack", "a.bin", "-o", "a.avi", "--json"]).expect(0).result();
    let told = &result["metadata"];
    assert_eq!((&result["stage"], &told["stage"]), (&json!("completed"), &json!("completed")));
    assert_eq!(told["redundancy_ratio"], 0.0569, "7 repair symbols for 123");
    assert!(told["throughput_mbps"].as_f64().unwrap() > 0.0);
    assert!(told["frames"].as_u64().unwrap() > 3);
    let sha256 = told["sha256"].as_str().unwrap();
    assert_eq!((sha256.len(), &told["checksum"]), (64, &json!(sha256[..16])));
    let failed = scene.reel(&["unpack", "film.avi", "--json"]).expect(3);
    assert!(failed.records().iter().all(|record| record["stage"] != "completed"), "{failed:#?}");
}

#[test]
fn a_ratio_outside_its_range_is_refused_in_the_words_of_the_old_converter() {
    let scene = scene(&[("a.bin", b"a")]);
    for ratio in ["0", "0.51"] {
        let ran = scene.reel(&["pack", "a.bin", "-o", "a.avi", "--error-correction-ratio", ratio]).expect(2);
        assert!(ran.stderr.contains("Error correction failed: "), "{ran:#?}");
        assert!(ran.stderr.contains("0 < r <= 0.5"), "{ran:#?}");
    }
}

#[test]
fn an_input_that_cannot_be_read_is_told_as_a_result_too() {
    let scene = scene(&[("text.avi", b"no video")]);
    for (args, input) in [
        (&["pack", "absent", "-o", "a.avi", "--json"][..], "absent"),
        (&["unpack", "absent.avi", "--json"], "absent.avi"),
        (&["unpack", "text.avi", "--json"], "text.avi"),
        (&["unpack", "--verify", "absent.avi", "--json"], "absent.avi"),
    ] {
        let ran = scene.reel(args).expect(3);
        let result = ran.result();
        assert_eq!((&result["input"], &result["status"]), (&json!(input), &json!("refused")), "{result:#}");
        assert_eq!((&result["error"]["kind"], &result["exit_code"]), (&json!("input"), &json!(3)));
        assert_eq!((&result["job"], &result["stage"]), (&Value::Null, &json!("error")));
        let summary = ran.records().pop().unwrap();
        assert_eq!(
            (&summary["type"], &summary["inputs"], &summary["failed"]),
            (&json!("summary"), &json!(1), &json!(1))
        );
        refused(&scene, &args[..args.len() - 1], 3, input);
    }
}

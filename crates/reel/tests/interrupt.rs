//! Ctrl-C, cancel from elsewhere, and going on afterwards.

mod support;

use std::time::Duration;

use reel_testkit::clips;
use rustix::process::Signal;
use support::{Scene, frame_hashes};

const ARGS: [&str; 10] = [
    "transcode",
    "in.mp4",
    "-o",
    "out.mp4",
    "--preset",
    "veryslow",
    "--chunk",
    "2",
    "--json",
    "--device=cpu",
];

fn scene() -> Scene {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(20), "in.mp4");
    scene
}

#[test]
fn the_same_command_goes_on_after_an_interrupt() {
    for signal in [Signal::INT, Signal::TERM] {
        let scene = scene();
        let mut running = scene.start(&ARGS);
        running.wait_for(|record| record["chunks_done"].as_u64() >= Some(1));
        assert!(scene.process_count() >= 1, "the look at processes is blind");
        running.signal(signal);
        assert!(running.ends_within(Duration::from_secs(10)), "it did not end");
        let ran = running.end().expect(130);
        assert_eq!(ran.result()["status"], "interrupted");
        assert!(ran.result()["error"]["hint"].as_str().unwrap().contains("same command"));
        scene.no_process_is_left();
        assert_eq!(scene.names(), ["in.mp4"]);

        let before = scene.only_job();
        assert_eq!((&before["state"], &before["worked_on"]), (&"running".into(), &false.into()));
        let done = |job: &serde_json::Value| -> Vec<serde_json::Value> {
            let attempts = job["attempts"].as_array().unwrap().iter();
            attempts.filter(|attempt| attempt["outcome"] == "done").cloned().collect()
        };
        assert!(
            before["attempts"]
                .as_array()
                .unwrap()
                .iter()
                .all(|a| a["outcome"] != "failed" && a["outcome"] != "lost")
        );
        scene.reel(&ARGS).expect(0);
        let after = scene.only_job();
        // What was done before the interrupt was not done again.
        assert!(done(&before).iter().all(|attempt| done(&after).contains(attempt)));
        assert_eq!(done(&after).len(), after["tasks"].as_array().unwrap().len());
        frame_hashes(&scene.path("out.mp4"));
    }
}

#[test]
fn a_second_interrupt_is_the_end_at_once() {
    let scene = scene();
    let mut running = scene.start(&ARGS);
    running.wait_until_running();
    running.signal(Signal::INT);
    running.signal(Signal::TERM);
    assert!(running.ends_within(Duration::from_secs(10)), "it did not end");
    running.end().expect(130);
    scene.no_process_is_left();
    scene.reel(&ARGS).expect(0);
}

#[test]
fn cancelling_from_elsewhere_stops_the_work_within_seconds() {
    let scene = scene();
    let mut running = scene.start(&ARGS);
    let job = running.wait_until_running()["job"].as_str().unwrap().to_owned();
    let said = scene.reel(&["jobs", "cancel", &job[..12]]).expect(0).stdout;
    assert_eq!(said.trim(), format!("{job}  cancelled"));
    assert!(running.ends_within(Duration::from_secs(10)), "it did not end");
    let ran = running.end().expect(1);
    assert_eq!(
        (&ran.result()["status"], &ran.result()["error"]["kind"]),
        (&"cancelled".into(), &"cancelled".into())
    );
    scene.no_process_is_left();
    assert_eq!(scene.names(), ["in.mp4"]);

    let watched = scene.reel(&["jobs", "watch", &job, "--json"]).expect(1);
    let last = watched.records().pop().unwrap();
    assert_eq!((&last["what"], &last["state"]), (&"job".into(), &"cancelled".into()));
    scene.reel(&["jobs", "retry", &job]).expect(0);
    assert_eq!(scene.only_job()["worked_on"], false);
    scene.reel(&ARGS).expect(0);
    assert_eq!(scene.only_job()["job"].as_str(), Some(&*job));
}

//! What can happen between the result and its final path.

mod support;

use reel_testkit::clips;
use rustix::process::Signal;
use support::{Scene, frame_hashes};

/// Slow enough to be met at work, in chunks.
const SLOW: [&str; 6] = ["--preset", "veryslow", "--chunk", "2", "--json", "--device"];

fn slow<'a>(input: &'a str, output: &'a str) -> Vec<&'a str> {
    [&["transcode", input, "-o", output][..], &SLOW, &["cpu"]].concat()
}

#[test]
fn a_result_is_copied_to_another_file_system() {
    let scene = Scene::new();
    let device =
        |path: &std::path::Path| std::os::unix::fs::MetadataExt::dev(&std::fs::metadata(path).unwrap());
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: /dev/shm cannot be written");
        return;
    };
    if device(elsewhere.path()) == device(scene.path("").as_path()) {
        eprintln!("skipped: /dev/shm is not another file system");
        return;
    }
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let output = elsewhere.path().join("out.mp4");
    let args = ["transcode", "in.mp4", "-o", output.to_str().unwrap(), "--preset", "ultrafast", "--json"];
    scene.reel(&args).expect(0);
    assert_eq!(support::names(elsewhere.path()), ["out.mp4"]);
    assert_eq!(scene.reel(&args).expect(0).result()["already_there"], true);
    assert_eq!(scene.object_count(), 0);
    frame_hashes(&output);
}

#[test]
fn an_output_that_appears_meanwhile_is_kept_and_the_result_can_be_had() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(8), "in.mp4");
    let args = slow("in.mp4", "out.mp4");
    let mut running = scene.start(&args);
    let job = running.wait_until_running()["job"].clone();
    std::fs::write(scene.path("out.mp4"), "mine").unwrap();
    let ran = running.end().expect(5);
    let result = ran.result();
    assert_eq!(result["status"], "exists");
    assert!(result["error"]["hint"].as_str().unwrap().contains(job.as_str().unwrap()));
    assert_eq!(std::fs::read(scene.path("out.mp4")).unwrap(), b"mine");
    // Neither of these does the work again.
    let other = scene.reel(&slow("in.mp4", "other.mp4")).expect(0).result();
    assert_eq!(other["job"], job);
    frame_hashes(&scene.path("other.mp4"));
}

#[test]
fn a_source_that_changes_meanwhile_ends_the_job_with_three() {
    let scene = Scene::new();
    let input = scene.clip(&clips::cfr_h264(8), "in.mp4");
    let mut running = scene.start(&slow("in.mp4", "out/b.mp4"));
    running.wait_until_running();
    let mut file = std::fs::File::options().append(true).open(&input).unwrap();
    std::io::Write::write_all(&mut file, b"more").unwrap();
    let ran = running.end().expect(3);
    assert_eq!(ran.result()["error"]["kind"], "input");
    assert!(ran.result()["error"]["message"].as_str().unwrap().contains("changed"), "{}", ran.stdout);
    assert_eq!(scene.names(), ["in.mp4"]);
}

#[test]
fn two_commands_for_one_job_share_the_work() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(8), "in.mp4");
    let args = slow("in.mp4", "out.mp4");
    let mut first = scene.start(&args);
    let job = first.wait_until_running()["job"].clone();
    let second = scene.start(&args).end().expect(0).result();
    let first = first.end().expect(0).result();
    assert_eq!((&first["job"], &second["job"]), (&job, &job));
    assert_eq!(first["outputs"], second["outputs"]);
    let attempts = scene.only_job()["attempts"].clone();
    assert!(attempts.as_array().unwrap().iter().all(|attempt| attempt["outcome"] == "done"), "{attempts:#}");
}

#[test]
fn part_files_of_a_killed_delivery_are_gone_after_the_next_run() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let args = ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "ultrafast"];
    let mut command = scene.command(&args);
    command.env("REEL_CRASH_AT", "after_part_file");
    let killed = support::Ran::of(command);
    assert_eq!(killed.signal, Some(Signal::KILL.as_raw()), "{killed:#?}");
    assert_eq!(scene.names().len(), 2, "{:?}", scene.names());
    scene.reel(&args).expect(0);
    assert_eq!(scene.names(), ["in.mp4", "out.mp4"]);
}

#[test]
fn one_file_under_two_names_is_one_job_with_two_outputs() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "a.mp4");
    std::os::unix::fs::symlink("a.mp4", scene.path("b.mp4")).unwrap();
    let ran = scene
        .reel(&["transcode", "a.mp4", "b.mp4", "-o", "out/", "--preset", "ultrafast", "--json"])
        .expect(0);
    let jobs: Vec<_> =
        ran.records().iter().filter(|r| r["type"] == "result").map(|r| r["job"].clone()).collect();
    assert_eq!(jobs[0], jobs[1]);
    assert_eq!(support::names(&scene.path("out")), ["a.mp4", "b.mp4"]);
    assert_eq!(scene.object_count(), 0);
}

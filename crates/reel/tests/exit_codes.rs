//! One scene for each exit code, as documented in `exit.rs`.

mod support;

use reel_testkit::clips;
use support::Scene;

#[test]
fn done_is_zero_and_doing_it_again_is_too() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let args = ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "ultrafast", "--json"];
    assert_eq!(scene.reel(&args).expect(0).result()["already_there"], false);
    let again = scene.reel(&args).expect(0).result();
    assert_eq!((&again["status"], &again["already_there"]), (&"completed".into(), &true.into()));
    assert_eq!(scene.names(), ["in.mp4", "out.mp4"]);
    assert_eq!(scene.object_count(), 0, "what was delivered is not kept twice");
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_any_work() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    // Not even root can write there.
    let ran = scene.reel(&["transcode", "in.mp4", "-o", "/proc/reel/out.mp4", "--json"]).expect(1);
    assert_eq!(ran.result()["error"]["kind"], "storage");
    assert!(scene.reel(&["jobs", "list", "--json"]).expect(0).stdout.is_empty(), "a job was made");
}

#[test]
fn a_command_that_makes_no_sense_is_two() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let check = |args: &[&str], said: &str| {
        let ran = scene.reel(args).expect(2);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    };
    check(&["transcode", "in.mp4"], "--output");
    check(&["transcode", "in.mp4", "-o", "in.mp4"], "is the input");
    check(&["transcode", "in.mp4", "-o", "./in.mp4", "--force"], "is the input");
    check(&["transcode", "in.mp4", "in.mp4", "-o", "out.mp4"], "one output file");
    check(&["transcode", "in.mp4", "in.mp4", "-o", "out/"], "would both become");
    check(&["transcode", "in.mp4", "-o", "out.avi"], ".mkv");
    check(&["transcode", "in.mp4", "-o", "out.webm", "--codec", "h264"], "webm cannot hold h264");
    check(&["transcode", "in.mp4", "-o", "out.mp4", "--device", "tpu"], "not a device");
    check(&["transcode", "in.mp4", "-o", "out.mp4", "--tasks", "0"], "--tasks");
    check(&["matte", "in.mp4", "-o", "out.mp4", "--background", "#zz"], "say #RRGGBB");
    let _socket = std::os::unix::net::UnixListener::bind(scene.path("socket.mp4")).unwrap();
    check(&["transcode", "in.mp4", "-o", "socket.mp4", "--force"], "not a regular file");
    std::fs::remove_file(scene.path("socket.mp4")).unwrap();
    check(&["jobs", "show", "zzz"], "no job begins");
    assert_eq!(scene.names(), ["in.mp4"]);
}

#[test]
fn an_input_that_cannot_be_used_is_three() {
    let scene = Scene::new();
    std::fs::write(scene.path("text.mp4"), "this is no film\n".repeat(100)).unwrap();
    std::fs::write(scene.path("empty.mp4"), "").unwrap();
    for input in ["absent.mp4", "text.mp4", "empty.mp4", "."] {
        let ran = scene.reel(&["transcode", input, "-o", "out/x.mp4", "--json"]).expect(3);
        let result = ran.result();
        assert_eq!(result["error"]["kind"], "input", "{input}: {result}");
        assert!(!scene.path("out").exists(), "{input}: a folder was left behind");
    }
}

#[test]
fn a_refused_file_is_named_once_and_as_it_was_typed() {
    let scene = Scene::new();
    let names = ["empty.mp4", "with\na line.mp4", "-dash.mp4"];
    for name in names {
        std::fs::write(scene.path(name), "").unwrap();
    }
    std::os::unix::fs::symlink("empty.mp4", scene.path("link.mp4")).unwrap();
    let check = |typed: &str, told: &str| {
        let ran = scene.reel(&["transcode", "-o", "out.mp4", "--", typed]).expect(3);
        let line = ran.stderr.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert_eq!(line, format!("error: {told} is empty"));
    };
    check("empty.mp4", "empty.mp4");
    check("./empty.mp4", "./empty.mp4");
    check("link.mp4", "link.mp4");
    check("-dash.mp4", "-dash.mp4");
    check("with\na line.mp4", r#""with\na line.mp4""#);
}

#[test]
fn another_program_in_the_place_of_ffprobe_is_not_the_fault_of_the_file() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    for program in ["/bin/true", "/bin/false"] {
        let args = ["transcode", "in.mp4", "-o", "out.mp4", "--ffprobe", program];
        let ran = scene.reel(&args).expect(4);
        assert!(ran.stderr.contains(&format!("{program} does not say its version")), "{}", ran.stderr);
    }
}

#[test]
fn a_missing_part_is_four_and_says_how_to_get_it() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let args = ["transcode", "in.mp4", "-o", "out.mp4", "--ffmpeg", "/no/such/ffmpeg"];
    let ran = scene.reel(&args).expect(4);
    assert!(ran.stderr.contains("hint: ") && ran.stderr.contains("apt-get install ffmpeg"), "{}", ran.stderr);
    let result = scene.reel(&[&args[..], &["--json"]].concat()).expect(4).result();
    assert_eq!((&result["error"]["kind"], &result["status"]), (&"missing".into(), &"refused".into()));
    scene.reel(&["doctor", "--ffmpeg", "/no/such/ffmpeg"]).expect(4);
}

#[test]
fn an_output_that_is_something_else_is_five_and_kept() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    std::fs::write(scene.path("out.mp4"), "mine").unwrap();
    let args = ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "ultrafast", "--json"];
    let ran = scene.reel(&args).expect(5);
    assert_eq!(ran.result()["error"]["kind"], "exists");
    assert_eq!(std::fs::read(scene.path("out.mp4")).unwrap(), b"mine");
    assert!(scene.reel(&["jobs", "list", "--json"]).expect(0).stdout.is_empty(), "a job was made");
    scene.reel(&[&args[..], &["--force"]].concat()).expect(0);
    assert_ne!(std::fs::read(scene.path("out.mp4")).unwrap(), b"mine");
    std::fs::write(scene.path("out.mp4"), "mine").unwrap();
    scene.reel(&args).expect(5);
}

#[test]
fn of_several_inputs_the_worst_counts_and_the_others_are_done() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "a.mp4");
    let ran =
        scene.reel(&["transcode", "absent.mp4", "a.mp4", "-o", "out/", "--preset", "ultrafast", "--json"]);
    let ran = ran.expect(3);
    let records = ran.records();
    let results: Vec<_> =
        records.iter().filter(|r| r["type"] == "result").map(|r| r["status"].clone()).collect();
    assert_eq!(results, ["refused", "completed"]);
    let summary = records.last().unwrap();
    assert_eq!(
        (&summary["type"], &summary["completed"], &summary["exit_code"]),
        (&"summary".into(), &1.into(), &3.into())
    );
    assert_eq!(support::names(&scene.path("out")), ["a.mp4"]);
}

#[test]
fn an_output_that_was_deleted_is_made_again() {
    let scene = Scene::new();
    scene.clip(&clips::cfr_h264(1), "in.mp4");
    let args = ["transcode", "in.mp4", "-o", "out.mp4", "--preset", "ultrafast", "--json"];
    let first = scene.reel(&args).expect(0).result();
    std::fs::remove_file(scene.path("out.mp4")).unwrap();
    let second = scene.reel(&args).expect(0).result();
    assert_ne!(first["job"], second["job"]);
    assert_eq!(first["outputs"], second["outputs"]);
}

#[test]
fn an_input_that_fails_does_not_take_the_folder_from_the_others() {
    let scene = Scene::new();
    std::fs::write(scene.path("text.mp4"), "this is no film\n".repeat(100)).unwrap();
    scene.clip(&clips::cfr_h264(2), "b.mp4");
    let ran =
        scene.reel(&["transcode", "text.mp4", "b.mp4", "-o", "new/", "--tasks", "1", "--json"]).expect(3);
    let statuses: Vec<_> =
        ran.records().iter().filter(|r| r["type"] == "result").map(|r| r["status"].clone()).collect();
    assert_eq!(statuses, ["failed", "completed"]);
    assert_eq!(support::names(&scene.path("new")), ["b.mp4"]);
}

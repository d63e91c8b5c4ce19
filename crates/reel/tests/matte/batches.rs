//! Many films in one command: told before, while and after they are made.

use std::path::PathBuf;

use reel_testkit::clips;
use serde_json::Value;

use crate::support::Scene;

/// So many seconds of a picture that is green almost everywhere.
fn film(name: &str, size: &str, secs: u32) -> PathBuf {
    let source = format!("color=c=0x00b140:size={size}:rate=25:duration={secs}");
    clips::made(name, &["-f", "lavfi", "-i", &source, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25"])
}

/// Three films of two sizes in a folder, the longest in the middle by name, and one that is none.
fn folder_of_films() -> Scene {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("films")).unwrap();
    scene.clip(&film("batch_short.mp4", "128x96", 2), "films/a.mp4");
    scene.clip(&film("batch_long.mp4", "1280x720", 3), "films/b.mp4");
    scene.clip(&film("batch_middle.mp4", "128x96", 4), "films/c.mp4");
    std::fs::write(scene.path("films/broken.mp4"), b"no film at all").unwrap();
    scene
}

fn of_type<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

#[test]
fn many_films_are_told_of_before_while_and_after_they_are_made() {
    let scene = folder_of_films();
    let ran =
        scene.reel(&["matte", "films", "-o", "out/", "--model", "chroma", "--log", "batch.log", "--json"]);
    let records = ran.expect(3).records();
    let forecast = of_type(&records, "forecast")[0];
    assert_eq!((&forecast["films"], &forecast["unreadable"]), (&3.into(), &1.into()), "{forecast:#}");
    assert_eq!(forecast["video_secs"], 9.0);
    assert_eq!(forecast["measured_films"], 0, "nothing was made here before");
    for number in ["expected_secs", "expected_output_bytes", "output_free_bytes", "state_free_bytes"] {
        assert!(forecast[number].as_f64().is_some_and(|number| number > 0.0), "{number}: {forecast:#}");
    }
    let progress = of_type(&records, "progress");
    assert!(progress.iter().all(|record| record["films"] == 4), "{progress:#?}");
    let longest = progress.iter().find(|record| record["input"] == "films/b.mp4").unwrap();
    assert_eq!(longest["film"], 1, "the longest is begun first");

    let batch = of_type(&records, "batch")[0];
    assert_eq!((&batch["films"], &batch["completed"], &batch["failed"]), (&4.into(), &3.into(), &1.into()));
    assert_eq!((&batch["success_rate"], &batch["hangs"]), (&0.75.into(), &0.into()), "{batch:#}");
    let sizes: Vec<_> = batch["by_size"].as_array().unwrap().iter().collect();
    assert_eq!((&sizes[0]["size"], &sizes[0]["frames"]), (&"480p".into(), &150.into()));
    assert_eq!((&sizes[1]["size"], &sizes[1]["frames"]), (&"720p".into(), &75.into()));
    assert!(sizes.iter().all(|size| size["frames_per_sec"].as_f64().is_some_and(|rate| rate > 0.0)));
    assert!(batch["slowest_stage"].is_string(), "{batch:#}");
    assert!(batch["temporary_bytes_peak"].as_u64().is_some_and(|bytes| bytes > 0), "{batch:#}");
    assert_eq!(batch["failures"][0]["input"], "films/broken.mp4");
    assert_eq!(records.last().unwrap()["type"], "summary");

    let log = std::fs::read_to_string(scene.path("batch.log")).unwrap();
    let events: Vec<&str> = log.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    let count = |event: &str| events.iter().filter(|one| **one == event).count();
    assert_eq!((count("begin"), count("done"), count("failed"), count("end")), (1, 3, 1, 1), "{log}");
    assert!(log.contains("films/broken.mp4"), "{log}");

    // The second time there is something to go by, and what is there is not made again.
    scene.clip(&film("batch_middle.mp4", "128x96", 4), "films/d.mp4");
    let ran = scene.reel(&["matte", "films", "-o", "out/", "--model", "chroma", "--forecast", "only"]);
    let told = ran.expect(0).stdout;
    assert!(told.contains("1 film, 0:00:04 of video; 3 outputs there already; 1 cannot be read"), "{told}");
    assert!(told.contains("as 3 films made like this here took"), "{told}");
    assert!(!scene.path("out/d.webm").exists(), "it was only asked what it would take");
}

#[test]
fn people_get_a_table_and_the_place_of_the_log() {
    let scene = folder_of_films();
    let ran = scene.reel(&["matte", "films", "-o", "out/", "--model", "chroma"]).expect(3);
    for line in [
        "3 films, 0:00:09 of video; 1 cannot be read",
        "(a guess: no film was made like this here before)",
        "[1/4] films/b.mp4: ",
        "size  films  frames  fps",
        "failed: films/broken.mp4",
        "success rate 75.0 %, ",
        "-bound, temporary files at most ",
        ", 0 hangs",
        "3 of 4 done",
    ] {
        assert!(ran.stderr.contains(line), "{line}: {}", ran.stderr);
    }
    let log = scene.state().join("matte.log");
    assert!(ran.stderr.contains(&format!("log: {}", log.display())), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(log).unwrap().matches("  done     ").count(), 3);
}

#[test]
fn one_film_needs_no_table() {
    let scene = folder_of_films();
    let ran = scene.reel(&["matte", "films/a.mp4", "-o", "a.webm", "--model", "chroma"]).expect(0);
    assert!(!ran.stderr.contains("success rate") && !ran.stderr.contains("expected"), "{}", ran.stderr);
    assert!(!scene.state().join("matte.log").exists());
}

#[test]
fn a_log_that_cannot_be_written_is_said_before_any_work() {
    let scene = folder_of_films();
    let args = ["matte", "films", "-o", "out/", "--model", "chroma", "--log", "films/a.mp4/x"];
    let ran = scene.reel(&args).expect(1);
    assert!(ran.stderr.contains("cannot write the log"), "{}", ran.stderr);
    assert!(!scene.path("out").exists());
}

//! What is set beforehand: in reel.toml, in variables, and by flags over both.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::process::Command;

use support::{Ran, Scene};

fn command(scene: &Scene, toml: &str, args: &[&str]) -> Command {
    let path = scene.path("reel.toml");
    std::fs::write(&path, toml).unwrap();
    let mut command = scene.command(args);
    command.env("REEL_CONFIG", path);
    command
}

/// The value of a setting and who said it.
fn setting(ran: &Ran, key: &str) -> (String, String) {
    let records = ran.records();
    let record = records.iter().find(|record| record["key"] == key).unwrap();
    let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    (text("value"), text("from"))
}

#[test]
fn a_flag_is_stronger_than_a_variable_and_that_than_the_file() {
    let scene = Scene::new();
    let toml = "tasks = 2\n";
    let shown = |command: Command, value: &str, from: &str| {
        let (is, said) = setting(&Ran::of(command).expect(0), "tasks");
        assert_eq!(is, value);
        assert!(said.contains(from), "{said}");
    };
    shown(command(&scene, toml, &["config", "show", "--json"]), "2", "reel.toml, line 1");
    let mut with_variable = command(&scene, toml, &["config", "show", "--json"]);
    with_variable.env("REEL_TASKS", "3");
    shown(with_variable, "3", "REEL_TASKS");
    let mut with_flag = command(&scene, toml, &["--tasks", "4", "config", "show", "--json"]);
    with_flag.env("REEL_TASKS", "3");
    shown(with_flag, "4", "flag");
    let mut with_empty = command(&scene, toml, &["config", "show", "--json"]);
    with_empty.env("REEL_TASKS", "");
    shown(with_empty, "2", "reel.toml, line 1");
}

#[test]
fn what_the_file_says_is_what_is_done() {
    let scene = Scene::new();
    let elsewhere = scene.path("elsewhere");
    let toml = format!("state = {elsewhere:?}\nffmpeg = \"/no/such/ffmpeg\"\n");
    let mut list = command(&scene, &toml, &["jobs", "list"]);
    list.env_remove("REEL_STATE");
    Ran::of(list).expect(0);
    assert!(elsewhere.join("reel.sqlite").exists());
    let doctor = Ran::of(command(&scene, &toml, &["doctor"])).expect(4);
    assert!(doctor.stdout.contains("/no/such/ffmpeg"), "{}", doctor.stdout);
}

#[test]
fn settings_of_the_server_reach_the_server() {
    let scene = Scene::new();
    let toml = "[serve]\nlisten = \"0.0.0.0:0\"\nupload_max = \"20MB\"\n";
    let refused = Ran::of(command(&scene, toml, &["serve"])).expect(2);
    assert!(refused.stderr.contains("0.0.0.0:0 can be reached from other machines"), "{}", refused.stderr);
}

#[test]
fn a_wrong_line_is_named_and_nothing_is_done() {
    let scene = Scene::new();
    let refused = |toml: &str, expected: &[&str]| {
        let ran = Ran::of(command(&scene, toml, &["jobs", "list", "--json"])).expect(2);
        let said = ran.records()[0]["error"].to_string();
        expected.iter().for_each(|word| assert!(said.contains(word), "{toml:?}: {said}"));
    };
    refused("device = \"cpu\"\ntasks = 0\n", &["reel.toml, line 2", "tasks", "0 is not in"]);
    refused("[serve]\nlisten = \"nowhere\"\n", &["reel.toml, line 2", "listen"]);
    refused("[serve]\nupload-max = \"much\"\n", &["is no size", "20MB"]);
    refused("[serve]\nkeep-jobs = \"0s\"\n", &["reel.toml, line 2", "forget everything at once"]);
    refused("taks = 3\n", &["line 1", "taks", "did you mean `tasks`"]);
    refused("tasks 3\n", &["reel.toml, line 1"]);
    let none = scene.reel(&["jobs", "list", "--config", "none.toml"]).expect(2);
    assert!(
        none.stderr.contains("none.toml") && none.stderr.contains("reel config example"),
        "{}",
        none.stderr
    );
    assert!(!scene.state().join("reel.sqlite").exists());
}

#[test]
fn the_example_is_read_whole_once_its_lines_are_let_in() {
    let scene = Scene::new();
    let example = scene.reel(&["config", "example"]).expect(0).stdout;
    let has_key = |line: &&str| line.starts_with("# ") && line.contains(" = ");
    // Where nothing is the default the value stands as its name in capitals.
    let is_real = |line: &&str| {
        let value = line.rsplit(" = ").next().unwrap_or_default().trim_matches('"');
        value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let mut keys = 0;
    let let_in = |line: &str| match Some(line).filter(has_key).filter(is_real) {
        Some(line) => {
            keys += 1;
            line[2..].to_owned()
        }
        None => line.to_owned(),
    };
    let toml: Vec<String> = example.lines().map(let_in).collect();
    let ran = Ran::of(command(&scene, &toml.join("\n"), &["config", "show", "--json"])).expect(0);
    let from_file =
        ran.records().iter().filter(|record| record["from"].as_str().unwrap().contains("line")).count();
    assert_eq!(from_file, keys, "{toml:#?}");
    assert!(keys > 8, "{example}");
}

#[test]
fn the_variables_of_the_old_transcoder_are_read_with_one_warning() {
    let scene = Scene::new();
    let mut command = command(&scene, "", &["config", "show", "--json"]);
    command
        .env("TRANSCODER_MAXCONCURRENT", "3")
        .env("TRANSCODER_ENABLEGPU", "false")
        .env("TRANSCODER_CHUNKSIZE", "5242880");
    let ran = Ran::of(command).expect(0);
    assert_eq!(setting(&ran, "tasks"), ("3".to_owned(), "TRANSCODER_MAXCONCURRENT".to_owned()));
    assert_eq!(setting(&ran, "device"), ("cpu".to_owned(), "TRANSCODER_ENABLEGPU".to_owned()));
    assert_eq!(ran.stderr.matches("warning").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("TRANSCODER_CHUNKSIZE says nothing any more"), "{}", ran.stderr);
}

#[test]
fn a_folder_that_is_called_as_the_verb_is_no_verb() {
    let scene = Scene::new();
    let toml = "[serve]\nlisten = \"0.0.0.0:0\"\n";
    for args in [["--state", "serve", "serve"], ["serve", "--state", "serve"]] {
        let refused = Ran::of(command(&scene, toml, &args)).expect(2);
        assert!(refused.stderr.contains("0.0.0.0:0 can be reached"), "{args:?}: {}", refused.stderr);
    }
}

#[test]
fn a_time_beyond_all_times_is_none_that_breaks_a_server() {
    let scene = Scene::new();
    let far = "200000000000d";
    let mut server = scene.start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--json",
        "--no-worker",
        "--cache-ttl",
        far,
        "--keep-jobs",
        far,
        "--keep-uploads",
        far,
    ]);
    server.wait_for(|record| record["type"] == "listening");
    server.signal(rustix::process::Signal::INT);
    server.end().expect(0);
}

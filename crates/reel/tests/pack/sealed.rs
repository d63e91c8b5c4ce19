//! Encrypted videos: with which key, and what happens without it.

use std::process::Command;

use age::secrecy::ExposeSecret;

use crate::support::{Ran, Scene};
use crate::{random, refused, scene};

const SECRET: [&str; 4] = ["pack", "plans.bin", "-o", "sealed.avi"];

fn with_passphrase(scene: &Scene, passphrase: &str, args: &[&str]) -> Ran {
    let mut command = scene.command(args);
    command.env("REEL_PASSPHRASE", passphrase);
    Ran::of(command)
}

/// In a session of its own, which has no terminal.
fn without_terminal(scene: &Scene, args: &[&str]) -> Ran {
    let plain = scene.command(args);
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(plain.get_program()).args(plain.get_args());
    command.current_dir(scene.path("")).env("REEL_STATE", scene.state()).env_remove("REEL_PASSPHRASE");
    Ran::of(command)
}

#[test]
fn a_passphrase_from_the_environment_opens_what_it_sealed() {
    let bytes = random(50_000, 1);
    let scene = scene(&[("plans.bin", &bytes)]);
    with_passphrase(&scene, "correct horse", &[&SECRET[..], &["--encrypt"]].concat()).expect(0);
    let video = std::fs::read(scene.path("sealed.avi")).unwrap();
    assert!(!video.windows(9).any(|window| window == b"plans.bin"), "the name shows");

    let listed = without_terminal(&scene, &["unpack", "--list", "sealed.avi"]).expect(0);
    assert!(listed.stdout.starts_with("encrypted"), "{listed:#?}");
    let opened = with_passphrase(&scene, "correct horse", &["unpack", "--list", "sealed.avi"]).expect(0);
    assert!(opened.stdout.starts_with("plans.bin  50.0 kB"), "{opened:#?}");

    let wrong = with_passphrase(&scene, "battery staple", &["unpack", "sealed.avi", "-o", "back/"]).expect(3);
    assert!(wrong.stderr.contains("the passphrase does not open this"), "{wrong:#?}");
    assert!(wrong.stderr.contains("hint: "), "{wrong:#?}");
    assert_eq!(scene.names(), ["plans.bin", "sealed.avi"]);

    with_passphrase(&scene, "correct horse", &["unpack", "sealed.avi", "-o", "back/"]).expect(0);
    assert!(std::fs::read(scene.path("back/plans.bin")).unwrap() == bytes);
}

#[test]
fn a_passphrase_file_and_a_pipe_give_their_first_line() {
    let scene = scene(&[("plans.bin", b"plans"), ("words", b"correct horse\r\nnot this\n")]);
    scene.reel(&[&SECRET[..], &["--passphrase-file", "words"]].concat()).expect(0);
    let mut command = Command::new("bash");
    let script = r#"mkfifo pipe; timeout 20 "$REEL" unpack sealed.avi -o back/ --passphrase-file pipe & echo 'correct horse' >pipe; wait $!"#;
    command.args(["-c", script]).current_dir(scene.path("")).env("REEL", env!("CARGO_BIN_EXE_reel"));
    command.env("REEL_STATE", scene.state());
    Ran::of(command).expect(0);
    assert_eq!(std::fs::read(scene.path("back/plans.bin")).unwrap(), b"plans");
}

#[test]
fn a_key_file_opens_what_was_sealed_for_it() {
    let identity = || age::x25519::Identity::generate().to_string().expose_secret().to_owned();
    let (mine, other) = (format!("# mine\n{}\n", identity()), identity());
    let scene = scene(&[("plans.bin", b"plans"), ("mine", mine.as_bytes()), ("other", other.as_bytes())]);
    scene.reel(&[&SECRET[..], &["--key-file", "mine"]].concat()).expect(0);
    refused(
        &scene,
        &["unpack", "sealed.avi", "-o", "back/", "--key-file", "other"],
        3,
        "the key file does not open this",
    );
    assert!(!scene.path("back").exists());
    scene.reel(&["unpack", "sealed.avi", "-o", "back/", "--key-file", "mine"]).expect(0);
    assert_eq!(std::fs::read(scene.path("back/plans.bin")).unwrap(), b"plans");
}

#[test]
fn a_folder_that_is_encrypted_comes_back() {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("d")).unwrap();
    std::fs::write(scene.path("d/a"), b"a").unwrap();
    with_passphrase(&scene, "x", &["pack", "d", "-o", "d.avi", "--encrypt"]).expect(0);
    with_passphrase(&scene, "x", &["unpack", "d.avi", "-o", "back/"]).expect(0);
    assert_eq!(std::fs::read(scene.path("back/d/a")).unwrap(), b"a");
}

#[test]
fn keys_that_are_none_are_refused_with_what_to_do() {
    let many: String =
        (0..40).map(|_| format!("{}\n", age::x25519::Identity::generate().to_public())).collect();
    let scene =
        scene(&[("plans.bin", b"plans"), ("empty", b""), ("text", b"no key"), ("many", many.as_bytes())]);
    let pack = |more: &[&'static str], code, words: &str| {
        refused(&scene, &[&SECRET[..], more].concat(), code, words);
    };
    pack(&["--passphrase-file", "absent"], 3, "cannot read absent: no such file");
    pack(&["--passphrase-file", "empty"], 2, "the passphrase is empty");
    pack(&["--key-file", "text"], 3, "line 1 of the key file is no age key");
    pack(&["--key-file", "empty"], 3, "holds no key");
    pack(&["--key-file", "many"], 2, "more keys than");
    let ran = without_terminal(&scene, &[&SECRET[..], &["--encrypt"]].concat()).expect(2);
    assert!(
        ran.stderr
            .contains("error: no passphrase: there is no terminal to ask at\nhint: set REEL_PASSPHRASE"),
        "{ran:#?}"
    );
    assert!(!scene.path("sealed.avi").exists());
}

#[test]
fn a_killed_encrypted_pack_goes_on_for_who_has_the_passphrase_and_betrays_nothing() {
    let bytes = random(9_000_000, 5);
    let scene = scene(&[("plans.bin", &bytes)]);
    let pack = [&SECRET[..], &["--encrypt"]].concat();
    let mut command = scene.command(&pack);
    command.env("REEL_PASSPHRASE", "correct horse").env("REEL_CRASH_AT", "in_assemble");
    assert!(Ran::of(command).signal.is_some());

    betrays_nothing(&scene);

    with_passphrase(&scene, "correct horse", &pack).expect(0);
    let attempts = scene.only_job()["attempts"].clone();
    let done = attempts.as_array().unwrap().iter().filter(|attempt| attempt["outcome"] == "done").count();
    assert_eq!(done, 3, "a plan, a chunk and an assemble, each once: {attempts:#}");
    let again =
        with_passphrase(&scene, "correct horse", &[&pack[..], &["--json"]].concat()).expect(0).result();
    assert_eq!(
        (&again["already_there"], &again["metadata"]["sha256"]),
        (&true.into(), &serde_json::Value::Null)
    );
    with_passphrase(&scene, "another", &pack).expect(5);
    with_passphrase(&scene, "correct horse", &["unpack", "sealed.avi", "-o", "back/"]).expect(0);
    assert!(std::fs::read(scene.path("back/plans.bin")).unwrap() == bytes);
}

/// Looks through the state folder for what is hidden in the video.
fn betrays_nothing(scene: &Scene) {
    let sha256 = reel_store::sha256_of_file(&scene.path("plans.bin")).unwrap().1;
    let mut files = vec![scene.state()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let held = std::fs::read(&path).unwrap();
        let holds = |secret: &[u8]| held.windows(secret.len()).any(|window| window == secret);
        assert!(!holds(sha256.as_bytes()) && !holds(b"correct horse"), "{}", path.display());
        assert!(
            !path.starts_with(scene.state().join("objects")) || !holds(b"plans.bin"),
            "{}",
            path.display()
        );
        assert!(!holds(b"AGE-SECRET-KEY"), "{}", path.display());
    }
}

#[test]
fn a_killed_look_at_an_encrypted_video_betrays_nothing_either() {
    let scene = scene(&[("plans.bin", &random(9_000_000, 5))]);
    with_passphrase(&scene, "correct horse", &[&SECRET[..], &["--encrypt"]].concat()).expect(0);
    let mut command = scene.command(&["unpack", "--verify", "sealed.avi"]);
    command.env("REEL_PASSPHRASE", "correct horse").env("REEL_CRASH_AT", "in_assemble");
    assert!(Ran::of(command).signal.is_some());
    betrays_nothing(&scene);
    with_passphrase(&scene, "correct horse", &["unpack", "--verify", "sealed.avi"]).expect(0);
}

//! `reel webhooks`, a server that tells, and somebody who verifies what was told.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;
use support::{Ran, Scene};

/// The headers of the next request, by lower-case name, and its body.
fn heard(listener: &TcpListener) -> (Vec<(String, String)>, Vec<u8>) {
    let (stream, _) = listener.accept().unwrap();
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; of(&headers, "content-length").parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    (headers, body)
}

fn of<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    &headers.iter().find(|(known, _)| known == name).unwrap().1
}

/// What `reel webhooks verify` says of a body.
fn verify(scene: &Scene, secret: &str, signature: &str, body: &[u8]) -> Ran {
    std::fs::write(scene.path("body"), body).unwrap();
    let mut command = scene.command(&["webhooks", "verify", "--signature", signature]);
    command.env("REEL_WEBHOOK_SECRET", secret);
    command.stdin(Stdio::from(std::fs::File::open(scene.path("body")).unwrap()));
    Ran::of(command)
}

#[test]
fn a_secret_is_printed_once_and_what_is_told_can_be_verified_by_it() {
    let scene = Scene::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let made = scene.reel(&["webhooks", "create", &url, "--description", "mine"]).expect(0);
    let secret = made.stdout.trim();
    assert!(secret.starts_with("whsec_") && !made.stderr.contains(secret), "{}", made.stderr);
    let list = scene.reel(&["webhooks", "list"]).expect(0);
    for word in ["local", "on", "job.completed,job.failed,job.cancelled", &url] {
        assert!(list.stdout.contains(word), "{word}: {}", list.stdout);
    }
    let listed = scene.reel(&["webhooks", "list", "--json"]).expect(0).records();
    assert_eq!((listed.len(), listed[0].get("secret")), (1, None));
    let id = listed[0]["id"].as_str().unwrap();

    // Asked for while no server runs, told by the one that comes.
    let asked = scene.reel(&["webhooks", "ping", id, "--json"]).expect(0).records();
    assert_eq!((&asked[0]["type"], &asked[0]["state"]), (&"delivery".into(), &"pending".into()));
    let mut running = scene.start(&[
        "serve",
        "--listen=127.0.0.1:0",
        "--json",
        "--device=cpu",
        "--no-worker",
        "--allow-private=127.0.0.1",
    ]);
    running.wait_for(|record| record["type"] == "listening");
    let (headers, body) = heard(&listener);
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&message["type"], &message["id"]), (&"ping".into(), &asked[0]["event_id"]));
    let signature = of(&headers, "reel-signature");
    verify(&scene, secret, signature, &body).expect(0);
    let changed = String::from_utf8(body.clone()).unwrap().replace("ping", "pong");
    let refused = verify(&scene, secret, signature, changed.as_bytes()).expect(3);
    assert!(refused.stderr.contains("not that of this body and secret"), "{}", refused.stderr);
    verify(&scene, "whsec_other", signature, &body).expect(3);
    verify(&scene, secret, "v1=00", &body).expect(3);

    // Told again while the server runs.
    let delivery = asked[0]["id"].as_str().unwrap();
    scene.reel(&["webhooks", "replay", delivery]).expect(0);
    assert_eq!(heard(&listener).1, body);
    running.signal(Signal::TERM);
    running.end().expect(0);
    let told = scene.reel(&["webhooks", "deliveries", "--only", "delivered", "--json"]).expect(0).records();
    assert_eq!((&told[0]["id"], &told[0]["last_status"]), (&asked[0]["id"], &200.into()));
}

#[test]
fn webhooks_are_switched_off_and_on_replaced_and_removed() {
    let scene = Scene::new();
    let made = scene.reel(&["webhooks", "create", "http://hooks.invalid/", "--json"]).expect(0).records();
    let (id, secret) = (made[0]["id"].as_str().unwrap(), made[0]["secret"].as_str().unwrap());
    scene.reel(&["webhooks", "disable", id]).expect(0);
    let off = scene.reel(&["webhooks", "ping", id]).expect(2);
    assert!(off.stderr.contains("reel webhooks enable"), "{}", off.stderr);
    scene.reel(&["webhooks", "enable", id]).expect(0);
    scene.reel(&["webhooks", "ping", id]).expect(0);
    let waits = scene.reel(&["webhooks", "deliveries", "--only", "pending", "--json"]).expect(0).records();
    assert_eq!(waits.len(), 1);
    let replaced = scene.reel(&["webhooks", "rotate", id]).expect(0);
    assert!(replaced.stdout.starts_with("whsec_") && replaced.stdout.trim() != secret);
    assert_eq!(
        scene.reel(&["webhooks", "replay", "--dead", id]).expect(0).stdout,
        format!("{id}  0 to be told again\n")
    );
    scene.reel(&["webhooks", "delete", id]).expect(0);
    let gone = scene.reel(&["webhooks", "delete", id]).expect(2);
    assert!(gone.stderr.contains("reel webhooks list"), "{}", gone.stderr);
    assert_eq!(scene.reel(&["webhooks", "deliveries", "--json"]).expect(0).stdout, "");
}

#[test]
fn what_no_webhook_can_be_is_a_usage_problem() {
    let scene = Scene::new();
    for args in [
        &["create"][..],
        &["create", "not an address"],
        &["create", "file:///etc/passwd"],
        &["create", "http://a.org/", "--events", "ping"],
        &["create", "http://a.org/", "--tenant", "A/b"],
        &["replay"],
        &["replay", "1"],
        &["replay", "1", "--dead", "x"],
        &["deliveries", "--only", "none"],
        &["list", "--server", "http://localhost:1"],
        &["verify", "--signature", "t=1,v1=00"],
    ] {
        scene.reel(&[&["webhooks"], args].concat()).expect(2);
    }
}

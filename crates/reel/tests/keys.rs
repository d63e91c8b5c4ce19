//! `reel keys`, and a server that asks for them.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::Signal;
use support::{Running, Scene};

/// The status of an answer on this path, asked with this key.
fn status(port: u16, path: &str, key: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let auth = if key.is_empty() { String::new() } else { format!("Authorization: Bearer {key}\r\n") };
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{auth}Connection: close\r\n\r\n").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said.split(' ').nth(1).unwrap().parse().unwrap()
}

fn serve(scene: &Scene, listen: &str) -> (Running, u16) {
    let mut running = scene.start(&["serve", "--listen", listen, "--json", "--device=cpu", "--no-worker"]);
    let listening = running.wait_for(|record| record["type"] == "listening");
    let address = listening["address"].as_str().unwrap();
    (running, address.rsplit(':').next().unwrap().parse().unwrap())
}

#[test]
fn a_key_is_printed_once_and_then_known_by_its_id() {
    let scene = Scene::new();
    let made = scene.reel(&["keys", "create", "--name", "laptop", "--scope", "admin"]).expect(0);
    let key = made.stdout.trim();
    let (id, secret) = key.strip_prefix("reel_").unwrap().split_once('_').unwrap();
    assert!(!made.stderr.contains(secret), "{}", made.stderr);
    let list = scene.reel(&["keys", "list"]).expect(0);
    for word in [id, "laptop", "local", "admin", "live", "never"] {
        assert!(list.stdout.contains(word), "{word}: {}", list.stdout);
    }
    assert!(!list.stdout.contains(secret));
    let json = scene.reel(&["keys", "list", "--json"]).expect(0);
    assert_eq!((&json.records()[0]["id"], &json.records()[0]["key"]), (&id.into(), &serde_json::Value::Null));
    scene.reel(&["keys", "revoke", id]).expect(0);
    assert!(scene.reel(&["keys", "list"]).expect(0).stdout.contains("revoked"));
    let gone = scene.reel(&["keys", "rotate", id]).expect(2);
    assert!(gone.stderr.contains("reel keys create"), "{}", gone.stderr);
    let none = scene.reel(&["keys", "revoke", "x"]).expect(2);
    assert!(none.stderr.contains("reel keys list"), "{}", none.stderr);
}

#[test]
fn what_no_key_can_be_is_a_usage_problem() {
    let scene = Scene::new();
    for args in [
        &["create"][..],
        &["create", "--name", ""],
        &["create", "--name", "n", "--scope", "root"],
        &["create", "--name", "n", "--tenant", "A/b"],
        &["create", "--name", "n", "--expires", "soon"],
        &["create", "--name", "n", "--expires", "0s"],
    ] {
        scene.reel(&[&["keys"], args].concat()).expect(2);
    }
    assert_eq!(scene.reel(&["keys", "list", "--json"]).expect(0).stdout, "");
}

#[test]
fn a_server_that_others_reach_wants_a_key_and_a_running_one_hears_of_it() {
    let scene = Scene::new();
    let refused = scene.reel(&["serve", "--listen", "0.0.0.0:0"]).expect(2);
    assert!(refused.stderr.contains("reel keys create"), "{}", refused.stderr);
    let made = scene.reel(&["keys", "create", "--name", "a", "--json"]).expect(0);
    let record = &made.records()[0];
    let (key, id) = (record["key"].as_str().unwrap(), record["id"].as_str().unwrap());

    let (running, port) = serve(&scene, "0.0.0.0:0");
    assert_eq!(status(port, "/api/v1/jobs", ""), 401);
    assert_eq!(status(port, "/api/v1/jobs", key), 200);
    assert_eq!(status(port, "/livez", ""), 200);
    let replaced = scene.reel(&["keys", "rotate", id, "--overlap", "0s"]).expect(0);
    assert_eq!(status(port, "/api/v1/jobs", key), 401);
    assert_eq!(status(port, "/api/v1/jobs", replaced.stdout.trim()), 200);
    running.signal(Signal::TERM);
    running.end().expect(0);
}

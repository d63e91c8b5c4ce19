//! A resumable upload through a server that is killed in the middle of it.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;
use serde_json::Value;
use support::{Running, Scene};

/// What one kill may cost at most.
const LOST_MAX: usize = 16 << 20;
const SERVE: [&str; 6] = ["serve", "--listen", "127.0.0.1:0", "--json", "--device=cpu", "--no-worker"];

/// Bytes to send: 200 MiB, or as many MiB as `REEL_BIG_UPLOAD` says.
fn length() -> usize {
    let mib = std::env::var("REEL_BIG_UPLOAD").ok().and_then(|text| text.parse().ok());
    mib.unwrap_or(200_usize) << 20
}

struct Served {
    running: Running,
    address: String,
}

impl Served {
    fn start(scene: &Scene) -> Self {
        let mut running = scene.start(&SERVE);
        let listening = running.wait_for(|record| record["type"] == "listening");
        Self { running, address: listening["address"].as_str().unwrap().to_owned() }
    }

    fn send(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("{head}\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, head: &str) -> String {
        answer(self.send(head))
    }

    fn patch(&self, path: &str, offset: usize, length: usize) -> TcpStream {
        self.send(&format!(
            "PATCH {path} HTTP/1.1\r\nContent-Type: application/offset+octet-stream\r\n\
             Upload-Offset: {offset}\r\nContent-Length: {length}"
        ))
    }

    fn offset(&self, path: &str) -> usize {
        header(&self.ask(&format!("HEAD {path} HTTP/1.1")), "upload-offset").parse().unwrap()
    }
}

fn answer(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[track_caller]
fn header(answer: &str, name: &str) -> String {
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

#[test]
fn a_server_that_is_killed_keeps_what_it_has_said_it_has() {
    let scene = Scene::new();
    let length = length();
    let mut random = fastrand::Rng::with_seed(7);
    let mut file = vec![0; length];
    random.fill(&mut file);
    std::fs::write(scene.path("file"), &file).unwrap();
    let (_, sha256) = reel_store::sha256_of_file(&scene.path("file")).unwrap();

    let mut served = Served::start(&scene);
    let create = format!("POST /api/v1/uploads HTTP/1.1\r\nUpload-Length: {length}");
    let path = header(&served.ask(&create), "location");
    let mut from = 0;
    for part in 1..=3 {
        let until = length / 4 * part;
        let mut stream = served.patch(&path, from, length - from);
        stream.write_all(&file[from..until]).unwrap();
        // What is told right before the end is true after it.
        let told = served.offset(&path);
        served.running.signal(Signal::KILL);
        served.running.end();
        scene.no_process_is_left();
        drop(stream);
        served = Served::start(&scene);
        from = served.offset(&path);
        assert!(from >= told, "{told} bytes were told, and {from} are there");
        assert!(until - from <= LOST_MAX, "{until} bytes were sent, and {from} are there");
    }
    let mut stream = served.patch(&path, from, length - from);
    stream.write_all(&file[from..]).unwrap();
    let whole = answer(stream);
    assert!(whole.starts_with("HTTP/1.1 204"), "{whole}");
    let video = served.ask(&format!("GET /api/v1/videos/{} HTTP/1.0", header(&whole, "upload-id")));
    let video: Value = serde_json::from_str(video.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(video["sha256"], sha256.as_str());
    assert_eq!(video["size"], length);
    served.running.signal(Signal::TERM);
    served.running.end().expect(0);
}

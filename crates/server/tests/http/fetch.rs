//! Files from an address.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reel_server::{ServerOptions, is_public};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::client::Answer;
use super::scene::{Scene, text};

const FETCH: &str = "/api/v1/uploads/fetch";
const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A server elsewhere: it answers each path with what it was told, word for word.
struct Origin {
    address: SocketAddr,
    answers: Arc<Mutex<BTreeMap<String, String>>>,
    reached: Arc<AtomicUsize>,
}

impl Origin {
    async fn new(ip: &str) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let origin = Self {
            address: listener.local_addr().unwrap(),
            answers: Arc::default(),
            reached: Arc::default(),
        };
        let (answers, reached) = (Arc::clone(&origin.answers), Arc::clone(&origin.reached));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                reached.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream, Arc::clone(&answers)));
            }
        });
        origin
    }

    /// From now on this path is answered so; `\n` is the end of a line of the head.
    fn says(&self, path: &str, head: &str, body: &str) -> String {
        let answer = format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n"));
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
        format!("http://{}{path}", self.address)
    }

    /// A file there.
    fn has(&self, path: &str, body: &str) -> String {
        self.says(path, &format!("HTTP/1.1 200 OK\nContent-Length: {}", body.len()), body)
    }

    fn leads(&self, path: &str, to: &str) -> String {
        self.says(path, &format!("HTTP/1.1 302 Found\nLocation: {to}\nContent-Length: 0"), "")
    }

    fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }
}

async fn answer(stream: tokio::net::TcpStream, answers: Arc<Mutex<BTreeMap<String, String>>>) {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 2 {
        if first.is_empty() {
            first.clone_from(&line);
        }
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let answer = answers.lock().unwrap().get(path).cloned().unwrap_or_default();
    let _ = stream.write_all(answer.as_bytes()).await;
    // A head that promises more than there is stays open: whoever waits for the rest has patience, or has not.
    if path.starts_with("/slow") {
        let _ = stream.read(&mut [0]).await;
    }
}

/// A server that may fetch from `127.0.0.1` alone.
async fn scene(options: ServerOptions) -> Scene {
    let allow_private = vec!["127.0.0.1".parse().unwrap()];
    Scene::with(ServerOptions { allow_private, ..options }).await
}

async fn fetch(scene: &Scene, url: &str) -> Answer {
    scene.post(FETCH, &json!({"url": url})).await
}

async fn refused(scene: &Scene, url: &str) -> String {
    let problem = fetch(scene, url).await.expect(422).json();
    assert_eq!(problem["field"], "url", "{problem}");
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
    text(&problem["detail"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetched_file_is_an_upload_like_any_other() {
    let scene = scene(ServerOptions::default()).await;
    let origin = Origin::new("127.0.0.1").await;
    let answer = fetch(&scene, &origin.has("/films/one%20two.avi?sig=x", "RIFFabc")).await.expect(201);
    let told = answer.json();
    assert_eq!((&told["filename"], &told["size"]), (&json!("one two.avi"), &json!(7)));
    assert_eq!(told["metadata"]["width"], 64);
    assert_eq!(answer.header("location"), format!("/api/v1/videos/{}", text(&told["id"])));
    assert_eq!(scene.get(answer.header("location")).await.expect(200).json(), told);
    let head = "HTTP/1.1 200 OK\nContent-Type: video/mp4; x=y\nContent-Disposition: attachment; filename=\"../b.mp4\"";
    let told = fetch(&scene, &origin.says("/x", head, "abc")).await.expect(201).json();
    assert_eq!((&told["filename"], &told["mime"]), (&json!("b.mp4"), &json!("video/mp4")));
    let body = json!({"url": origin.has("/x", "abc"), "filename": "mine.mp4"});
    let told = scene.post(FETCH, &body).await.expect(201).json();
    assert_eq!((&told["filename"], &told["sha256"]), (&json!("mine.mp4"), &json!(ABC_SHA256)));
    assert!(scene.incoming().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_can_be_made_of_an_address() {
    let scene = scene(ServerOptions::default()).await;
    let origin = Origin::new("127.0.0.1").await;
    let submit = async |url: &str, params: Value| {
        let body = json!({"pipeline": "copy", "sources": [{"url": url}], "params": params});
        scene.post("/api/v1/jobs", &body).await
    };
    let url = origin.has("/a.bin", "abc");
    let made = submit(&url, json!({})).await.expect(202).json();
    let ended = scene.ended(&text(&made["id"])).await;
    assert_eq!((&ended["status"], &ended["sources"][0]["filename"]), (&json!("completed"), &json!("a.bin")));
    assert_eq!(ended["outputs"][0]["sha256"], ABC_SHA256);
    // What cannot be asked is refused before anything is fetched.
    let reached = origin.reached();
    submit(&url, json!({"none": 1})).await.expect(422);
    assert_eq!(origin.reached(), reached);
    let problem = submit("http://127.0.0.2/a.bin", json!({})).await.expect(422).json();
    assert_eq!(problem["field"], "sources[0].url");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_from_this_machine_or_its_neighbours() {
    let scene = Scene::new().await;
    let origin = Origin::new("127.0.0.1").await;
    origin.has("/", "secret");
    let port = origin.address.port();
    assert!(!is_public(origin.address.ip()));
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "%31%32%37.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "10.0.0.1",
        "192.168.0.1",
        "224.0.0.1",
    ] {
        refused(&scene, &format!("http://{host}:{port}/")).await;
    }
    for url in [
        "",
        "film.mp4",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "gopher://127.0.0.1/a",
        "data:,abc",
        "http://",
        "http://name:word@127.0.0.1/",
        "http://127.0.0.1:99999/",
        &format!("http://127.0.0.1/{}", "x".repeat(9000)),
    ] {
        refused(&scene, url).await;
    }
    assert_eq!(origin.reached(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_a_little_and_never_to_where_it_is_private() {
    let scene = scene(ServerOptions::default()).await;
    let origin = Origin::new("127.0.0.1").await;
    let neighbour = Origin::new("127.0.0.2").await;
    let secret = neighbour.has("/secret", "secret");
    for (path, to) in
        [("/to", secret.as_str()), ("/file", "file:///etc/passwd"), ("/deep", "/to"), ("/odd", "http://")]
    {
        refused(&scene, &origin.leads(path, to)).await;
    }
    refused(&scene, &origin.says("/none", "HTTP/1.1 302 Found\nContent-Length: 0", "")).await;
    assert_eq!(neighbour.reached(), 0);
    refused(&scene, &origin.leads("/round", "/round")).await;
    origin.has("/5", "abc");
    for hop in (0..5).rev() {
        origin.leads(&format!("/{hop}"), &format!("/{}", hop + 1));
    }
    let six = origin.leads("/six", "/0");
    refused(&scene, &six).await;
    let told = fetch(&scene, &format!("http://{}/0", origin.address)).await.expect(201).json();
    assert_eq!((&told["filename"], &told["sha256"]), (&json!("5"), &json!(ABC_SHA256)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_whole_file_leaves_nothing() {
    let body_patience = Duration::from_millis(200);
    let scene =
        scene(ServerOptions { upload_bytes_max: 10, body_patience, ..ServerOptions::default() }).await;
    let origin = Origin::new("127.0.0.1").await;
    let ok = "HTTP/1.1 200 OK";
    let check = async |path: &str, head: String, body: &str, expected: &str| {
        let said = refused(&scene, &origin.says(path, &head, body)).await;
        assert!(said.contains(expected), "{said}");
    };
    check("/404", "HTTP/1.1 404 Not Found\nContent-Length: 0".to_owned(), "", "404").await;
    check("/204", "HTTP/1.1 206 Partial Content\nContent-Length: 3".to_owned(), "abc", "206").await;
    check("/gzip", format!("{ok}\nContent-Encoding: gzip\nContent-Length: 3"), "abc", "gzip").await;
    check("/short", format!("{ok}\nContent-Length: 9"), "abc", "broke").await;
    check("/chunk", format!("{ok}\nTransfer-Encoding: chunked"), "3\r\nabc\r\n", "broke").await;
    check("/slow", format!("{ok}\nContent-Length: 9"), "abc", "no byte came").await;
    check("/noise", "220 mail.example.org".to_owned(), "", "broke").await;
    let tls = format!("https://{}/x", origin.address);
    assert!(refused(&scene, &tls).await.contains("certificate"));
    fetch(&scene, &origin.has("/large", "0123456789a")).await.expect(413);
    fetch(&scene, &origin.says("/endless", ok, "0123456789a")).await.expect(413);
    assert!(scene.stored().is_empty() && scene.incoming().is_empty());
    fetch(&scene, &origin.has("/fits", "0123456789")).await.expect(201);
}

//! Behind Debian's nginx: with a `location` that says nothing but where the server is, and with the file for deploying.

#![expect(clippy::disallowed_methods, reason = "a proxy of a test, ended with it")]

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use reel_server::{Scope, ServerOptions};
use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

const DEPLOYED: &str = include_str!("../../../../deploy/nginx.conf");
/// How a browser names the server.
const NAME: &str = "videos.example.org:8443";

/// A proxy in a folder of its own.
struct Nginx {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl Nginx {
    fn before(scene: &Scene) -> Option<Self> {
        let location = format!("location / {{ proxy_pass http://{}; }}", scene.address);
        Self::with(|address| format!("server {{ listen {address}; {location} }}"))
    }

    /// As `deploy/nginx.conf` says, but here.
    fn deployed(scene: &Scene) -> Option<Self> {
        Self::with(|address| {
            let replaced =
                [("listen 80", format!("listen {address}")), ("127.0.0.1:8080", scene.address.to_string())];
            replaced.iter().fold(DEPLOYED.to_owned(), |text, (from, to)| {
                assert!(text.contains(from), "{from}");
                text.replace(from, to)
            })
        })
    }

    /// Nothing, and said so, where there is no nginx.
    fn with(server: impl Fn(SocketAddr) -> String) -> Option<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let server = server(address);
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};\n"))
            .concat();
        let config = format!(
            "pid pid;\nerror_log error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{server}\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let nginx = Self { folder, address };
        match nginx.command().status() {
            Ok(status) => assert!(status.success()),
            Err(_) => {
                eprintln!("skipped: there is no nginx");
                return None;
            }
        }
        Some(nginx)
    }

    /// Ends once it listens, and leaves it in the background.
    fn command(&self) -> Command {
        let mut command = Command::new("nginx");
        command.arg("-p").arg(self.folder.path()).args(["-c", "nginx.conf", "-e", "error.log"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.command().args(["-s", "stop"]).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_through_nginx_one_by_one() {
    let scene = Scene::new().await;
    let Some(nginx) = Nginx::before(&scene) else { return };
    let upload = scene.upload("a", b"abc").await;
    let mut stream = Request::get("/api/v1/events").listen(nginx.address).await;
    assert_eq!(stream.next().await.unwrap().name, "ready");
    // It goes on until it was heard of: an event that waits in a buffer never comes.
    let job = scene.copy(&upload, json!({"hold": true})).await;
    let heard = stream.until(|heard| heard.data["status"] == "running").await;
    assert_eq!(heard.data["job_id"], job);
    scene.send(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).await.expect(200);
    stream.until(|heard| heard.name == "job" && heard.data["status"] == "cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_through_nginx_is_whole_and_says_its_length() {
    let scene = Scene::new().await;
    let Some(nginx) = Nginx::before(&scene) else { return };
    let film: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let path = scene.result(&film, "film.mp4", "video/mp4").await;
    let whole = Request::get(&path).send(nginx.address).await.expect(200);
    assert_eq!(whole.header("content-length"), film.len().to_string());
    assert_eq!(whole.body, film);
    let part = Request::get(&path).with("Range", "bytes=1000000-1000009").send(nginx.address).await;
    assert_eq!((part.status, &part.body[..]), (206, &film[1_000_000..1_000_010]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_nginx_finds_too_large_is_refused_and_a_smaller_one_goes_on() {
    let scene = Scene::idle().await;
    let Some(nginx) = Nginx::before(&scene) else { return };
    let tus = |request: Request| request.with("Tus-Resumable", "1.0.0");
    // One byte more than nginx takes by itself.
    let film = vec![7; (1 << 20) + 1];
    let begun = tus(Request::post("/api/v1/uploads")).with("Upload-Length", &film.len().to_string());
    let begun = begun.with("Upload-Metadata", "filename YS5iaW4=").send(nginx.address).await.expect(201);
    let path = begun.header("location").to_owned();
    let piece = |offset: usize, bytes: &[u8]| {
        let request = tus(Request::new("PATCH", &path)).with("Upload-Offset", &offset.to_string());
        request.with("Content-Type", "application/offset+octet-stream").bytes(bytes)
    };
    assert_eq!(piece(0, &film).send(nginx.address).await.status, 413);
    let half = film.len() / 2;
    piece(0, &film[..half]).send(nginx.address).await.expect(204);
    piece(half, &film[half..]).send(nginx.address).await.expect(204);
    let videos = scene.get("/api/v1/videos").await.expect(200).json();
    assert_eq!(text(&videos["items"][0]["filename"]), "a.bin");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_with_a_session_works_through_nginx_as_it_is_deployed() {
    let public_urls = vec![format!("https://{NAME}").parse().unwrap()];
    let scene = Scene::with(ServerOptions { public_urls, ..ServerOptions::default() }).await;
    let Some(nginx) = Nginx::deployed(&scene) else { return };
    let key = scene.key("local", Scope::Write, None).await;
    let page = |request: Request| request.with("Host", NAME).with("Origin", &format!("https://{NAME}"));
    page(Request::get("/api/v1/jobs")).send(nginx.address).await.expect(401);
    let asked = page(Request::post("/api/v1/session")).json(&json!({"key": key}));
    let opened = asked.send(nginx.address).await.expect(200);
    let set = opened.header("set-cookie").to_owned();
    assert!(set.contains("; HttpOnly") && set.contains("; Secure"), "{set}");
    let cookie = set.split(';').next().unwrap();
    let mine = |request: Request| page(request).with("Cookie", cookie);

    let mut stream = mine(Request::get("/api/v1/events")).listen(nginx.address).await;
    assert_eq!(stream.next().await.unwrap().name, "ready");
    // More than nginx takes by itself.
    let form = Request::post("/api/v1/videos/upload").form(&[("video", Some("a.bin"), &vec![7; 3 << 20])]);
    let upload = text(&mine(form).send(nginx.address).await.expect(201).json()["id"]);
    let body = json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": {"hold": true}});
    let job = mine(Request::post("/api/v1/jobs").json(&body)).send(nginx.address).await.expect(202).json();
    let job = text(&job["id"]);
    let heard = stream.until(|heard| heard.data["status"] == "running").await;
    assert_eq!(heard.data["job_id"], job);
    let began = std::time::Instant::now();
    mine(Request::post(&format!("/api/v1/jobs/{job}/cancel"))).send(nginx.address).await.expect(200);
    stream.until(|heard| heard.name == "job" && heard.data["status"] == "cancelled").await;
    println!("a cancel was heard of through nginx after {} ms", began.elapsed().as_millis());

    mine(Request::new("DELETE", "/api/v1/session")).send(nginx.address).await.expect(204);
    mine(Request::get("/api/v1/jobs")).send(nginx.address).await.expect(401);
    let elsewhere = page(Request::post("/api/v1/session")).with("Origin", "https://evil.example");
    elsewhere.json(&json!({"key": key})).send(nginx.address).await.expect(403);
}

//! Behind Debian's nginx with a `location` that says nothing but where the server is.

#![expect(clippy::disallowed_methods, reason = "a proxy of a test, ended with it")]

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use serde_json::json;

use super::client::Request;
use super::scene::{Scene, text};

/// A proxy in a folder of its own.
struct Nginx {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl Nginx {
    /// Nothing, and said so, where there is no nginx.
    fn before(scene: &Scene) -> Option<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};\n"))
            .concat();
        let location = format!("location / {{ proxy_pass http://{}; }}", scene.address);
        let server = format!("server {{ listen {address}; {location} }}");
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

//! TLS with certificates of our own making: a file that the server fetches, and a server behind a proxy that has one.

#![expect(clippy::disallowed_methods, reason = "certificates and servers of a test, ended with it")]
#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use support::{Ran, Running, Scene};

/// An authority, and a certificate of it for this machine. Nothing, and said so, where there is no openssl.
struct Certificates {
    authority: PathBuf,
    chain: PathBuf,
    key: PathBuf,
}

impl Certificates {
    fn new(scene: &Scene) -> Option<Self> {
        let made = Self {
            authority: scene.path("ca.pem"),
            chain: scene.path("leaf.pem"),
            key: scene.path("leaf.key"),
        };
        let new = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        let names = "-subj /CN=leaf -addext subjectAltName=IP:127.0.0.1,DNS:localhost -addext basicConstraints=critical,CA:FALSE";
        let words = [
            format!("req {new} -subj /CN=authority -keyout ca.key -out ca.pem"),
            format!("req {new} {names} -CA ca.pem -CAkey ca.key -keyout leaf.key -out leaf.pem"),
        ];
        for words in words {
            let mut command = Command::new("openssl");
            command.args(words.split(' ')).current_dir(scene.path("")).stdin(Stdio::null());
            let Ok(output) = command.output() else {
                eprintln!("skipped: there is no openssl");
                return None;
            };
            if String::from_utf8_lossy(&output.stderr).contains("Unknown option") {
                eprintln!("skipped: openssl is older than 3.0");
                return None;
            }
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        Some(made)
    }
}

/// A program that goes with its test.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves what lies in the folder, each file a whole answer; tells its port.
fn origin(scene: &Scene, certificates: &Certificates) -> (Beside, u16) {
    let mut command = Command::new("openssl");
    command.args(["s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert"]).arg(&certificates.chain);
    command.arg("-key").arg(&certificates.key).current_dir(scene.path(""));
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let accept = lines.map(Result::unwrap).find(|line| line.starts_with("ACCEPT")).unwrap();
    (Beside(child), accept.rsplit(':').next().unwrap().parse().unwrap())
}

fn serve(scene: &Scene, more: &[&str], trusted: Option<&Certificates>) -> (Running, String) {
    let mut command =
        scene.command(&[&["serve", "--listen", "127.0.0.1:0", "--json", "--device=cpu"], more].concat());
    if let Some(certificates) = trusted {
        command.env("SSL_CERT_FILE", &certificates.authority);
    }
    let mut running = Running::of(command);
    let listening = running.wait_for(|record| record["type"] == "listening");
    (running, listening["url"].as_str().unwrap().to_owned())
}

fn stop(running: Running) {
    running.signal(Signal::TERM);
    assert!(running.ends_within(Duration::from_secs(20)), "it did not end");
    running.end().expect(0);
}

/// What curl prints for a fetch of this address.
fn fetched(url: &str, address: &str) -> serde_json::Value {
    let mut command = Command::new("curl");
    let body = serde_json::json!({"url": address}).to_string();
    command.args(["-sS", "--max-time", "60", "-H", "Content-Type: application/json", "-d", &body]);
    command.arg(format!("{url}/api/v1/uploads/fetch")).stdin(Stdio::null());
    serde_json::from_str(&Ran::of(command).expect(0).stdout).unwrap()
}

#[test]
fn a_file_is_fetched_over_https_from_who_is_trusted_and_from_nobody_else() {
    let scene = Scene::new();
    let Some(certificates) = Certificates::new(&scene) else { return };
    fs::write(
        scene.path("film.txt"),
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
    )
    .unwrap();
    let (_origin, port) = origin(&scene, &certificates);
    let (running, url) = serve(&scene, &["--allow-private", "127.0.0.1", "--no-worker"], Some(&certificates));
    for host in ["127.0.0.1", "localhost"] {
        let told = fetched(&url, &format!("https://{host}:{port}/film.txt"));
        assert_eq!((&told["filename"], &told["size"]), (&"film.txt".into(), &3.into()), "{told}");
        assert_eq!(told["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    stop(running);
    // A server that trusts only what the machine does.
    let (running, url) = serve(&scene, &["--allow-private", "127.0.0.1", "--no-worker"], None);
    let told = fetched(&url, &format!("https://127.0.0.1:{port}/film.txt"));
    assert!(told["detail"].as_str().unwrap().contains("certificate"), "{told}");
    stop(running);
}

/// Takes pieces of at most a mebibyte, as nginx does by itself. Nothing, and said so, where there is no nginx.
struct Nginx {
    folder: PathBuf,
    url: String,
}

impl Nginx {
    fn before(scene: &Scene, certificates: &Certificates, server: &str) -> Option<Self> {
        let folder = scene.path("nginx");
        fs::create_dir(&folder).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {name};\n")).concat();
        let (chain, key) = (certificates.chain.display(), certificates.key.display());
        let tls = format!("listen {address} ssl;\nssl_certificate {chain};\nssl_certificate_key {key};");
        let server = format!("server {{\n{tls}\nlocation / {{ proxy_pass {server}; }}\n}}");
        let config = format!(
            "pid pid;\nerror_log error.log;\nevents {{}}\nhttp {{\naccess_log access.log;\n{temporary}{server}\n}}\n"
        );
        fs::write(folder.join("nginx.conf"), config).unwrap();
        let nginx = Self { folder, url: format!("https://localhost:{}", address.port()) };
        match nginx.command().status() {
            Ok(status) => assert!(status.success()),
            Err(_) => {
                eprintln!("skipped: there is no nginx");
                return None;
            }
        }
        Some(nginx)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&self.folder).args(["-c", "nginx.conf", "-e", "error.log"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.command().args(["-s", "stop"]).status();
    }
}

#[test]
fn a_command_works_with_a_key_through_a_proxy_that_takes_small_pieces_only() {
    let (scene, here) = (Scene::new(), Scene::new());
    let Some(certificates) = Certificates::new(&scene) else { return };
    let key = scene.reel(&["keys", "create", "--name", "n", "--scope", "write"]).expect(0).stdout;
    let (running, url) = serve(&scene, &[], None);
    let Some(nginx) = Nginx::before(&scene, &certificates, &url) else { return };
    let mut random = fastrand::Rng::with_seed(3);
    let content: Vec<u8> = (0..5_000_000).map(|_| random.u8(..)).collect();
    fs::write(here.path("a.bin"), &content).unwrap();
    let reel = |args: &[&str], trusted: bool| {
        let mut command = here.command(&[&["--server", &nginx.url], args].concat());
        command.env("REEL_API_KEY", key.trim());
        if trusted {
            command.env("SSL_CERT_FILE", &certificates.authority);
        }
        Ran::of(command)
    };
    let untrusted = reel(&["jobs", "list"], false);
    assert!(untrusted.stderr.contains("SSL_CERT_FILE"), "{untrusted:#?}");
    reel(&["pack", "a.bin", "-o", "a.avi"], true).expect(0);
    here.reel(&["unpack", "a.avi", "-o", "back.bin"]).expect(0);
    assert!(fs::read(here.path("back.bin")).unwrap() == content);
    let log = fs::read_to_string(nginx.folder.join("access.log")).unwrap();
    let patches = |status: &str| {
        log.lines()
            .filter(|line| line.contains("\"PATCH ") && line.contains(&format!("\" {status} ")))
            .count()
    };
    // Pieces grow until one is refused, which is asked once.
    assert_eq!((patches("413"), patches("204")), (1, 5), "{log}");
    drop(nginx);
    stop(running);
}

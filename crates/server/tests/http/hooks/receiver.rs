//! Somebody who is told: hears everything, answers what it is made to, and computes signatures by itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Answers nothing, and stays there.
pub const SILENCE: &str = "";

pub struct Receiver {
    address: SocketAddr,
    answer: Arc<Mutex<String>>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

/// One request as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// Method, path and version.
    pub first: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Receiver {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (told, heard) = mpsc::unbounded_channel();
        let answer = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&answer);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(hear(stream, told.clone(), Arc::clone(&said)));
            }
        });
        let receiver = Self { address, answer, heard };
        receiver.says("200 OK");
        receiver
    }

    /// From now on it answers so; `\n` is the end of a line.
    pub fn says(&self, status: &str) {
        let head = format!("HTTP/1.1 {status}\nContent-Length: 0\n\n").replace('\n', "\r\n");
        *self.answer.lock().unwrap() = if status == SILENCE { String::new() } else { head };
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next request, once it comes.
    pub async fn next(&mut self) -> Heard {
        self.heard.recv().await.unwrap()
    }

    /// The next request, if it has come.
    pub fn heard(&mut self) -> Option<Heard> {
        self.heard.try_recv().ok()
    }
}

async fn hear(stream: TcpStream, told: mpsc::UnboundedSender<Heard>, answer: Arc<Mutex<String>>) {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut heard = Heard { first: lines[0].clone(), headers, body: Vec::new() };
    heard.body = vec![0; heard.header("content-length").parse().unwrap()];
    stream.read_exact(&mut heard.body).await.unwrap();
    let said = answer.lock().unwrap().clone();
    told.send(heard).unwrap();
    let _ = stream.write_all(said.as_bytes()).await;
    if said.is_empty() {
        let _ = stream.read(&mut [0]).await;
    }
}

impl Heard {
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("no {name} in {:?}", self.headers), |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The time of the signature and its parts, each as it stands there.
    pub fn signature(&self) -> (i64, Vec<&str>) {
        let mut parts = self.header("reel-signature").split(',');
        let at_secs = parts.next().unwrap().strip_prefix("t=").unwrap().parse().unwrap();
        (at_secs, parts.map(|part| part.strip_prefix("v1=").unwrap()).collect())
    }

    /// What the signature by this secret has to be, by RFC 2104 and nobody's library.
    pub fn signed_by(&self, secret: &str) -> String {
        assert!(!secret.is_empty() && secret.len() != 64);
        // A key that is longer than a block is its digest.
        let mut key =
            if secret.len() > 64 { Sha256::digest(secret).to_vec() } else { secret.as_bytes().to_vec() };
        key.resize(64, 0);
        let pad = |byte: u8| -> Vec<u8> { key.iter().map(|key| key ^ byte).collect() };
        let message = [format!("{}.", self.signature().0).as_bytes(), &self.body].concat();
        let inner = Sha256::digest([pad(0x36), message].concat());
        let outer = Sha256::digest([pad(0x5c), inner.to_vec()].concat());
        outer.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

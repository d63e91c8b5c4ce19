//! A client that sends exactly what it is told, which no library does.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A request; HTTP/1.0, so that every answer ends with the connection.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        let headers = vec![("Host".to_owned(), "localhost".to_owned())];
        Self { method: method.to_owned(), path: path.to_owned(), headers, body: Vec::new() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// Instead of the header of this name, if there is one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Beside the header of this name.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.with("Content-Type", "application/json").bytes(body.to_string())
    }

    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A form with these fields: name, file name, bytes.
    pub fn form(self, fields: &[(&str, Option<&str>, &[u8])]) -> Self {
        let mut body = Vec::new();
        for (name, filename, bytes) in fields {
            let filename = filename.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
            let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        self.with("Content-Type", "multipart/form-data; boundary=XX").bytes(body)
    }

    fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.0\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head + "\r\n"
    }

    async fn sent(&self, address: SocketAddr) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(self.head().as_bytes()).await.unwrap();
        // A server that refuses early may close before it has read all.
        let _ = stream.write_all(&self.body).await;
        BufReader::new(stream)
    }

    pub async fn send(&self, address: SocketAddr) -> Answer {
        let mut stream = self.sent(address).await;
        let (status, headers) = head(&mut stream).await;
        let mut body = Vec::new();
        // A connection that is cut after the answer is no concern here: what came is looked at.
        let _ = stream.read_to_end(&mut body).await;
        Answer { status, headers, body }
    }

    /// Only the status: a stream would go on.
    pub async fn status(&self, address: SocketAddr) -> u16 {
        head(&mut self.sent(address).await).await.0
    }

    /// Opens a stream of events.
    pub async fn listen(&self, address: SocketAddr) -> Events {
        let mut stream = self.sent(address).await;
        let (status, headers) = head(&mut stream).await;
        assert_eq!(status, 200, "{headers:?}");
        Events { stream, headers }
    }
}

async fn head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).await.unwrap() > 0, "it answered nothing after {lines:?}");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines[1..].iter().map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (status, headers.collect())
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

impl Answer {
    /// Empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        value(&self.headers, name)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// Fails with all that was said unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        if status >= 400 {
            assert_eq!(self.header("content-type"), "application/problem+json");
            let problem = self.json();
            assert_eq!(problem["status"], status);
            for word in ["type", "title", "detail"] {
                assert!(problem[word].is_string(), "{problem}");
            }
        }
        self
    }
}

/// An open stream of events.
pub struct Events {
    stream: BufReader<TcpStream>,
    headers: Vec<(String, String)>,
}

/// One event as it came.
#[derive(Clone, PartialEq, Debug)]
pub struct Heard {
    pub id: Option<u64>,
    pub name: String,
    pub data: Value,
}

impl Events {
    pub fn header(&self, name: &str) -> &str {
        value(&self.headers, name)
    }

    /// The next event; nothing when the stream has ended.
    pub async fn next(&mut self) -> Option<Heard> {
        let (mut id, mut name, mut data) = (None, String::new(), None);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", text)) => id = Some(text.parse().unwrap()),
                Some(("event", text)) => name = text.to_owned(),
                Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                _ => {}
            }
            if line.trim_end().is_empty()
                && let Some(data) = data.take()
            {
                return Some(Heard { id, name, data });
            }
        }
    }

    /// Listens until something fits.
    pub async fn until(&mut self, fits: impl Fn(&Heard) -> bool) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream ended before what was waited for");
            if fits(&heard) {
                return heard;
            }
        }
    }

    /// All that is numbered, to the end of the stream.
    pub async fn numbered(mut self) -> Vec<Heard> {
        let mut all = Vec::new();
        while let Some(heard) = self.next().await {
            if heard.id.is_some() {
                all.push(heard);
            }
        }
        all
    }
}

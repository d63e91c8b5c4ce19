//! A server of one test: its own folder, its own worker, a socket of its own.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reel_device::{Devices, NvmlSource};
use reel_engine::{Drain, Engine, Registry, Site, StateDir, Worker, WorkerOptions};
use reel_queue::{SqliteOptions, SqliteQueue};
use reel_server::{
    Clock, Inspect, Inspected, Keys, NewKey, Picture, Pictures, Scope, Server, ServerOptions, Unseen,
};
use reel_store::FolderStore;
use reel_types::TenantId;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::client::{Answer, Request};
use super::copy::Copy;

pub struct Scene {
    folder: Arc<tempfile::TempDir>,
    pub engine: Engine,
    pub address: SocketAddr,
    clock: Clock,
    drain: Drain,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// Calls what begins with `RIFF` a film; each further byte is a second of it, and a picture.
struct Look;

impl Look {
    fn film(path: &Path) -> Result<Vec<u8>, Unseen> {
        let bytes = std::fs::read(path).unwrap();
        bytes.strip_prefix(b"RIFF").map(<[u8]>::to_vec).ok_or(Unseen::NotThis)
    }
}

impl Inspect for Look {
    fn inspect(&self, path: &Path) -> Inspected {
        let bytes = std::fs::read(path).unwrap();
        let is_film = bytes.starts_with(b"RIFF");
        Inspected {
            mime: is_film.then(|| "video/x-msvideo".to_owned()),
            metadata: if is_film {
                json!({"width": 64, "duration_secs": bytes.len() - 4})
            } else {
                Value::Null
            },
        }
    }

    fn excerpt(&self, path: &Path, secs: u32, out: &Path) -> Result<(), Unseen> {
        let film = Self::film(path)?;
        std::fs::write(out, [b"RIFF", &film[..secs as usize]].concat()).unwrap();
        Ok(())
    }

    fn pictures(&self, path: &Path, first: u64, count_max: u32) -> Result<Pictures, Unseen> {
        let film = Self::film(path)?;
        let picture = |number| Picture { number, bytes: 1, kind: Some("data"), told: None };
        let count = film.len() as u64;
        let listed = (first..count).take(count_max as usize).map(picture).collect();
        Ok(Pictures { count, width: Some(64), height: None, per_sec: Some(1.0), listed })
    }

    fn picture(&self, path: &Path, number: u64) -> Result<Vec<u8>, Unseen> {
        let film = Self::film(path)?;
        let byte = film.get(number as usize).ok_or(Unseen::NoPicture { count: film.len() as u64 })?;
        Ok(vec![*byte])
    }
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(ServerOptions::default()).await
    }

    pub async fn with(options: ServerOptions) -> Self {
        Self::made(options, true).await
    }

    /// Nobody works on its jobs.
    pub async fn idle() -> Self {
        Self::made(ServerOptions::default(), false).await
    }

    async fn made(options: ServerOptions, works: bool) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self::on(Arc::new(folder), options, works).await
    }

    /// In a folder that another scene was in.
    pub async fn on(folder: Arc<tempfile::TempDir>, options: ServerOptions, works: bool) -> Self {
        let state = StateDir::open(folder.path().join("state")).unwrap();
        let queue = SqliteQueue::open(&state.database(), SqliteOptions::default()).await.unwrap();
        let engine = Engine::new(
            Arc::new(queue),
            Arc::new(FolderStore::open(state.objects()).unwrap()),
            Devices::new(Arc::new(NvmlSource::new()), None, None, None),
            Registry::new().with(Copy),
            Site { cores: 2, memory_bytes: 1 << 30, gpu: false },
            state,
        );
        let drain = Drain::new();
        if works {
            tokio::spawn(Worker::new(engine.clone(), WorkerOptions::default()).run(drain.clone()));
        }
        let clock = options.clock.clone();
        let server = Server::new(engine.clone(), Arc::new(Look), options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(listener, async move {
            let _ = stopped.await;
        }));
        Self { folder, engine, address, clock, drain, stop: Some(stop), serving }
    }

    /// Where it is, for a scene after this one.
    pub fn folder(&self) -> Arc<tempfile::TempDir> {
        Arc::clone(&self.folder)
    }

    pub async fn send(&self, request: Request) -> Answer {
        request.send(self.address).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::post(path).json(body)).await
    }

    /// A new key, made as the command line makes one.
    pub async fn key(&self, tenant: &str, scope: Scope, lives: Option<Duration>) -> String {
        let tenant = TenantId::new(tenant);
        let new = NewKey { name: "test".to_owned(), tenant, scope, lives };
        let made = self.keys().await.create(new).await.unwrap();
        // What another process made is noticed with the next look.
        self.clock.advance(Duration::from_secs(1));
        made.text.reveal()
    }

    /// The keys as the command line opens them.
    pub async fn keys(&self) -> Keys {
        Keys::open(&self.engine.state.database()).await.unwrap()
    }

    /// The cookie that a key is traded for.
    pub async fn session(&self, key: &str) -> String {
        let answer = self.post("/api/v1/session", &json!({"key": key})).await.expect(200);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The same scene, asked with a key.
    pub fn as_key<'a>(&'a self, key: &'a str) -> Keyed<'a> {
        Keyed { scene: self, key }
    }

    /// All bytes that the database has on the disk.
    pub fn database_files(&self) -> Vec<Vec<u8>> {
        let folder = self.folder.path().join("state");
        let files = std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_file());
        let read: Vec<_> = files.map(|entry| std::fs::read(entry.path()).unwrap()).collect();
        assert!(!read.is_empty());
        read
    }

    /// Sends a file; answers with its id.
    pub async fn upload(&self, filename: &str, bytes: &[u8]) -> String {
        let form = Request::post("/api/v1/videos/upload").form(&[("video", Some(filename), bytes)]);
        text(&self.send(form).await.expect(201).json()["id"])
    }

    /// Makes a job that copies an upload; answers with its id.
    pub async fn copy(&self, upload: &str, params: Value) -> String {
        let body = json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": params});
        text(&self.post("/api/v1/jobs", &body).await.expect(202).json()["id"])
    }

    /// The job once it has ended.
    pub async fn ended(&self, job: &str) -> Value {
        self.get(&format!("/api/v1/jobs/{job}?wait=60")).await.expect(200).json()
    }

    /// A finished copy of these bytes under this name; answers with the path of the result.
    pub async fn result(&self, bytes: &[u8], name: &str, mime: &str) -> String {
        let upload = self.upload("in.bin", bytes).await;
        let job = self.copy(&upload, json!({"name": name, "mime": mime})).await;
        let ended = self.ended(&job).await;
        assert_eq!(ended["status"], "completed", "{ended}");
        text(&ended["outputs"][0]["url"])
    }

    /// Objects of uploads, by name.
    pub fn stored(&self) -> Vec<String> {
        names(&self.folder.path().join("state/objects/uploads"))
    }

    /// Files of uploads that are not whole.
    pub fn partial(&self) -> Vec<String> {
        names(&self.folder.path().join("state/partial"))
    }

    /// Files on their way in.
    pub fn incoming(&self) -> Vec<String> {
        names(&self.folder.path().join("state/incoming"))
    }

    /// Tells the server to stop; ends when it has.
    pub fn stop(&mut self) -> impl Future<Output = ()> + use<> {
        drop(self.stop.take());
        self.drain.start();
        let serving = std::mem::replace(&mut self.serving, tokio::spawn(async {}));
        async move { serving.await.unwrap() }
    }
}

/// A scene that is asked with a key.
#[derive(Clone, Copy)]
pub struct Keyed<'a> {
    scene: &'a Scene,
    key: &'a str,
}

impl Keyed<'_> {
    pub async fn send(&self, request: Request) -> Answer {
        self.scene.send(request.with("Authorization", &format!("Bearer {}", self.key))).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::post(path).json(body)).await
    }

    pub async fn upload(&self, filename: &str, bytes: &[u8]) -> String {
        let form = Request::post("/api/v1/videos/upload").form(&[("video", Some(filename), bytes)]);
        text(&self.send(form).await.expect(201).json()["id"])
    }

    pub async fn copy(&self, upload: &str, params: Value) -> String {
        let body = json!({"pipeline": "copy", "sources": [{"upload": upload}], "params": params});
        text(&self.post("/api/v1/jobs", &body).await.expect(202).json()["id"])
    }

    pub async fn ended(&self, job: &str) -> Value {
        self.get(&format!("/api/v1/jobs/{job}?wait=60")).await.expect(200).json()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.drain.start();
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

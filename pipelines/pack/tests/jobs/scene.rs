//! One machine: an engine with its worker in this process, and a folder that goes away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reel_device::Devices;
use reel_engine::submit::local_source;
use reel_engine::{Drain, Engine, Registry, Site, StateDir, Submission, Worker, WorkerOptions};
use reel_media::Ffmpeg;
use reel_media::child::{self, ChildSpec};
use reel_pack::stream::seal::FileKey;
use reel_pack::{Pack, PackParams, Unpack, UnpackParams};
use reel_queue::MemoryQueue;
use reel_store::{FolderStore, Store};
use reel_testkit::FakeNvml;
use reel_types::{CancelToken, Failure, Job, JobState};
use serde::Serialize;
use tempfile::TempDir;

/// A machine.
pub(crate) struct Scene {
    folder: TempDir,
    engine: Engine,
}

/// How a job ended.
pub(crate) struct Ended {
    pub(crate) job: Job,
    output: Option<PathBuf>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with_key(None)
    }

    /// One whose `unpack` has this key.
    pub(crate) fn with_key(key: Option<FileKey>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().join("state")).unwrap();
        let ffmpeg = Ffmpeg::discover(None, None).unwrap();
        let registry = Registry::new()
            .with(Pack::new(Arc::clone(&ffmpeg)))
            .with(Unpack::new(ffmpeg).with_key(key.map(Arc::new)));
        let store: Arc<dyn Store> = Arc::new(FolderStore::open(state.objects()).unwrap());
        let queue = Arc::new(MemoryQueue::new(Arc::new(now_millis)));
        let devices = Devices::new(Arc::new(FakeNvml::without_driver()), None, None, None);
        let site = Site { cores: 2, memory_bytes: 8 << 30, gpu: false };
        Self { folder, engine: Engine::new(queue, store, devices, registry, site, state) }
    }

    /// A file of this machine.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Packs one file.
    pub(crate) fn pack(&self, source: &Path, change: impl FnOnce(&mut PackParams)) -> Ended {
        let mut params = PackParams {
            name: source.file_name().unwrap().to_str().unwrap().to_owned(),
            ..PackParams::default()
        };
        change(&mut params);
        self.job("pack", &params, &[source])
    }

    /// Unpacks copies of one video.
    pub(crate) fn unpack(&self, videos: &[&Path]) -> Ended {
        self.job("unpack", &UnpackParams::default(), videos)
    }

    /// Runs one job to its end.
    pub(crate) fn job(&self, pipeline: &str, params: &impl Serialize, sources: &[&Path]) -> Ended {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let submission = Submission {
            pipeline: pipeline.to_owned(),
            params: serde_json::to_value(params).unwrap(),
            sources: sources.iter().map(|path| local_source(path).unwrap()).collect(),
            priority: 0,
        };
        runtime.block_on(self.run(submission))
    }

    async fn run(&self, submission: Submission) -> Ended {
        let engine = &self.engine;
        let id = engine.submit(submission).await.unwrap().id;
        let drain = Drain::new();
        let working = tokio::spawn(Worker::new(engine.clone(), WorkerOptions::default()).run(drain.clone()));
        let mut changes = engine.changes();
        let job = loop {
            changes.borrow_and_update();
            let job = engine.queue.job(&id).await.unwrap().unwrap();
            if job.state.is_terminal() {
                break job;
            }
            let _ = tokio::time::timeout(Duration::from_millis(200), changes.changed()).await;
        };
        drain.start();
        working.await.unwrap().unwrap();
        let output = match job.outputs.first() {
            Some(artifact) => Some(engine.store.local_path(&artifact.key, self.folder.path()).await.unwrap()),
            None => None,
        };
        Ended { job, output }
    }
}

impl Ended {
    /// The result, which must be there.
    pub(crate) fn output(&self) -> &Path {
        assert_eq!(self.job.state, JobState::Completed, "{:?}", self.job.failure);
        self.output.as_deref().unwrap()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.output()).unwrap()
    }

    /// Why there is none.
    pub(crate) fn failure(&self) -> &Failure {
        assert_eq!(self.job.state, JobState::Failed, "{:?}", self.job.metadata);
        self.job.failure.as_ref().unwrap()
    }
}

/// Bytes that nothing makes smaller.
pub(crate) fn random(count: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}

/// Runs FFmpeg; it must say nothing.
pub(crate) fn ffmpeg(args: &[&str]) {
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    let spec =
        ChildSpec::new(ffmpeg.ffmpeg()).args(["-nostdin", "-v", "warning", "-y"]).args(args.iter().copied());
    let report = child::run(&spec, &CancelToken::new(), |_| ()).unwrap();
    assert_eq!(report.stderr_tail, "", "{args:?}");
}

fn now_millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

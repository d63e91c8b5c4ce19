//! One machine: an engine with its worker in this process, and a folder that goes away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reel_device::{Devices, EncoderProbe, Gpu};
use reel_engine::submit::local_source;
use reel_engine::{Drain, Engine, Registry, Site, StateDir, Submission, Worker, WorkerOptions};
use reel_media::Ffmpeg;
use reel_queue::MemoryQueue;
use reel_store::{FolderStore, Store};
use reel_testkit::FakeNvml;
use reel_transcode::{Params, Patience, Transcode};
use reel_types::{Attempt, Failure, Job, JobState};
use serde_json::Value;
use tempfile::TempDir;

/// A machine.
pub(crate) struct Scene {
    folder: TempDir,
    engine: Engine,
    gpu: bool,
    cores: u32,
}

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) job: Job,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) output: Option<PathBuf>,
}

struct Tries(Arc<Ffmpeg>);

impl EncoderProbe for Tries {
    fn binary_identity(&self) -> String {
        self.0.identity()
    }

    fn try_encoder(&self, encoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        reel_media::encoder_probe::try_encoder(&self.0, encoder, gpu_uuid)
    }
}

impl Scene {
    /// The FFmpeg of this machine, two cores, no GPU.
    pub(crate) fn new() -> Self {
        Self::with(None, Vec::new())
    }

    /// Another FFmpeg, and these GPUs.
    pub(crate) fn with(ffmpeg: Option<&Path>, gpus: Vec<Gpu>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path().join("state")).unwrap();
        let probe = reel_testkit::fake_ffmpeg::real_ffmpeg().map(|path| path.with_file_name("ffprobe"));
        let ffmpeg = Ffmpeg::discover(ffmpeg, probe.as_deref()).unwrap();
        let gpu = !gpus.is_empty();
        let nvml = if gpu { FakeNvml::new(gpus) } else { FakeNvml::without_driver() };
        let tries: Arc<dyn EncoderProbe> = Arc::new(Tries(Arc::clone(&ffmpeg)));
        let devices = Devices::new(Arc::new(nvml), Some(tries), None, None);
        let patience =
            Patience { cpu: Duration::from_secs(60), gpu: Duration::from_secs(6), ..Patience::default() };
        let registry = Registry::new().with(Transcode::new(ffmpeg).with_patience(patience));
        let store: Arc<dyn Store> = Arc::new(FolderStore::open(state.objects()).unwrap());
        let queue = Arc::new(MemoryQueue::new(Arc::new(now_millis)));
        let site = Site { cores: 2, memory_bytes: 8 << 30, gpu };
        Self { folder, engine: Engine::new(queue, store, devices, registry, site, state), gpu, cores: 2 }
    }

    /// The same machine with another number of cores.
    pub(crate) fn with_cores(mut self, cores: u32) -> Self {
        self.engine.site.cores = cores;
        self.cores = cores;
        self
    }

    /// Runs one job to its end.
    pub(crate) fn transcode(&self, source: &Path, change: impl FnOnce(&mut Params)) -> Ended {
        let mut params = Params { preset: reel_transcode::Preset::Ultrafast, ..Params::default() };
        change(&mut params);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(self.run(source, &params))
    }

    async fn run(&self, source: &Path, params: &Params) -> Ended {
        let submission = Submission {
            pipeline: "transcode".to_owned(),
            params: serde_json::to_value(params).unwrap(),
            sources: vec![local_source(source).unwrap()],
            priority: 0,
        };
        let engine = &self.engine;
        let id = engine.submit(submission).await.unwrap().id;
        let drain = Drain::new();
        let options =
            WorkerOptions { gpu: self.gpu, tasks_max: self.cores as usize + 2, ..WorkerOptions::default() };
        let working = tokio::spawn(Worker::new(engine.clone(), options).run(drain.clone()));
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
        let attempts = engine.queue.attempts(&id).await.unwrap();
        Ended { job, attempts, output }
    }
}

impl Ended {
    /// The result, which must be there.
    pub(crate) fn output(&self) -> &Path {
        assert_eq!(self.job.state, JobState::Completed, "{:?}", self.job.failure);
        self.output.as_deref().unwrap()
    }

    /// Why there is none.
    pub(crate) fn failure(&self) -> &Failure {
        assert_eq!(self.job.state, JobState::Failed, "{:?}", self.job.metadata);
        self.job.failure.as_ref().unwrap()
    }

    /// A field of the metadata.
    pub(crate) fn told(&self, field: &str) -> &Value {
        &self.job.metadata[field]
    }

    /// Whether a sentence of the report holds these words.
    pub(crate) fn says(&self, words: &str) -> bool {
        let decisions = self.told("decisions").as_array().cloned().unwrap_or_default();
        decisions.iter().any(|sentence| sentence.as_str().is_some_and(|sentence| sentence.contains(words)))
    }
}

fn now_millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

//! One machine: an engine with its worker in this process, and a folder that goes away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reel_device::{Devices, EncoderProbe};
use reel_engine::submit::local_source;
use reel_engine::{Drain, Engine, Registry, Site, StateDir, Submission, Worker, WorkerOptions};
use reel_infer::OnDemand;
use reel_matte::{MattePipeline, Model, Networks, Params, Patience};
use reel_media::{Ffmpeg, gpu_decoding};
use reel_queue::MemoryQueue;
use reel_store::{FolderStore, Store};
use reel_testkit::FakeNvml;
use reel_testkit::fake_nvml::l4;
use reel_types::{Failure, Job, JobState};
use serde_json::Value;
use tempfile::TempDir;

/// A machine.
pub(crate) struct Scene {
    folder: Arc<TempDir>,
    engine: Engine,
}

/// Tries decoders alone.
struct Tries(Arc<Ffmpeg>);

impl EncoderProbe for Tries {
    fn binary_identity(&self) -> String {
        self.0.identity()
    }

    fn try_encoder(&self, encoder: &str, _gpu_uuid: Option<&str>) -> Result<(), String> {
        Err(format!("{encoder} was not tried"))
    }

    fn try_decoder(&self, decoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        gpu_decoding::try_decoder_within(&self.0, decoder, gpu_uuid, Duration::from_secs(60))
    }
}

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) job: Job,
    pub(crate) output: Option<PathBuf>,
    /// Results live as long as somebody looks at them.
    _folder: Arc<TempDir>,
}

impl Scene {
    /// The FFmpeg of this machine, two cores, no GPU, the models that set-up brought.
    pub(crate) fn new() -> Self {
        Self::with(None, Patience::default())
    }

    /// Another FFmpeg, and other bounds on standing still.
    pub(crate) fn with(ffmpeg: Option<&Path>, patience: Patience) -> Self {
        Self::on(ffmpeg, patience, FakeNvml::without_driver(), false)
    }

    /// One card, with this FFmpeg on it, which is asked what it decodes; networks find no CUDA.
    pub(crate) fn with_gpu(ffmpeg: &Path, patience: Patience) -> Self {
        Self::on(Some(ffmpeg), patience, FakeNvml::new(vec![l4(0)]), true)
    }

    /// Two cards that are there as far as the driver says; networks find no CUDA on them.
    pub(crate) fn with_two_gpus() -> Self {
        Self::on(None, Patience::default(), FakeNvml::new(vec![l4(0), l4(1)]), false).with_cores(16)
    }

    fn with_cores(mut self, cores: u32) -> Self {
        self.engine.site.cores = cores;
        self
    }

    fn on(ffmpeg: Option<&Path>, patience: Patience, nvml: FakeNvml, tries_decoders: bool) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let state = StateDir::open(folder.path().join("state")).unwrap();
        // A fake may bring its own ffprobe.
        let beside = ffmpeg.map(|path| path.with_file_name("ffprobe")).filter(|path| path.is_file());
        let real = reel_testkit::fake_ffmpeg::real_ffmpeg().map(|path| path.with_file_name("ffprobe"));
        let probe = beside.or(real);
        let ffmpeg = Ffmpeg::discover(ffmpeg, probe.as_deref()).unwrap();
        let probe = tries_decoders.then(|| Arc::new(Tries(Arc::clone(&ffmpeg))) as Arc<dyn EncoderProbe>);
        let devices = Devices::new(Arc::new(nvml), probe, None, None);
        let registry = Registry::new().with(MattePipeline::new(ffmpeg, networks()).with_patience(patience));
        let store: Arc<dyn Store> = Arc::new(FolderStore::open(state.objects()).unwrap());
        let queue = Arc::new(MemoryQueue::new(Arc::new(now_millis)));
        let site = Site { cores: 2, memory_bytes: 8 << 30, gpu: devices.gpu_present() };
        Self { folder, engine: Engine::new(queue, store, devices, registry, site, state) }
    }

    /// A place for files of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs one job with the key to its end.
    pub(crate) fn matte(&self, source: &Path, change: impl FnOnce(&mut Params)) -> Ended {
        self.matte_of(&[source], change)
    }

    /// The same with more sources.
    pub(crate) fn matte_of(&self, sources: &[&Path], change: impl FnOnce(&mut Params)) -> Ended {
        self.matte_within(sources, change, Duration::from_secs(3600)).unwrap()
    }

    /// The same; nothing comes of a job that takes longer than `limit`.
    pub(crate) fn matte_within(
        &self,
        sources: &[&Path],
        change: impl FnOnce(&mut Params),
        limit: Duration,
    ) -> Option<Ended> {
        let mut params = Params { model: Model::Chroma, ..Params::default() };
        change(&mut params);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ended =
            runtime.block_on(async { tokio::time::timeout(limit, self.run(sources, &params)).await.ok() });
        // A thread that hangs must not hold up the test that tells of it.
        runtime.shutdown_background();
        ended
    }

    /// Runs a job for each film, all on one worker, to their ends.
    pub(crate) fn matte_all(
        &self,
        films: &[PathBuf],
        beside: &Path,
        change: impl FnOnce(&mut Params),
    ) -> Vec<Ended> {
        let mut params = Params::default();
        change(&mut params);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let jobs: Vec<Vec<&Path>> = films.iter().map(|film| vec![film.as_path(), beside]).collect();
        runtime.block_on(self.run_all(&jobs, &params))
    }

    async fn run(&self, sources: &[&Path], params: &Params) -> Ended {
        self.run_all(&[sources.to_vec()], params).await.pop().unwrap()
    }

    async fn run_all(&self, jobs: &[Vec<&Path>], params: &Params) -> Vec<Ended> {
        let mut ids = Vec::new();
        for sources in jobs {
            ids.push(self.submit(sources, params).await);
        }
        let engine = &self.engine;
        let drain = Drain::new();
        let options = WorkerOptions { gpu: engine.site.gpu, tasks_max: 4, ..WorkerOptions::default() };
        let working = tokio::spawn(Worker::new(engine.clone(), options).run(drain.clone()));
        let mut ended = Vec::new();
        for id in ids {
            let mut changes = engine.changes();
            let job = loop {
                changes.borrow_and_update();
                let job = engine.queue.job(&id).await.unwrap().unwrap();
                if job.state.is_terminal() {
                    break job;
                }
                let _ = tokio::time::timeout(Duration::from_millis(200), changes.changed()).await;
            };
            let output = match job.outputs.first() {
                Some(artifact) => {
                    Some(engine.store.local_path(&artifact.key, self.folder.path()).await.unwrap())
                }
                None => None,
            };
            ended.push(Ended { job, output, _folder: Arc::clone(&self.folder) });
        }
        drain.start();
        working.await.unwrap().unwrap();
        ended
    }

    async fn submit(&self, sources: &[&Path], params: &Params) -> reel_types::JobId {
        let submission = Submission {
            pipeline: "matte".to_owned(),
            params: serde_json::to_value(params).unwrap(),
            sources: sources.iter().map(|source| local_source(source).unwrap()).collect(),
            priority: 0,
        };
        self.engine.submit(submission).await.unwrap().id
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
}

/// Where set-up has put the runtime and the models.
fn networks() -> Networks {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = variable("REEL_DATA")
        .or_else(|| reel_infer::default_data(variable("XDG_DATA_HOME"), variable("HOME")));
    Networks { runtime: OnDemand::new(variable("REEL_ONNXRUNTIME"), data.clone()), data, engines: None }
}

/// The runtime, or nothing and a visible line where set-up could not bring it.
pub(crate) fn has_runtime(test: &str) -> bool {
    let is_there = networks().runtime.get().is_ok();
    if !is_there {
        eprintln!("SKIPPED {test}: no ONNX Runtime here (scripts/models brings it)");
    }
    is_there
}

fn now_millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

//! Which backend stands behind which trait. The only place where that is chosen.

use std::sync::Arc;
use std::time::Duration;

use reel_device::{Devices, EncoderProbe, GpuSource, NvmlSource};
use reel_engine::{Engine, Registry, Site, StateDir};
use reel_infer::OnDemand as InferOnDemand;
use reel_matte::{MattePipeline, Networks};
use reel_media::{Ffmpeg, MediaError, OnDemand, encoder_probe, gpu_decoding};
use reel_pack::stream::seal::FileKey;
use reel_pack::{Pack, Unpack};
use reel_queue::SqliteQueue;
use reel_queue::sqlite::SqliteOptions;
use reel_store::FolderStore;
use reel_transcode::{Patience, Transcode};

use crate::problem::Problem;
use crate::settings::Settings;
use crate::text::shown;

/// The parts of a program that a test may replace.
#[derive(Clone)]
pub struct App {
    gpus: Arc<dyn GpuSource>,
    patience: Patience,
    /// The key of an encrypted video. It lives in this process alone.
    key: Option<Arc<FileKey>>,
}

impl Default for App {
    fn default() -> Self {
        Self { gpus: Arc::new(NvmlSource::new()), patience: Patience::default(), key: None }
    }
}

/// What a look at jobs needs, without FFmpeg and devices.
pub struct Archive {
    /// Jobs and tasks.
    pub queue: Arc<SqliteQueue>,
    /// Bytes.
    pub store: Arc<FolderStore>,
    /// Where both live.
    pub state: StateDir,
}

impl App {
    /// The same with GPUs from elsewhere.
    pub fn with_gpus(mut self, gpus: Arc<dyn GpuSource>) -> Self {
        self.gpus = gpus;
        self
    }

    /// The same with other bounds on how long an encoder may stand still.
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same with the key of an encrypted video.
    pub fn with_key(mut self, key: Arc<FileKey>) -> Self {
        self.key = Some(key);
        self
    }

    /// Everything that work needs.
    ///
    /// # Errors
    /// What is missing or cannot be opened.
    pub async fn open_engine(&self, settings: &Settings) -> Result<Engine, Problem> {
        let archive = open_archive(settings).await?;
        let ffmpeg = find_ffmpeg(settings, &archive.state)?;
        let devices = self.devices(Some(&ffmpeg), &archive.state);
        let networks = Networks {
            runtime: runtime_on_demand(settings),
            data: settings.data.clone(),
            engines: Some(archive.state.cache().join("engines")),
        };
        let registry = Registry::new()
            .with(Transcode::new(Arc::clone(&ffmpeg)).with_patience(self.patience))
            .with(MattePipeline::new(Arc::clone(&ffmpeg), networks));
        Ok(self.engine(settings, archive, devices, registry, &ffmpeg.into()))
    }

    /// What the pipelines need that go without FFmpeg as long as no pixels are asked for: it is looked for then.
    ///
    /// # Errors
    /// What cannot be opened.
    pub async fn open_engine_of_files(&self, settings: &Settings) -> Result<Engine, Problem> {
        let archive = open_archive(settings).await?;
        let devices = self.devices(None, &archive.state);
        let ffmpeg = ffmpeg_on_demand(settings, &archive.state);
        Ok(self.engine(settings, archive, devices, Registry::new(), &ffmpeg))
    }

    fn engine(
        &self,
        settings: &Settings,
        archive: Archive,
        devices: Arc<Devices>,
        registry: Registry,
        ffmpeg: &OnDemand,
    ) -> Engine {
        let registry = registry
            .with(Pack::new(ffmpeg.clone()))
            .with(Unpack::new(ffmpeg.clone()).with_key(self.key.clone()));
        let site = Site::of_this_machine(settings.device.allows_gpu() && devices.gpu_present());
        Engine::new(archive.queue, archive.store, devices, registry, site, archive.state)
    }

    /// The GPUs of this machine. Without FFmpeg no encoder counts as working.
    pub fn devices(&self, ffmpeg: Option<&Arc<Ffmpeg>>, state: &StateDir) -> Arc<Devices> {
        let probe = ffmpeg.map(|ffmpeg| {
            Arc::new(FfmpegProbe(Arc::clone(ffmpeg), self.patience.probe)) as Arc<dyn EncoderProbe>
        });
        Devices::new(Arc::clone(&self.gpus), probe, Some(state.cache()), Some(state.device_leases()))
    }
}

/// Opens jobs and bytes alone.
///
/// # Errors
/// A storage problem that names the folder.
pub async fn open_archive(settings: &Settings) -> Result<Archive, Problem> {
    let state = open_state(settings)?;
    let queue = SqliteQueue::open(&state.database(), SqliteOptions::default()).await?;
    let store = FolderStore::open(state.objects())?;
    Ok(Archive { queue: Arc::new(queue), store: Arc::new(store), state })
}

/// Opens the state folder.
///
/// # Errors
/// A storage problem that names the folder.
pub fn open_state(settings: &Settings) -> Result<StateDir, Problem> {
    StateDir::open(&settings.state).map_err(|error| {
        Problem::storage(format!("cannot use the state folder {}", shown(&settings.state)), &error)
            .with_hint("name another with --state DIR")
    })
}

/// Finds FFmpeg; what it can do is remembered in the state folder.
///
/// # Errors
/// Kind missing, with what brings it.
pub fn find_ffmpeg(settings: &Settings, state: &StateDir) -> Result<Arc<Ffmpeg>, Problem> {
    let found = Ffmpeg::with_cache(settings.ffmpeg.as_deref(), settings.ffprobe.as_deref(), &state.cache());
    found.map_err(|error: MediaError| error.failure().into())
}

/// FFmpeg, looked for when it is needed.
pub fn ffmpeg_on_demand(settings: &Settings, state: &StateDir) -> OnDemand {
    OnDemand::new(settings.ffmpeg.clone(), settings.ffprobe.clone(), Some(state.cache()))
}

/// ONNX Runtime, looked for when it is needed.
pub fn runtime_on_demand(settings: &Settings) -> InferOnDemand {
    InferOnDemand::new(settings.onnxruntime.clone(), settings.data.clone())
}

/// The models of the data folder.
///
/// # Errors
/// A usage problem when there is no place for that folder.
pub fn models(settings: &Settings) -> Result<reel_infer::Registry, Problem> {
    settings.data.as_deref().map(reel_infer::Registry::new).ok_or_else(|| {
        Problem::usage("there is no place for models: HOME is not set").with_hint("name one with --data DIR")
    })
}

/// Tries encoders and decoders with the FFmpeg that will be used.
struct FfmpegProbe(Arc<Ffmpeg>, Duration);

impl EncoderProbe for FfmpegProbe {
    fn binary_identity(&self) -> String {
        self.0.identity()
    }

    fn try_encoder(&self, encoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        encoder_probe::try_encoder_within(&self.0, encoder, gpu_uuid, self.1)
    }

    fn try_decoder(&self, decoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        gpu_decoding::try_decoder_within(&self.0, decoder, gpu_uuid, self.1)
    }
}

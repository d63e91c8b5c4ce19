//! One chunk: which device, one process of FFmpeg (two for two passes), and a look at what it left.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reel_engine::{Output, RunContext, RunError};
use reel_media::child::{self, ChildReport, ChildSpec};
use reel_media::{Ffmpeg, MediaError, frame_table};
use reel_types::{Failure, FailureKind};

use crate::args::{Dropped, Pass};
use crate::audio;
use crate::chunk::{AudioChunk, VIDEO_REPORT, VideoChunk};
use crate::gpu_memory::GpuMemory;
use crate::gpu_run;
use crate::report::{AttemptTold, GpuUsed, VideoReport};
use crate::video;

/// How long a process may stand still before it is taken for dead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// On the CPU, where one picture of a slow preset may take long.
    pub cpu: Duration,
    /// On a GPU.
    pub gpu: Duration,
    /// For a free place on a GPU.
    pub lease: Duration,
    /// For the answer to whether an encoder works.
    pub probe: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(120),
            gpu: Duration::from_secs(30),
            lease: Duration::from_secs(20),
            probe: Duration::from_secs(20),
        }
    }
}

/// The head of a file without a packet is shorter, whatever its tracks.
const SOUND_BYTES_MIN: u64 = 64 << 10;

/// What became of a chunk on the devices that were tried.
pub(crate) struct Tried {
    pub(crate) encoded: Encoded,
    pub(crate) gpu: Option<GpuUsed>,
    pub(crate) attempts: Vec<AttemptTold>,
    /// Why no GPU did it, when one should have.
    pub(crate) gave_up: Option<String>,
}

/// What FFmpeg did, once it ended well.
#[derive(Default)]
pub(crate) struct Encoded {
    pub(crate) frame_count: u64,
    pub(crate) complaints: Vec<String>,
    pub(crate) wall_secs: f64,
    pub(crate) cpu_secs: f64,
}

/// A stretch of the film.
pub(crate) fn run_video(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    memory: &GpuMemory,
    chunk: &VideoChunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let source = cx.source(0)?;
    let out = cx.scratch().join(chunk.part_name());
    let tried = if chunk.encode.encoder.is_gpu() {
        gpu_run::run(ffmpeg, patience, memory, chunk, cx, &source, &out)?
    } else {
        let encoded = on_cpu(ffmpeg, patience, chunk, cx, &source, &out)?;
        Tried {
            encoded,
            gpu: None,
            attempts: vec![AttemptTold::done("cpu", chunk.encode.encoder)],
            gave_up: None,
        }
    };
    let Tried { encoded, gpu, attempts, gave_up } = tried;
    let mismatch = match chunk.cut {
        Some(_) if gave_up.is_none() => mismatch(chunk, &encoded),
        _ => None,
    };
    let report = VideoReport {
        encoder: chunk.encode.encoder,
        gpu,
        attempts,
        gave_up,
        frame_count: encoded.frame_count,
        frame_count_expected: chunk.frame_count().into(),
        mismatch,
        complaints: encoded.complaints,
        wall_secs: encoded.wall_secs,
        cpu_secs: encoded.cpu_secs,
        ended_at_millis: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64),
    };
    let mut outputs = vec![Output::json(VIDEO_REPORT, &report)?];
    if report.mismatch.is_none() && report.gave_up.is_none() {
        outputs.insert(0, Output::file(chunk.part_name(), chunk.mime(), out));
    }
    Ok(outputs)
}

/// All sound. Tracks without a single packet leave nothing behind.
pub(crate) fn run_audio(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    chunk: &AudioChunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let source = cx.source(0)?;
    let out = cx.scratch().join(chunk.part_name());
    let spec = audio::command(ffmpeg, chunk, &source, &out).stall_timeout(patience.cpu);
    let mut end_micros = 0;
    child::run(&spec, cx.cancel(), |progress| {
        end_micros = progress.out_time_micros;
        let done = u64::try_from(progress.out_time_micros / 1000).unwrap_or(0);
        cx.progress(done.min(chunk.duration_millis), chunk.duration_millis);
    })
    .map_err(run_error)?;
    // A process is started to make sure only where there may be nothing: FFmpeg tells no time of some that it wrote.
    let is_short = out.metadata().is_ok_and(|meta| meta.len() < SOUND_BYTES_MIN);
    if end_micros <= 0 && is_short {
        match frame_table(ffmpeg, &out, 0, cx.cancel()) {
            Err(MediaError::Damaged { .. }) => return Ok(Vec::new()),
            looked => looked.map(drop).map_err(run_error)?,
        }
    }
    Ok(vec![Output::file(chunk.part_name(), chunk.container.mime(), out)])
}

fn on_cpu(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    chunk: &VideoChunk,
    cx: &RunContext<'_>,
    source: &Path,
    out: &Path,
) -> Result<Encoded, RunError> {
    let stats = stats_path(cx)?;
    let passes: &[Pass<'_>] =
        if chunk.encode.is_two_pass() { &[Pass::First(&stats), Pass::Second(&stats)] } else { &[Pass::Only] };
    let total = u64::from(chunk.frame_count()) * passes.len() as u64;
    let mut all = Encoded::default();
    for (index, pass) in passes.iter().enumerate() {
        let before = u64::from(chunk.frame_count()) * index as u64;
        let spec = video::command(ffmpeg, chunk, *pass, &Dropped::default(), source, out);
        let (result, frame_count) = encode(&spec.stall_timeout(patience.cpu), cx, before, total);
        let report = result.map_err(|error| nothing_decodes(error, frame_count, source))?;
        all.frame_count = frame_count;
        all.complaints = complaints(&report.stderr_tail);
        all.wall_secs += report.wall_secs;
        all.cpu_secs += report.user_secs + report.sys_secs;
    }
    Ok(all)
}

/// Runs one process; the second part is how many frames it wrote.
pub(crate) fn encode(
    spec: &ChildSpec,
    cx: &RunContext<'_>,
    before: u64,
    total: u64,
) -> (Result<ChildReport, MediaError>, u64) {
    let mut frame_count = 0;
    let result = child::run(spec, cx.cancel(), |progress| {
        frame_count = progress.frame;
        cx.progress((before + frame_count).min(total), total);
    });
    (result, frame_count)
}

/// The lines in which a demuxer or decoder complained.
pub(crate) fn complaints(stderr_tail: &str) -> Vec<String> {
    let errors = stderr_tail.lines().filter(|line| line.contains("[error]") || line.contains("[fatal]"));
    errors.take(8).map(str::to_owned).collect()
}

/// A process that fails without a single frame failed on its source, when it is the decoder that complains.
fn nothing_decodes(error: MediaError, frame_count: u64, source: &Path) -> RunError {
    const DECODER: [&str; 5] = [
        "Error while decoding",
        "decode_slice_header",
        "Cannot determine format of input",
        "Invalid data found when processing input",
        "no frame!",
    ];
    let said = error.stderr_tail().unwrap_or_default();
    if frame_count == 0 && DECODER.iter().any(|words| said.contains(words)) {
        let detail = "none of its pictures decodes".to_owned();
        return run_error(MediaError::Damaged { path: source.to_owned(), detail });
    }
    run_error(error)
}

/// How the chunk differs from the frame table, as far as the encoder told. Where each frame stands is looked at once, when
/// the chunks are joined.
fn mismatch(chunk: &VideoChunk, encoded: &Encoded) -> Option<String> {
    let (found, expected) = (encoded.frame_count, u64::from(chunk.frame_count()));
    let span = format!("frames {} to {}", chunk.first_frame, chunk.end_frame);
    match found {
        0 => Some(format!("{span}: none decoded")),
        found if found != expected => Some(format!("{span}: {found} frames instead of {expected}")),
        _ => None,
    }
}

/// Both passes share it; the encoders append to the name.
fn stats_path(cx: &RunContext<'_>) -> Result<String, RunError> {
    let path: PathBuf = cx.scratch().join("passes");
    path.to_str().map(str::to_owned).ok_or_else(|| {
        RunError::failed(FailureKind::Storage, format!("the path {} is not UTF-8", path.display()))
    })
}

/// What a person or the engine can do about an error of the media crate.
pub(crate) fn run_error(error: MediaError) -> RunError {
    if error.is_cancelled() {
        return RunError::Cancelled;
    }
    RunError::Failed(with_stderr(error.failure(), error.stderr_tail()))
}

fn with_stderr(failure: Failure, stderr_tail: Option<&str>) -> Failure {
    if let Some(tail) = stderr_tail.filter(|tail| !tail.is_empty()) {
        tracing::warn!(stderr = tail, "{}", failure.message);
    }
    failure
}

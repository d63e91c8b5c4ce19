//! Opens the source: what it holds, when each frame is shown, and whether a GPU can make the result.

use reel_device::{DeviceWish, Devices};
use reel_engine::{RunContext, RunError};
use reel_media::{Ffmpeg, MediaError, ProbeLimits, Unreliable, probe_with_frames};

use crate::codec::Encoder;
use crate::facts::{Facts, GpuFinding};
use crate::gpu_run::fault_named;
use crate::intent::{Intent, usage};
use crate::params::Params;
use crate::plan;
use crate::report::GpuUsed;
use crate::run::run_error;
use reel_media::Timeline;

pub(crate) fn inspect(ffmpeg: &Ffmpeg, params: &Params, cx: &RunContext<'_>) -> Result<Facts, RunError> {
    let intent = Intent::from_params(params)?;
    let path = cx.source(0)?;
    let (media, table) =
        probe_with_frames(ffmpeg, &path, &ProbeLimits::default(), cx.cancel()).map_err(run_error)?;
    let video_index = table.stream_index;
    let timeline = Timeline::from_table(&table);
    if timeline.frame_count == 0 {
        if matches!(table.unreliable, Some(Unreliable::NoTimestamps { .. })) {
            return Err(run_error(MediaError::NoTimes { path }));
        }
        let detail = "it has no picture that is shown".to_owned();
        return Err(run_error(MediaError::Damaged { path, detail }));
    }
    refuse_missing_gpu(intent.device, cx.devices())?;
    let gpu = find_gpu(ffmpeg, &intent, cx.devices());
    let facts = Facts { media, video_index, timeline, gpu };
    // What cannot be done is said before anything is encoded.
    plan::plan(params, &facts, cx.site())?;
    let decided_encoder = match (&facts.gpu, intent.gpu_encoder) {
        (GpuFinding::Works { .. }, Some(encoder)) => encoder,
        _ => intent.cpu_encoder,
    };
    require(ffmpeg, decided_encoder)?;
    Ok(facts)
}

/// A number that no GPU has is a slip of the hand. A machine without any GPU is not: there the CPU steps in.
fn refuse_missing_gpu(wish: DeviceWish, devices: &Devices) -> Result<(), RunError> {
    let DeviceWish::GpuIndex(wanted) = wish else { return Ok(()) };
    let Ok(inventory) = devices.inventory() else { return Ok(()) };
    if inventory.gpus.iter().any(|gpu| gpu.index == wanted) {
        return Ok(());
    }
    let there: Vec<String> = inventory.gpus.iter().map(|gpu| GpuUsed::of(gpu).told()).collect();
    let message = format!("there is no {wish}; this machine has {}", there.join(", "));
    Err(usage(message, "use --device gpu or auto, or a number that `reel gpu` shows").into())
}

/// Without a GPU nothing is started to find that out.
fn find_gpu(ffmpeg: &Ffmpeg, intent: &Intent, devices: &Devices) -> GpuFinding {
    let Some(encoder) = intent.gpu_encoder else {
        let reason = match (intent.device, intent.codec.gpu_encoder()) {
            (DeviceWish::Cpu, _) => "the CPU was asked for".to_owned(),
            (_, None) => format!("no GPU makes {}", intent.codec.as_str()),
            _ => format!("{} was asked for", intent.cpu_encoder.name()),
        };
        return GpuFinding::NotConsidered { reason };
    };
    if let Err(absent) = devices.inventory() {
        let brief = Some(absent.brief().to_owned());
        return GpuFinding::Absent { reason: format!("no NVIDIA device: {absent}"), brief };
    }
    if !ffmpeg.has_encoder(encoder.name()) {
        let reason = format!("FFmpeg {} has no {}", ffmpeg.version(), encoder.name());
        return GpuFinding::Unfit { reason };
    }
    match devices.working_encoder(encoder.name(), &intent.device) {
        Ok(gpus) => {
            GpuFinding::Works { device: gpus.first().map(|gpu| gpu.name.clone()).unwrap_or_default() }
        }
        Err(fault) => GpuFinding::Unfit { reason: fault_named(encoder, &fault, devices) },
    }
}

fn require(ffmpeg: &Ffmpeg, encoder: Encoder) -> Result<(), RunError> {
    // Asked only about what an FFmpeg may well lack: listing all encoders costs a process.
    match encoder {
        Encoder::Libx264 => Ok(()),
        other => ffmpeg.require_encoder(other.name()).map_err(run_error),
    }
}

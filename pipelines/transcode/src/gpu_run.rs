//! One chunk on a GPU: lease, encode, and what to do when that fails.

use std::path::Path;

use reel_device::{DeviceFault, Devices, FaultClass, Lease, Verdict};
use reel_engine::{RunContext, RunError};
use reel_media::Ffmpeg;

use crate::args::{Dropped, Pass};
use crate::chunk::VideoChunk;
use crate::codec::Encoder;
use crate::gpu_memory::GpuMemory;
use crate::report::{AttemptTold, GpuUsed};
use crate::run::{Encoded, Patience, Tried, complaints, encode, run_error};
use crate::video;

/// One process may fail; the next must be likely to work, else the CPU does it all in another round.
const TRIES_MAX: usize = 2;

/// What is tried after a process that failed.
enum Next {
    /// The same GPU without the options that it lacks.
    Fewer(Dropped),
    /// Another GPU.
    Other,
    /// The CPU, in another round.
    GiveUp,
}

/// Encodes on the best GPU. When none does it, what comes back says so and holds no pictures.
///
/// # Errors
/// [`RunError::Busy`] while other work of reel fills the GPUs; else what is not about a device.
pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    memory: &GpuMemory,
    chunk: &VideoChunk,
    cx: &RunContext<'_>,
    source: &Path,
    out: &Path,
) -> Result<Tried, RunError> {
    let encoder = chunk.encode.encoder;
    let job = &cx.task().job;
    let give_up = |attempts: Vec<AttemptTold>, why: String| {
        memory.give_up(job, &why);
        Ok(Tried { encoded: Encoded::default(), gpu: None, attempts, gave_up: Some(why) })
    };
    if let Some(why) = memory.gave_up(job) {
        return give_up(Vec::new(), why);
    }
    if !cx.on_gpu() {
        return give_up(Vec::new(), format!("{}: no GPU worker took it", encoder.name()));
    }
    let mut lease = match first_lease(chunk, patience, cx)? {
        Ok(lease) => lease,
        Err(fault) => return give_up(Vec::new(), fault_named(encoder, &fault, cx.devices())),
    };
    let mut attempts: Vec<AttemptTold> = Vec::new();
    let mut dropped = memory.lacking(&lease.gpu.uuid, encoder);
    loop {
        let gpu = GpuUsed::of(&lease.gpu);
        let fault = match attempt(ffmpeg, patience, chunk, cx, source, out, &lease, &dropped)? {
            Ok(encoded) => {
                memory.lacks(&gpu.uuid, encoder, dropped);
                attempts.push(AttemptTold::done(gpu.told(), encoder));
                return Ok(Tried { encoded, gpu: Some(gpu), attempts, gave_up: None });
            }
            Err(fault) => fault,
        };
        lease.report(&fault);
        attempts.push(AttemptTold::failed(gpu.told(), encoder, fault.in_words()));
        match next(&fault, &dropped, attempts.len()) {
            Next::Fewer(fewer) => dropped = fewer,
            Next::Other => match cx.devices().lease_other(encoder.name(), &chunk.device, &gpu.uuid) {
                Ok(other) => {
                    dropped = memory.lacking(&other.gpu.uuid, encoder);
                    lease = other;
                }
                Err(_) => return give_up(attempts.clone(), told(&attempts)),
            },
            Next::GiveUp => return give_up(attempts.clone(), told(&attempts)),
        }
    }
}

/// Waits for a GPU that is busy with work of reel, which ends; not for one that others fill or that is too hot.
fn first_lease(
    chunk: &VideoChunk,
    patience: &Patience,
    cx: &RunContext<'_>,
) -> Result<Result<Lease, DeviceFault>, RunError> {
    let name = chunk.encode.encoder.name();
    let leased = cx.devices().lease_within(name, &chunk.device, patience.lease, cx.cancel());
    match leased {
        Err(_) if cx.cancel().is_cancelled() => Err(RunError::Cancelled),
        Err(fault) if fault.class == FaultClass::Busy => {
            let choice = cx.devices().explain(name, &chunk.device);
            let full = choice
                .candidates
                .iter()
                .any(|one| matches!(one.verdict, Verdict::Full { .. } | Verdict::Fits));
            if full { Err(RunError::Busy(fault.to_string())) } else { Ok(Err(fault)) }
        }
        leased => Ok(leased),
    }
}

fn next(fault: &DeviceFault, dropped: &Dropped, tries: usize) -> Next {
    let advice = fault.class.advice();
    let options = fault.options_to_drop();
    if tries >= TRIES_MAX {
        Next::GiveUp
    } else if advice.drop_options && !options.is_empty() && *dropped == Dropped::default() {
        Next::Fewer(Dropped(options.iter().map(|option| (*option).to_owned()).collect()))
    } else if advice.other_device {
        Next::Other
    } else {
        Next::GiveUp
    }
}

/// One process on one GPU.
#[expect(clippy::too_many_arguments, reason = "one call, and each is a thing of its own")]
fn attempt(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    chunk: &VideoChunk,
    cx: &RunContext<'_>,
    source: &Path,
    out: &Path,
    lease: &Lease,
    dropped: &Dropped,
) -> Result<Result<Encoded, DeviceFault>, RunError> {
    let mut spec =
        video::command(ffmpeg, chunk, Pass::Only, dropped, source, out).stall_timeout(patience.gpu);
    for (key, value) in lease.env() {
        spec = spec.env(key, value);
    }
    let (result, frame_count) = encode(&spec, cx, 0, chunk.frame_count().into());
    let uuid = Some(lease.gpu.uuid.as_str());
    match result {
        Ok(report) => {
            let complaints = complaints(&report.stderr_tail);
            let expected = chunk.frame_count();
            if frame_count < u64::from(expected) && complaints.is_empty() {
                let said = format!("it wrote {frame_count} of {expected} frames and said that all is well");
                return Ok(Err(DeviceFault::new(FaultClass::Broken, uuid, said)));
            }
            let cpu_secs = report.user_secs + report.sys_secs;
            Ok(Ok(Encoded { frame_count, complaints, wall_secs: report.wall_secs, cpu_secs }))
        }
        Err(error) => error.device_fault(uuid).map_or_else(|| Err(run_error(error)), |fault| Ok(Err(fault))),
    }
}

/// A fault with the encoder and the device before it, as people call them.
pub(crate) fn fault_named(encoder: Encoder, fault: &DeviceFault, devices: &Devices) -> String {
    let inventory = devices.inventory().ok();
    let gpus = inventory.as_deref().map(|inventory| inventory.gpus.as_slice()).unwrap_or_default();
    match gpus.iter().find(|gpu| fault.device.as_deref() == Some(&gpu.uuid)) {
        Some(gpu) => format!("{} on {}: {}", encoder.name(), GpuUsed::of(gpu).told(), fault.in_words()),
        None => format!("{}: {}", encoder.name(), fault.in_words()),
    }
}

/// All tries in one sentence.
fn told(attempts: &[AttemptTold]) -> String {
    let tries = attempts.iter().map(|attempt| {
        format!(
            "{} on {}: {}",
            attempt.encoder,
            attempt.device,
            attempt.reason.as_deref().unwrap_or("failed")
        )
    });
    tries.collect::<Vec<_>>().join("; then ")
}

//! One chunk on a GPU: lease, encode, and what to do when that fails.

use std::path::Path;

use reel_device::{DeviceFault, FaultClass, Lease};
use reel_engine::{RunContext, RunError};
use reel_media::{Ffmpeg, MediaError};
use reel_types::{Failure, FailureKind};

use crate::args::{Dropped, Pass};
use crate::chunk::VideoChunk;
use crate::report::{AttemptTold, GpuUsed};
use crate::run::{Encoded, Patience, complaints, encode, run_error};
use crate::video;

/// One process may fail; the next must be likely to work, else the CPU does it all in another round.
const TRIES_MAX: usize = 2;

/// Encodes on the best GPU.
///
/// # Errors
/// [`FailureKind::Device`] with every try in its message when no GPU did it.
pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    chunk: &VideoChunk,
    cx: &RunContext<'_>,
    source: &Path,
    out: &Path,
) -> Result<(Encoded, Option<GpuUsed>, Vec<AttemptTold>), RunError> {
    if !cx.on_gpu() {
        return Err(RunError::failed(FailureKind::Device, "no GPU worker took the chunk"));
    }
    let encoder = chunk.encode.encoder;
    let mut attempts: Vec<AttemptTold> = Vec::new();
    let mut dropped = Dropped::default();
    let mut failed_uuid: Option<String> = None;
    loop {
        let lease = match cx.devices().lease_within(encoder.name(), &chunk.device, patience.lease, cx.cancel()) {
            Ok(lease) => lease,
            Err(_) if cx.cancel().is_cancelled() => return Err(RunError::Cancelled),
            Err(fault) if fault.class == FaultClass::Busy && attempts.is_empty() => {
                return Err(RunError::Busy(fault.to_string()));
            }
            Err(fault) => return Err(gave_up(attempts, &fault)),
        };
        let same_device = failed_uuid.as_deref() == Some(&lease.gpu.uuid);
        if same_device && dropped == Dropped::default() {
            let fault = DeviceFault::new(FaultClass::Broken, None, "no other GPU is free");
            return Err(gave_up(attempts, &fault));
        }
        let device = format!("gpu:{} {}", lease.gpu.index, lease.gpu.name);
        match attempt(ffmpeg, patience, chunk, cx, source, out, &lease, &dropped)? {
            Ok(encoded) => {
                attempts.push(AttemptTold::done(device, encoder));
                let gpu = GpuUsed {
                    index: lease.gpu.index,
                    name: lease.gpu.name.clone(),
                    uuid: lease.gpu.uuid.clone(),
                };
                return Ok((encoded, Some(gpu), attempts));
            }
            Err(fault) => {
                lease.report(&fault);
                attempts.push(AttemptTold::failed(device, encoder, fault.to_string()));
                let advice = fault.class.advice();
                let options = fault.options_to_drop();
                let fewer = advice.drop_options && !options.is_empty() && dropped == Dropped::default();
                if attempts.len() >= TRIES_MAX || !(fewer || advice.other_device) {
                    return Err(gave_up(attempts, &fault));
                }
                if fewer {
                    dropped = Dropped(options.iter().map(|option| (*option).to_owned()).collect());
                }
                failed_uuid = Some(lease.gpu.uuid.clone());
            }
        }
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
    let mut spec = video::command(ffmpeg, chunk, Pass::Only, dropped, source, out).stall_timeout(patience.gpu);
    for (key, value) in lease.env() {
        spec = spec.env(key, value);
    }
    let (result, frame_count) = encode(&spec, cx, 0, chunk.frame_count().into());
    let uuid = Some(lease.gpu.uuid.as_str());
    match result {
        Ok(report) => {
            let complaints = complaints(&report.stderr_tail);
            if frame_count < u64::from(chunk.frame_count()) && complaints.is_empty() {
                let said = format!("it wrote {frame_count} of {} frames and said that all is well", chunk.frame_count());
                return Ok(Err(DeviceFault::new(FaultClass::Broken, uuid, said)));
            }
            let cpu_secs = report.user_secs + report.sys_secs;
            Ok(Ok(Encoded { frame_count, complaints, wall_secs: report.wall_secs, cpu_secs }))
        }
        Err(MediaError::Stalled { stderr_tail, .. } | MediaError::TimedOut { stderr_tail, .. }) => {
            Ok(Err(DeviceFault::from_process(&stderr_tail, None, true, uuid)))
        }
        Err(MediaError::ChildFailed { stderr_tail, status, .. }) => {
            let exit = status.strip_prefix("exited with ").and_then(|code| code.parse().ok());
            Ok(Err(DeviceFault::from_process(&stderr_tail, exit, false, uuid)))
        }
        Err(error) => Err(run_error(error)),
    }
}

fn gave_up(attempts: Vec<AttemptTold>, last: &DeviceFault) -> RunError {
    let tries = attempts.iter().map(|attempt| {
        format!("{} on {}: {}", attempt.encoder, attempt.device, attempt.reason.as_deref().unwrap_or("failed"))
    });
    let mut told: Vec<String> = tries.collect();
    if told.is_empty() {
        told.push(last.to_string());
    }
    Failure::new(FailureKind::Device, told.join("; then ")).into()
}

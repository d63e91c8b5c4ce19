//! Whether an encoder really works here: a test encode of a tenth of a second.

use std::time::Duration;

use reel_types::CancelToken;

use crate::child::{self, ChildSpec};
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// A driver that does not answer is as good as none.
const ASK_LIMIT: Duration = Duration::from_secs(20);

/// Encodes three frames of 256x256 with `encoder`; on the GPU with that UUID (the only one the child can see), else
/// without any. The error is the end of the child's stderr, for the classifier of the device.
///
/// # Errors
/// What the encoder said.
pub fn try_encoder(ffmpeg: &Ffmpeg, encoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
    try_encoder_with(ffmpeg, encoder, "yuv420p", &[], gpu_uuid)
}

/// As [`try_encoder`], with another bound on how long the driver may take to answer.
///
/// # Errors
/// What the encoder said, or that it did not answer.
pub fn try_encoder_within(
    ffmpeg: &Ffmpeg,
    encoder: &str,
    gpu_uuid: Option<&str>,
    limit: Duration,
) -> Result<(), String> {
    try_one(ffmpeg, encoder, "yuv420p", &[], gpu_uuid, limit)
}

/// As [`try_encoder`], in another pixel format and with more options of the encoder (`-bf 4`), each an argument.
///
/// # Errors
/// What the encoder said.
pub fn try_encoder_with(
    ffmpeg: &Ffmpeg,
    encoder: &str,
    pix_fmt: &str,
    options: &[&str],
    gpu_uuid: Option<&str>,
) -> Result<(), String> {
    try_one(ffmpeg, encoder, pix_fmt, options, gpu_uuid, ASK_LIMIT)
}

fn try_one(
    ffmpeg: &Ffmpeg,
    encoder: &str,
    pix_fmt: &str,
    options: &[&str],
    gpu_uuid: Option<&str>,
    limit: Duration,
) -> Result<(), String> {
    let spec: ChildSpec = ffmpeg
        .command()
        .args(["-f", "lavfi", "-i", "testsrc2=size=256x256:rate=30:duration=0.1"])
        .args(["-vf", &format!("format={pix_fmt}"), "-c:v", encoder])
        .args(options.iter().copied())
        .args(["-f", "null", "-"])
        .env("CUDA_VISIBLE_DEVICES", gpu_uuid.unwrap_or(""))
        .wall_limit(limit);
    match child::run(&spec, &CancelToken::new(), |_| {}) {
        Ok(_) => Ok(()),
        Err(MediaError::ChildFailed { stderr_tail, .. }) if !stderr_tail.is_empty() => Err(stderr_tail),
        Err(MediaError::TimedOut { .. }) => Err(format!("no answer within {} s", limit.as_secs())),
        Err(error) => Err(error.to_string()),
    }
}

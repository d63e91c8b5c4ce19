//! What a video chunk tells about itself, and what a job tells a person at the end.

use reel_device::Gpu;
use serde::{Deserialize, Serialize};

use crate::codec::Encoder;

/// Left by each video chunk beside its pictures.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VideoReport {
    /// What made it.
    pub encoder: Encoder,
    /// The device, when it was a GPU.
    pub gpu: Option<GpuUsed>,
    /// Tries on devices, the last one good unless all GPUs failed.
    pub attempts: Vec<AttemptTold>,
    /// Why no GPU did it; such a chunk leaves no pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_up: Option<String>,
    /// Frames that came out.
    pub frame_count: u64,
    /// Frames that the table promises.
    pub frame_count_expected: u64,
    /// How a chunk that was cut out differs from the table; such a chunk leaves no pictures.
    pub mismatch: Option<String>,
    /// The last lines in which the decoder complained.
    pub complaints: Vec<String>,
    /// Seconds of the clock that FFmpeg took.
    pub wall_secs: f64,
    /// CPU seconds that FFmpeg took.
    pub cpu_secs: f64,
    /// When the work ended, milliseconds since 1970, on the worker's clock.
    pub ended_at_millis: u64,
}

/// The GPU that made a chunk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GpuUsed {
    /// Its index in the driver's list.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its UUID.
    pub uuid: String,
}

impl GpuUsed {
    /// This GPU.
    pub(crate) fn of(gpu: &Gpu) -> Self {
        Self { index: gpu.index, name: gpu.name.clone(), uuid: gpu.uuid.clone() }
    }

    /// What attempts call it.
    pub(crate) fn told(&self) -> String {
        format!("gpu:{} {}", self.index, self.name)
    }
}

/// One try on one device, in the words of the metadata.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttemptTold {
    /// `cpu`, or `gpu:N` and its name.
    pub device: String,
    /// FFmpeg's name.
    pub encoder: String,
    /// `done` or `failed`.
    pub outcome: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl AttemptTold {
    /// A try that gave the result.
    pub fn done(device: impl Into<String>, encoder: Encoder) -> Self {
        Self {
            device: device.into(),
            encoder: encoder.name().to_owned(),
            outcome: "done".to_owned(),
            reason: None,
        }
    }

    /// A try that gave none.
    pub fn failed(device: impl Into<String>, encoder: Encoder, reason: impl Into<String>) -> Self {
        let failed = "failed".to_owned();
        Self { outcome: failed, reason: Some(reason.into()), ..Self::done(device, encoder) }
    }
}

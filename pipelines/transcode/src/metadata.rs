//! What a job tells a person at the end, in the words of the API.

use serde::Serialize;

use crate::codec::Encoder;
use crate::facts::GpuFinding;
use crate::report::{AttemptTold, VideoReport};

/// The job's metadata. Units stand in the names.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Metadata {
    /// Whether a GPU made the result.
    pub(crate) gpu_enabled: bool,
    /// Its index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gpu_device: Option<u32>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gpu_name: Option<String>,
    /// The encoder on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gpu_codec: Option<&'static str>,
    /// Whether a GPU was to make it, and the CPU did.
    pub(crate) gpu_fallback: bool,
    /// The encoder on the CPU, when that made the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_codec: Option<&'static str>,
    /// Why it was not a GPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fallback_reason: Option<String>,
    /// In a few words, that this machine has no GPU; absent where it has one, or none was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gpu_absent: Option<String>,
    /// Every device that was tried, in order.
    pub(crate) attempts: Vec<AttemptTold>,
    /// What made the pictures.
    pub(crate) encoder: &'static str,
    /// Seconds of the clock that encoding the pictures took.
    pub(crate) processing_time_seconds: f64,
    /// Seconds of film in a second of the clock.
    pub(crate) processing_speed: f64,
    /// CPU seconds that encoding the pictures took.
    pub(crate) cpu_secs: f64,
    /// How long the film is.
    pub(crate) duration_secs: f64,
    /// Frames of the result.
    pub(crate) frames: u64,
    /// Width in pixels.
    pub(crate) width: u32,
    /// Height in pixels.
    pub(crate) height: u32,
    /// In how many pieces the film was encoded.
    pub(crate) chunks: usize,
    /// Audio tracks of the result.
    pub(crate) audio_tracks: usize,
    /// What was chosen for the person, a sentence each.
    pub(crate) decisions: Vec<String>,
    /// How the result was checked.
    pub(crate) verify: VerifyTold,
}

/// How the result was checked.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct VerifyTold {
    /// `quick` or `full`.
    pub(crate) depth: &'static str,
    /// Frames whose packets were walked.
    pub(crate) frames_walked: u64,
    /// Frames that were decoded again.
    pub(crate) frames_decoded: u64,
}

/// Which device made the result, and why not another.
pub(crate) struct DeviceTold {
    pub(crate) gpu_fallback: bool,
    pub(crate) fallback_reason: Option<String>,
    pub(crate) gpu_absent: Option<String>,
    pub(crate) attempts: Vec<AttemptTold>,
}

impl DeviceTold {
    /// From what inspecting found, from failed rounds, and from the reports of the round that worked.
    pub(crate) fn of(
        finding: &GpuFinding,
        gpu_wanted: bool,
        (failed, gave_up): (Vec<AttemptTold>, Option<String>),
        reports: &[VideoReport],
    ) -> Self {
        let mut attempts = failed;
        for attempt in reports.iter().flat_map(|report| &report.attempts) {
            if !attempts.contains(attempt) {
                attempts.push(attempt.clone());
            }
        }
        let on_gpu = reports.iter().any(|report| report.encoder.is_gpu());
        let (gpu_fallback, fallback_reason) = match (on_gpu, gave_up, finding) {
            (true, _, _) => (false, None),
            (false, Some(reason), _) => (true, Some(reason)),
            (false, None, GpuFinding::Unfit { reason }) => (true, Some(reason.clone())),
            (false, None, GpuFinding::Absent { reason, .. }) => (gpu_wanted, Some(reason.clone())),
            (false, None, GpuFinding::NotConsidered { reason }) => (false, Some(reason.clone())),
            (false, None, GpuFinding::Works { .. }) => {
                (true, Some("another round was made on the CPU".to_owned()))
            }
        };
        let gpu_absent = match finding {
            GpuFinding::Absent { brief, .. } => brief.clone(),
            _ => None,
        };
        Self { gpu_fallback, fallback_reason, gpu_absent, attempts }
    }
}

/// Seconds of the clock in which the chunks ran: side by side they overlap, and a night between them does not count.
pub(crate) fn processing_secs(reports: &[VideoReport]) -> f64 {
    let sum: f64 = reports.iter().map(|report| report.wall_secs).sum();
    let start = |report: &VideoReport| report.ended_at_millis as f64 / 1000.0 - report.wall_secs;
    let begin = reports.iter().map(start).fold(f64::INFINITY, f64::min);
    let end = reports.iter().map(|report| report.ended_at_millis as f64 / 1000.0).fold(0.0, f64::max);
    sum.min((end - begin).max(0.0))
}

/// FFmpeg's name, for one of the two fields.
pub(crate) fn name_if(encoder: Encoder, gpu: bool) -> Option<&'static str> {
    (encoder.is_gpu() == gpu).then(|| encoder.name())
}

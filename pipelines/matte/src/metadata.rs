//! What a job tells a person at the end.

use serde::Serialize;

use crate::assemble::Made;
use crate::eyes::Eyes;
use crate::facts::Facts;
use crate::flow::BusySecs;
use crate::join::Joined;
use crate::params::{Format, Model};
use crate::plan::Decided;
use crate::report::FilmReport;

/// The job's metadata. Units stand in the names.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Metadata {
    /// What told people from their background.
    model: Model,
    /// What it ran on, each once: what networks ran on, and the GPU that was held for them.
    ran_on: Vec<String>,
    /// What decoded it, each once.
    decoded_on: Vec<String>,
    /// Whether a GPU did it.
    gpu_enabled: bool,
    /// Whether a GPU was to do it, and the CPU did.
    gpu_fallback: bool,
    /// Why it was no GPU, when one might have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback_reason: Option<String>,
    /// What came out.
    format: Format,
    /// How eyes share the picture.
    eyes: Eyes,
    /// Frames of the result.
    frames: u64,
    /// Width in pixels.
    width: u32,
    /// Height in pixels.
    height: u32,
    /// How long the film is.
    duration_secs: f64,
    /// Seconds of the clock in which chunks ran.
    processing_time_seconds: f64,
    /// Seconds of film in a second of the clock.
    processing_speed: f64,
    /// Frames in a second of the clock.
    frames_per_sec: f64,
    /// Seconds that each stage worked and did not wait for another, of all chunks.
    stage_secs: BusySecs,
    /// The stage that worked longest: what to make faster first.
    #[serde(skip_serializing_if = "Option::is_none")]
    slowest_stage: Option<&'static str>,
    /// In how many pieces the film was made.
    chunks: usize,
    /// Bytes of the alpha plane, where it has packets of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    alpha_bytes: Option<u64>,
    /// Audio tracks of the result.
    audio_tracks: usize,
    /// What was chosen for the person, a sentence each.
    decisions: Vec<String>,
    /// How the result was checked.
    verify: Verified,
}

/// How the result was checked.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Verified {
    /// Frames whose packets were walked.
    frames_walked: u64,
    /// Frames that were decoded again.
    frames_decoded: u64,
}

pub(crate) fn metadata(facts: &Facts, decided: Decided, made: &Made<'_>, joined: &Joined) -> Metadata {
    let mut ran_on: Vec<String> = Vec::new();
    let mut decoded_on: Vec<String> = Vec::new();
    let mut decisions = decided.said;
    for film in &made.film {
        let ran = &film.report.ran_on;
        let told = ran.gpu.as_ref().map_or_else(|| ran.name.clone(), |gpu| format!("{} ({gpu})", ran.name));
        if !ran_on.contains(&told) {
            ran_on.push(told);
        }
        let passed_over =
            ran.passed_over.iter().map(|why| format!("networks ran on {} since {why}", ran.name));
        for told in passed_over {
            if !decisions.contains(&told) {
                decisions.push(told);
            }
        }
        let decoded = &film.report.decoded;
        if !decoded.on.is_empty() && !decoded_on.contains(&decoded.on) {
            decoded_on.push(decoded.on.clone());
        }
        for told in decoded.why_not_gpu.iter().map(|why| format!("decoded on the CPU: {why}")) {
            if !decisions.contains(&told) {
                decisions.push(told);
            }
        }
        let found = film.report.times.frame_count;
        if found != film.report.frame_count_expected {
            decisions.push(format!(
                "frames {} to {}: {found} of {} decode",
                film.chunk.first_frame, film.chunk.end_frame, film.report.frame_count_expected
            ));
        }
    }
    let secs = processing_secs(made.film.iter().map(|film| &film.report));
    let busy = made.film.iter().fold(BusySecs::default(), |busy, film| busy.plus(film.report.busy));
    let duration_secs = facts.timeline.duration_secs();
    Metadata {
        model: decided.look.model,
        ran_on,
        decoded_on,
        gpu_enabled: made.film.iter().all(|film| film.report.ran_on.on_gpu),
        gpu_fallback: made.film.iter().any(|film| film.report.ran_on.why_not_gpu.is_some()),
        fallback_reason: made.film.iter().find_map(|film| film.report.ran_on.why_not_gpu.clone()),
        format: decided.look.format,
        eyes: decided.look.eyes,
        frames: joined.frame_count,
        width: decided.look.width,
        height: decided.look.height,
        duration_secs,
        processing_time_seconds: secs,
        processing_speed: duration_secs / secs.max(1e-3),
        frames_per_sec: joined.frame_count as f64 / secs.max(1e-3),
        stage_secs: busy,
        slowest_stage: busy.slowest(),
        chunks: made.film.len(),
        alpha_bytes: joined.alpha_bytes,
        audio_tracks: made.sound.as_ref().map_or(0, |(chunk, _)| chunk.tracks.len()),
        decisions,
        verify: Verified { frames_walked: joined.frame_count, frames_decoded: joined.frames_decoded },
    }
}

/// Seconds of the clock in which chunks ran: side by side they overlap, and a night between them does not count.
fn processing_secs<'a>(reports: impl Iterator<Item = &'a FilmReport> + Clone) -> f64 {
    let sum: f64 = reports.clone().map(|report| report.wall_secs).sum();
    let end_secs = |report: &FilmReport| report.ended_at_millis as f64 / 1000.0;
    let begin =
        reports.clone().map(|report| end_secs(report) - report.wall_secs).fold(f64::INFINITY, f64::min);
    let end = reports.map(end_secs).fold(0.0, f64::max);
    sum.min((end - begin).max(0.0))
}

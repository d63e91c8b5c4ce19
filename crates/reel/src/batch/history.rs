//! How fast films were made here before, and how large they became: the same model, format and quality.

use reel_matte::{Format, Model, Params, Quality};
use reel_queue::{JobFilter, Queue, QueueError};
use reel_types::{Attempt, Job, JobState, TaskKind, TenantId};
use serde_json::json;

/// So many of the latest films count.
const FILMS_MAX: usize = 20;
/// So many of the latest jobs are looked through for them.
const JOBS_MAX: u32 = 500;

/// What films are expected to take.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Rates {
    /// Pixels of film in a second of this machine; nothing when nobody knows.
    pub(super) pixels_per_sec: Option<f64>,
    /// Bytes of the result for each pixel of each frame.
    pub(super) bytes_per_pixel: f64,
    /// How many films that comes from; 0: it is a guess.
    pub(super) measured_films: usize,
}

/// From the jobs that the queue remembers, else a guess.
pub(super) async fn rates(queue: &dyn Queue, params: &Params, cores: u32) -> Result<Rates, QueueError> {
    let filter = JobFilter {
        tenant: Some(TenantId::local()),
        states: vec![JobState::Completed],
        limit: JOBS_MAX,
        ..JobFilter::default()
    };
    let jobs = queue.jobs(filter).await?;
    let alike = jobs.into_iter().filter(|job| is_alike(job, params)).take(FILMS_MAX);
    let (mut intervals, mut pixels, mut bytes, mut films) = (Vec::new(), 0.0, 0.0, 0);
    for job in alike {
        let Some(job_pixels) = pixels_of(&job) else { continue };
        intervals.extend(intervals_of(&queue.attempts(&job.id).await?));
        pixels += job_pixels;
        bytes += job.outputs.iter().map(|output| output.size_bytes as f64).sum::<f64>();
        films += 1;
    }
    let secs = union_secs(intervals);
    if pixels > 0.0 && secs > 0.0 {
        return Ok(Rates {
            pixels_per_sec: Some(pixels / secs),
            bytes_per_pixel: bytes / pixels,
            measured_films: films,
        });
    }
    Ok(guess(params, cores))
}

fn is_alike(job: &Job, params: &Params) -> bool {
    let same = |name: &str, value: serde_json::Value| job.params[name] == value;
    job.pipeline == "matte"
        && same("model", json!(params.model))
        && same("format", json!(params.format))
        && same("quality", json!(params.quality))
        && job.params["preview"] != true
}

fn pixels_of(job: &Job) -> Option<f64> {
    let number = |name: &str| job.metadata[name].as_f64().filter(|value| *value > 0.0);
    Some(number("frames")? * number("width")? * number("height")?)
}

/// When the chunks of a job were worked on: begin and end in milliseconds.
pub(super) fn intervals_of(attempts: &[Attempt]) -> Vec<(i64, i64)> {
    let worked = attempts.iter().filter(|attempt| attempt.task.kind != TaskKind::Plan);
    worked.filter_map(|attempt| Some((attempt.started_at, attempt.ended_at?))).collect()
}

/// Seconds in which at least one of them was under way: films side by side do not count twice.
pub(super) fn union_secs(mut intervals: Vec<(i64, i64)>) -> f64 {
    intervals.sort_unstable();
    let (mut millis, mut until) = (0, i64::MIN);
    for (begin, end) in intervals {
        millis += (end - begin.max(until)).max(0);
        until = until.max(end);
    }
    millis as f64 / 1000.0
}

/// Frames of 1080p in a second of one core, and bytes of each: measured on two cores of a server with the models that need no GPU.
/// What a network of somebody's own takes nobody knows.
fn guess(params: &Params, cores: u32) -> Rates {
    const PIXELS: f64 = 1920.0 * 1080.0;
    let (frames_per_core_sec, frame_bytes) = match params.format.unwrap_or_default() {
        Format::Webm | Format::Hevc => (20.0, 20_000.0),
        Format::Prores => (4.5, 880_000.0),
        Format::Ffv1 => (15.0, 196_000.0),
        Format::Png => (13.0, 448_000.0),
        Format::Green | Format::Matte | Format::Deovr => (14.0, 10_000.0),
    };
    let slower = match params.quality {
        Quality::Draft => 0.8,
        Quality::Balanced => 1.0,
        Quality::Best => 3.0,
    };
    let is_known = matches!(params.model, Model::Selfie | Model::Chroma);
    let pixels_per_sec = frames_per_core_sec * PIXELS * f64::from(cores.max(1)) / slower;
    Rates {
        pixels_per_sec: is_known.then_some(pixels_per_sec),
        bytes_per_pixel: frame_bytes / PIXELS,
        measured_films: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_side_by_side_counts_once() {
        assert_eq!(union_secs(Vec::new()), 0.0);
        assert_eq!(union_secs(vec![(5_000, 8_000), (0, 2_000), (1_000, 3_000), (6_000, 7_000)]), 6.0);
    }

    #[test]
    fn a_network_of_ones_own_has_no_guess() {
        let params = Params { model: Model::Rvm, ..Params::default() };
        assert_eq!(guess(&params, 2).pixels_per_sec, None);
        assert!(guess(&Params::default(), 4).pixels_per_sec > guess(&Params::default(), 2).pixels_per_sec);
    }
}

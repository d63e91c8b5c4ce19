//! What is told of many films together: part of the contract of `--json`, in `docs/reference/json.md`.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use crate::records::InputPath;

/// What the films will take, said before the start.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct ForecastRecord {
    /// Films that there is work on.
    pub films: usize,
    /// Films that cannot be read.
    pub unreadable: usize,
    /// Outputs that are there already.
    pub already_there: usize,
    /// Seconds of film.
    pub video_secs: f64,
    /// Seconds that they take; null when nothing is known about that.
    pub expected_secs: Option<f64>,
    /// Bytes of the results.
    pub expected_output_bytes: u64,
    /// Bytes of temporary files at most.
    pub expected_temporary_bytes: u64,
    /// How many films that were made like this before the figures come from; 0: they are a guess.
    pub measured_films: usize,
    /// Pixels in a second; null when nothing is known about that.
    pub pixels_per_sec: Option<f64>,
    /// The folder of the results.
    #[serde(serialize_with = "lossy")]
    pub output: PathBuf,
    /// Bytes free there.
    pub output_free_bytes: Option<u64>,
    /// The state folder.
    #[serde(serialize_with = "lossy")]
    pub state: PathBuf,
    /// Bytes free there.
    pub state_free_bytes: Option<u64>,
    /// Whether both lie on one disk.
    pub one_disk: bool,
}

/// How far all films are, beside how far one is.
#[derive(Serialize, Clone, Copy, PartialEq, Debug)]
pub struct BatchProgress {
    /// Which film this is, from 1, in the order in which they are begun.
    pub film: usize,
    /// How many films there are.
    pub films: usize,
    /// Films that have ended.
    pub films_ended: usize,
    /// 0 to 1, over all films.
    pub batch_done_fraction: f64,
    /// Frames in a second, of all films together; null while unknown.
    pub batch_frames_per_sec: Option<f64>,
    /// Seconds until the last film ends; null while unknown.
    pub batch_eta_secs: Option<f64>,
}

/// What the films took, said at the end.
#[derive(Serialize, Clone, PartialEq, Default, Debug)]
pub struct BatchRecord {
    /// How many films there were.
    pub films: usize,
    /// How many have their output.
    pub completed: usize,
    /// How many failed.
    pub failed: usize,
    /// `completed` of `films`.
    pub success_rate: f64,
    /// Wall seconds.
    pub elapsed_secs: f64,
    /// Seconds of film; 0 without a forecast.
    pub video_secs: f64,
    /// Frames that were made.
    pub frames: u64,
    /// By the size of the picture, the smallest first.
    pub by_size: Vec<SizeRecord>,
    /// The stage that all the others waited for; null when no film was made.
    pub slowest_stage: Option<String>,
    /// How busy the GPUs were on average, 0 to 100; null without one.
    pub gpu_utilization_percent: Option<f64>,
    /// The most that temporary files took at any moment that was looked at.
    pub temporary_bytes_peak: u64,
    /// Programs and networks that stood still and were ended for it.
    pub hangs: u64,
    /// The films that failed, and why.
    pub failures: Vec<Failed>,
    /// The log file.
    #[serde(serialize_with = "lossy")]
    pub log: PathBuf,
}

/// Films of one size.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct SizeRecord {
    /// `480p`, `720p`, `1080p`, `1440p`, `4K` or `8K`: the largest class that the pixels come near to.
    pub size: &'static str,
    /// How many were made.
    pub films: usize,
    /// Their frames.
    pub frames: u64,
    /// Frames in a second in which at least one film of this size was worked on; null when that is not known.
    pub frames_per_sec: Option<f64>,
    /// The stage that the others waited for.
    pub slowest_stage: Option<String>,
}

/// A film that failed.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Failed {
    /// The file, as it was typed.
    #[serde(flatten)]
    pub input: InputPath,
    /// Why, in one line.
    pub reason: String,
}

fn lossy<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

//! What the films took: counted, by the size of the picture, with the stage that all waited for.

use std::collections::BTreeMap;

use reel_types::Attempt;
use serde_json::Value;

use super::history::{intervals_of, union_secs};
use super::records::{BatchRecord, Failed, SizeRecord};
use crate::records::{ResultRecord, Status};
use crate::text::without_controls;

/// Sizes as people call them, with the pixels of a picture of that name.
const SIZES: [(&str, f64); 6] = [
    ("480p", 854.0 * 480.0),
    ("720p", 1280.0 * 720.0),
    ("1080p", 1920.0 * 1080.0),
    ("1440p", 2560.0 * 1440.0),
    ("4K", 3840.0 * 2160.0),
    ("8K", 7680.0 * 4320.0),
];

/// The stages as the report of a film names them.
const STAGES: [&str; 4] = ["decode", "infer", "finish", "encode"];

/// Results so far.
#[derive(Default, Debug)]
pub(super) struct Tally {
    films: usize,
    completed: usize,
    failures: Vec<Failed>,
    sizes: BTreeMap<usize, OfSize>,
}

#[derive(Default, Debug)]
struct OfSize {
    films: usize,
    frames: u64,
    /// When chunks were worked on.
    intervals: Vec<(i64, i64)>,
    stages: Stages,
}

/// Seconds of work of each stage.
#[derive(Clone, Copy, Default, Debug)]
struct Stages([f64; STAGES.len()]);

impl Tally {
    /// Takes in how a film ended, and when it was worked on.
    pub(super) fn add(&mut self, result: &ResultRecord, attempts: &[Attempt]) {
        self.films += 1;
        match result.status {
            Status::Completed => self.completed += 1,
            _ => {
                let reason = result.error.as_ref().map_or_else(String::new, ToString::to_string);
                let failed = Failed { input: result.input.clone(), reason: one_line(&reason) };
                self.failures.push(failed);
                return;
            }
        }
        let number = |name: &str| result.metadata[name].as_f64();
        let (Some(frames), Some(width), Some(height)) =
            (result.metadata["frames"].as_u64(), number("width"), number("height"))
        else {
            return;
        };
        if result.already_there {
            return;
        }
        let size = self.sizes.entry(size_index(width * height)).or_default();
        size.films += 1;
        size.frames += frames;
        size.intervals.extend(intervals_of(attempts));
        size.stages = size.stages.plus(Stages::of(&result.metadata["stage_secs"]));
    }

    /// The part of the record that comes from results.
    pub(super) fn record(self) -> BatchRecord {
        let stages = self.sizes.values().fold(Stages::default(), |sum, size| sum.plus(size.stages));
        BatchRecord {
            films: self.films,
            completed: self.completed,
            failed: self.failures.len(),
            success_rate: ratio(self.completed, self.films),
            frames: self.sizes.values().map(|size| size.frames).sum(),
            slowest_stage: stages.slowest(),
            by_size: self.sizes.into_iter().map(|(index, size)| size.record(index)).collect(),
            failures: self.failures,
            ..BatchRecord::default()
        }
    }
}

impl OfSize {
    fn record(self, index: usize) -> SizeRecord {
        let secs = union_secs(self.intervals);
        SizeRecord {
            size: name_of(index),
            films: self.films,
            frames: self.frames,
            frames_per_sec: (secs > 0.0).then(|| (self.frames as f64 / secs * 10.0).round() / 10.0),
            slowest_stage: self.stages.slowest(),
        }
    }
}

impl Stages {
    fn of(told: &Value) -> Self {
        Self(STAGES.map(|name| told[name].as_f64().unwrap_or(0.0)))
    }

    fn plus(self, other: Self) -> Self {
        let mut sum = self;
        sum.0.iter_mut().zip(other.0).for_each(|(secs, more)| *secs += more);
        sum
    }

    fn slowest(self) -> Option<String> {
        let stages = STAGES.iter().zip(self.0);
        let slowest = stages.max_by(|one, other| one.1.total_cmp(&other.1));
        slowest.filter(|(_, secs)| *secs > 0.0).map(|(name, _)| (*name).to_owned())
    }
}

/// The size class of a picture: of two neighbours the one whose pixels are nearer by their ratio.
fn size_index(pixels: f64) -> usize {
    let is_nearer_next = |pair: &&[(&str, f64)]| match pair {
        [(_, one), (_, next)] => pixels > (one * next).sqrt(),
        _ => false,
    };
    SIZES.windows(2).take_while(is_nearer_next).count()
}

fn name_of(index: usize) -> &'static str {
    SIZES.get(index).map_or("8K", |(name, _)| name)
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    (part as f64 / whole as f64 * 1e4).round() / 1e4
}

/// The first line, without what a terminal would take for orders.
pub(super) fn one_line(text: &str) -> String {
    without_controls(text.lines().next().unwrap_or_default())
}

/// A stage as people call what it does.
pub fn stage_name(stage: &str) -> &str {
    match stage {
        "infer" => "inference",
        "finish" => "finishing",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::problem::Problem;
    use crate::records::InputPath;

    fn made(width: u32, height: u32, frames: u64, encode: f64) -> ResultRecord {
        ResultRecord {
            job: None,
            input: InputPath::new(Path::new("a.mp4")),
            status: Status::Completed,
            stage: None,
            already_there: false,
            outputs: Vec::new(),
            metadata: json!({
                "frames": frames, "width": width, "height": height,
                "stage_secs": {"decode": 1.0, "infer": 2.0, "finish": 0.5, "encode": encode},
            }),
            gaps: Vec::new(),
            error: None,
            exit_code: 0,
        }
    }

    #[test]
    fn pictures_are_called_by_the_nearest_size() {
        for (width, height, name) in [
            (96.0, 64.0, "480p"),
            (854.0, 480.0, "480p"),
            (1280.0, 720.0, "720p"),
            (1080.0, 1920.0, "1080p"),
            (1920.0, 1080.0, "1080p"),
            (3840.0, 1920.0, "4K"),
            (5760.0, 2880.0, "4K"),
            (8192.0, 4096.0, "8K"),
        ] {
            assert_eq!(name_of(size_index(width * height)), name, "{width}x{height}");
        }
    }

    #[test]
    fn films_are_counted_by_size_and_failures_by_name() {
        let mut tally = Tally::default();
        tally.add(&made(1920, 1080, 100, 9.0), &[]);
        tally.add(&made(640, 480, 50, 1.0), &[]);
        tally.add(&made(1920, 1080, 100, 1.0), &[]);
        let problem = Problem::usage("it is broken\nsays a second line");
        tally.add(&ResultRecord::from_problem(Path::new("b.mp4"), None, Status::Failed, problem), &[]);
        let record = tally.record();
        assert_eq!((record.films, record.completed, record.failed), (4, 3, 1));
        assert_eq!((record.success_rate, record.frames), (0.75, 250));
        let sizes: Vec<_> = record.by_size.iter().map(|size| (size.size, size.films, size.frames)).collect();
        assert_eq!(sizes, [("480p", 1, 50), ("1080p", 2, 200)]);
        assert_eq!(record.slowest_stage.as_deref(), Some("encode"));
        assert_eq!(record.by_size[0].slowest_stage.as_deref(), Some("infer"));
        assert_eq!(record.failures[0].reason, "it is broken");
    }
}

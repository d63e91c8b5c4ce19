//! The end of many films in a table for people.

use crate::batch::{BatchRecord, stage_name};
use crate::table;
use crate::text::{bytes, duration, place_of, shown};

/// What was made at which speed, what failed and why, and what it took.
pub(super) fn lines(batch: &BatchRecord) -> Vec<String> {
    let mut lines = Vec::new();
    if !batch.by_size.is_empty() {
        let mut rows = vec![["size", "films", "frames", "fps", "bound by"].map(str::to_owned).to_vec()];
        rows.extend(batch.by_size.iter().map(|size| {
            vec![
                size.size.to_owned(),
                size.films.to_string(),
                size.frames.to_string(),
                size.frames_per_sec.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}")),
                size.slowest_stage.as_deref().map_or("-", stage_name).to_owned(),
            ]
        }));
        lines.extend(table::lines(&rows));
    }
    for failed in &batch.failures {
        let input = shown(failed.input.path());
        // Many reasons name the file themselves; once is enough.
        let about =
            if place_of(&input, &failed.reason).is_some() { String::new() } else { format!("{input}: ") };
        lines.push(format!("failed: {about}{}", failed.reason));
    }
    let mut facts =
        vec![format!("success rate {:.1} %", batch.success_rate * 100.0), duration(batch.elapsed_secs)];
    facts.extend(batch.slowest_stage.as_deref().map(|stage| format!("{}-bound", stage_name(stage))));
    facts.extend(batch.gpu_utilization_percent.map(|percent| format!("GPUs {percent:.0} % busy")));
    facts.push(format!("temporary files at most {}", bytes(batch.temporary_bytes_peak)));
    facts.push(format!("{} hangs", batch.hangs));
    lines.push(facts.join(", "));
    lines.push(format!("log: {}", shown(&batch.log)));
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::batch::{Failed, SizeRecord};
    use crate::records::InputPath;

    #[test]
    fn a_batch_ends_with_a_table() {
        let size = |size, films, frames, rate, stage: &str| SizeRecord {
            size,
            films,
            frames,
            frames_per_sec: Some(rate),
            slowest_stage: Some(stage.to_owned()),
        };
        let batch = BatchRecord {
            films: 10,
            completed: 9,
            failed: 1,
            success_rate: 0.9,
            elapsed_secs: 750.0,
            by_size: vec![size("720p", 3, 4500, 85.12, "infer"), size("4K", 6, 18_000, 4.0, "encode")],
            slowest_stage: Some("encode".to_owned()),
            temporary_bytes_peak: 1_200_000_000,
            failures: vec![Failed {
                input: InputPath::new(Path::new("b.mp4")),
                reason: "it is broken".into(),
            }],
            log: "/state/matte.log".into(),
            ..BatchRecord::default()
        };
        assert_eq!(
            lines(&batch),
            [
                "size  films  frames  fps   bound by",
                "720p  3      4500    85.1  inference",
                "4K    6      18000   4.0   encode",
                "failed: b.mp4: it is broken",
                "success rate 90.0 %, 12 min 30 s, encode-bound, temporary files at most 1.2 GB, 0 hangs",
                "log: /state/matte.log",
            ]
        );
    }
}

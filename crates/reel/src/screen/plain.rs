//! Lines in a pipe or a log: at each change of state, and about every five seconds.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reel_types::JobState;

use crate::batch::BatchProgress;
use crate::console::Console;
use crate::records::ProgressRecord;
use crate::text::{bytes, duration, shown};

const PACE: Duration = Duration::from_secs(5);

/// Writes thinned-out lines on stderr.
#[derive(Default)]
pub(super) struct PlainLines {
    last: BTreeMap<String, (Instant, JobState)>,
}

impl PlainLines {
    pub(super) fn progress(&mut self, console: &Console, records: &[ProgressRecord]) {
        for record in records {
            let now = Instant::now();
            let about = record.about();
            let last = self.last.get(&about);
            if last.is_none_or(|(at, state)| *state != record.state || now.duration_since(*at) >= PACE) {
                self.last.insert(about, (now, record.state));
                console.say(&line(record));
            }
        }
    }
}

fn line(record: &ProgressRecord) -> String {
    let which = record.batch.map(|batch| format!("[{}/{}] ", batch.film, batch.films)).unwrap_or_default();
    let mut line = format!("{which}{}: {}", shown(record.input.path()), record.state.as_str());
    if let Some(fraction) = record.done_fraction.filter(|_| record.state != JobState::Completed) {
        line.push_str(&format!(" {:.0} %", fraction * 100.0));
    }
    if let Some(fraction) = record.stage_fraction {
        line.push_str(&format!(", {} {:.0} %", record.stage.unwrap_or("reading"), fraction * 100.0));
    }
    if let Some(rate) = record.sending.and_then(|sending| sending.bytes_per_sec) {
        line.push_str(&format!(", {}/s", bytes(rate as u64)));
    }
    if let Some(speed) = record.speed {
        line.push_str(&format!(", {speed:.2}x"));
    }
    if let Some(eta_secs) = record.eta_secs {
        line.push_str(&format!(", {} left", duration(eta_secs)));
    }
    if let Some(batch) = record.batch {
        line.push_str(&all(&batch));
    }
    line
}

/// How far all films are.
fn all(batch: &BatchProgress) -> String {
    let mut text = format!("; all {:.0} %", batch.batch_done_fraction * 100.0);
    if let Some(rate) = batch.batch_frames_per_sec {
        text.push_str(&format!(", {rate:.1} fps"));
    }
    if let Some(eta_secs) = batch.batch_eta_secs {
        text.push_str(&format!(", {} left", duration(eta_secs)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use reel_types::JobId;

    use super::*;
    use crate::records::{InputPath, SendingRecord};

    #[test]
    fn a_line_says_how_far_and_how_long() {
        let record = ProgressRecord {
            job: Some(JobId::new("j")),
            input: InputPath::new(Path::new("a.mov")),
            state: JobState::Running,
            stage: Some("converting"),
            stage_fraction: None,
            done_fraction: Some(0.424),
            speed: Some(2.5),
            eta_secs: Some(75.0),
            elapsed_secs: 10.0,
            chunks_done: 1,
            chunks_total: 3,
            sending: None,
            batch: None,
        };
        assert_eq!(line(&record), "a.mov: running 42 %, 2.50x, 1 min 15 s left");
        let of_many = BatchProgress {
            film: 3,
            films: 10,
            films_ended: 2,
            batch_done_fraction: 0.25,
            batch_frames_per_sec: Some(48.13),
            batch_eta_secs: Some(600.0),
        };
        let among_others = ProgressRecord { batch: Some(of_many), ..record.clone() };
        assert_eq!(
            line(&among_others),
            "[3/10] a.mov: running 42 %, 2.50x, 1 min 15 s left; all 25 %, 48.1 fps, 10 min 00 s left"
        );
        let planning = ProgressRecord {
            state: JobState::Planning,
            stage: Some("processing"),
            stage_fraction: Some(0.43),
            done_fraction: None,
            speed: None,
            eta_secs: None,
            ..record
        };
        assert_eq!(line(&planning), "a.mov: planning, processing 43 %");
        let sending = SendingRecord { sent_bytes: 43, total_bytes: 100, bytes_per_sec: Some(12_345_678.0) };
        let uploading = ProgressRecord {
            job: None,
            state: JobState::Queued,
            stage: Some("uploading"),
            eta_secs: Some(20.0),
            sending: Some(sending),
            ..planning
        };
        assert_eq!(line(&uploading), "a.mov: queued, uploading 43 %, 12.3 MB/s, 20 s left");
    }
}

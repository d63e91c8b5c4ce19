//! One object a line on stdout.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reel_types::JobState;

use crate::batch::{BatchRecord, ForecastRecord};
use crate::console::Console;
use crate::records::{ProgressRecord, Record, ResultRecord, SummaryRecord};

/// State and stage.
type Standing = (JobState, Option<&'static str>);

/// At most one line a job in this time, unless its state or its stage changed.
const PACE: Duration = Duration::from_secs(1);

/// Writes the contract's lines.
#[derive(Default)]
pub(super) struct JsonLines {
    last: BTreeMap<String, (Instant, Standing)>,
}

impl JsonLines {
    pub(super) fn progress(&mut self, console: &Console, records: &[ProgressRecord]) {
        for record in records {
            let now = Instant::now();
            let standing = (record.state, record.stage);
            let about = record.about();
            let last = self.last.get(&about);
            if last.is_none_or(|(at, before)| *before != standing || now.duration_since(*at) >= PACE) {
                self.last.insert(about, (now, standing));
                write(console, &Record::Progress(record));
            }
        }
    }

    pub(super) fn result(&mut self, console: &Console, result: &ResultRecord) {
        write(console, &Record::Result(result));
    }

    pub(super) fn forecast(&mut self, console: &Console, forecast: &ForecastRecord) {
        write(console, &Record::Forecast(forecast));
    }

    pub(super) fn batch(&mut self, console: &Console, batch: &BatchRecord) {
        write(console, &Record::Batch(batch));
    }

    pub(super) fn summary(&mut self, console: &Console, summary: &SummaryRecord) {
        write(console, &Record::Summary(summary));
    }
}

fn write(console: &Console, record: &Record<'_>) {
    match serde_json::to_string(record) {
        Ok(line) => console.data(&line),
        Err(error) => console.say(&format!("error: a line has no JSON form: {error}")),
    }
}

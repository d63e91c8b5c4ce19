//! How far reading or sending something is.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use reel_types::JobState;

use crate::records::{InputPath, ProgressRecord, SendingRecord, rounded};

/// Reading that takes no longer is not worth a word.
const READING_AFTER: Duration = Duration::from_secs(1);
/// Before so long a rate says nothing: the first bytes only fill buffers.
const RATE_AFTER: Duration = Duration::from_millis(300);

/// What is told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doing {
    /// Reading it, for its digest.
    Reading,
    /// Sending it.
    Sending,
}

/// One of the files that are sent for an input.
pub(super) struct Gauge<'a> {
    pub(super) input: &'a Path,
    pub(super) doing: Doing,
    /// Of the files before.
    pub(super) before_bytes: u64,
    /// Of all of them together.
    pub(super) total_bytes: u64,
    began: Instant,
    from_bytes: Cell<Option<u64>>,
    tell: &'a dyn Fn(ProgressRecord),
}

impl<'a> Gauge<'a> {
    pub(super) fn new(
        input: &'a Path,
        doing: Doing,
        (before_bytes, total_bytes): (u64, u64),
        tell: &'a dyn Fn(ProgressRecord),
    ) -> Self {
        let began = Instant::now();
        Self { input, doing, before_bytes, total_bytes, began, from_bytes: Cell::new(None), tell }
    }

    /// So many bytes of this file.
    pub(super) fn tell(&self, at_bytes: u64) {
        let at_bytes = self.before_bytes + at_bytes;
        if self.from_bytes.get().is_none() {
            self.from_bytes.set(Some(at_bytes));
        }
        if self.doing == Doing::Reading && self.began.elapsed() < READING_AFTER {
            return;
        }
        (self.tell)(self.record(at_bytes));
    }

    fn record(&self, at_bytes: u64) -> ProgressRecord {
        let elapsed = self.began.elapsed();
        let gained = at_bytes.saturating_sub(self.from_bytes.get().unwrap_or(at_bytes));
        let rate = (gained > 0 && elapsed >= RATE_AFTER).then(|| gained as f64 / elapsed.as_secs_f64());
        let left = self.total_bytes.saturating_sub(at_bytes);
        let is_sending = self.doing == Doing::Sending;
        ProgressRecord {
            job: None,
            input: InputPath::new(self.input),
            state: JobState::Queued,
            stage: is_sending.then_some("uploading"),
            stage_fraction: Some(fraction(at_bytes, self.total_bytes)),
            done_fraction: None,
            speed: None,
            eta_secs: rate.filter(|_| is_sending).map(|rate| rounded(left as f64 / rate)),
            elapsed_secs: rounded(elapsed.as_secs_f64()),
            chunks_done: 0,
            chunks_total: 0,
            sending: is_sending.then(|| SendingRecord {
                sent_bytes: at_bytes,
                total_bytes: self.total_bytes,
                bytes_per_sec: rate.map(f64::round),
            }),
            batch: None,
        }
    }
}

fn fraction(at_bytes: u64, total_bytes: u64) -> f64 {
    let fraction = at_bytes as f64 / total_bytes.max(1) as f64;
    (fraction * 1e4).floor().min(1e4) / 1e4
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn files_that_go_together_are_counted_together() {
        let told = RefCell::new(Vec::new());
        let tell = |record: ProgressRecord| told.borrow_mut().push(record);
        let gauge = Gauge::new(Path::new("a"), Doing::Sending, (100, 400), &tell);
        gauge.tell(100);
        gauge.tell(300);
        let told = told.into_inner();
        let seen: Vec<_> = told.iter().map(|record| (record.stage, record.stage_fraction)).collect();
        assert_eq!(seen, [(Some("uploading"), Some(0.5)), (Some("uploading"), Some(1.0))]);
        let json = serde_json::to_value(&told[0]).unwrap();
        assert_eq!((&json["sent_bytes"], &json["total_bytes"]), (&200.into(), &400.into()));
        assert_eq!((&json["job"], &json["state"]), (&serde_json::Value::Null, &"queued".into()));
    }

    #[test]
    fn the_rate_counts_what_this_command_sent_and_says_how_long_the_rest_takes() {
        let told = RefCell::new(Vec::new());
        let tell = |record: ProgressRecord| told.borrow_mut().push(record);
        let mut gauge = Gauge::new(Path::new("a"), Doing::Sending, (0, 2_000_000), &tell);
        gauge.tell(1_000_000);
        gauge.began = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        gauge.tell(1_500_000);
        let told = told.into_inner();
        assert_eq!((told[0].eta_secs, told[0].sending.unwrap().bytes_per_sec), (None, None));
        let rate = told[1].sending.unwrap().bytes_per_sec.unwrap();
        assert!((40_000.0..=50_000.0).contains(&rate), "{rate}");
        assert!(told[1].eta_secs.unwrap() >= 10.0, "{:?}", told[1].eta_secs);
    }

    #[test]
    fn reading_says_how_far_it_is_and_that_nothing_is_sent_yet() {
        let told = RefCell::new(Vec::new());
        let tell = |record: ProgressRecord| told.borrow_mut().push(record);
        let mut gauge = Gauge::new(Path::new("a"), Doing::Reading, (0, 4), &tell);
        gauge.tell(4);
        assert_eq!(told.borrow().len(), 0, "what is read at once is not worth a word");
        gauge.began = Instant::now().checked_sub(READING_AFTER).unwrap();
        gauge.tell(1);
        let told = told.take();
        assert_eq!((told[0].stage, told[0].stage_fraction, told[0].sending), (None, Some(0.25), None));
    }
}

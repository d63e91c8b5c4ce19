//! One bar on a terminal for everything under way.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::batch::BatchProgress;
use crate::records::ProgressRecord;
use crate::text::{bytes, duration, shown};

const STEPS: u64 = 10_000;
const NAME_CHARS_MAX: usize = 24;

/// A bar on stderr; it is there only while something is under way.
pub(super) struct Bar {
    bar: Option<ProgressBar>,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self { bar: None }
    }

    pub(super) fn progress(&mut self, records: &[ProgressRecord]) {
        if records.is_empty() {
            return;
        }
        let bar = self.bar.get_or_insert_with(draw);
        let fractions = records.iter().map(fraction);
        let of_these = fractions.sum::<f64>() / records.len() as f64;
        let fraction = all(records).map_or(of_these, |all| all.batch_done_fraction);
        bar.set_position((fraction * STEPS as f64) as u64);
        bar.set_prefix(prefix(records));
        bar.set_message(message(records));
    }

    /// Takes the bar away, so that lines can be written where it was.
    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn draw() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
    let template = "{spinner} {prefix} [{bar:30}] {percent:>3} % {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    // Shows that we live while a long chunk tells nothing.
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// What is sent first fills the bar twice: once going there, once being done.
fn fraction(record: &ProgressRecord) -> f64 {
    let sent = || record.stage_fraction.filter(|_| record.sending.is_some());
    record.done_fraction.or_else(sent).unwrap_or(0.0)
}

/// How far all films of the command are, where there are several.
fn all(records: &[ProgressRecord]) -> Option<BatchProgress> {
    records.first()?.batch
}

/// `film 3 of 10`, of those that are worked on.
fn films(records: &[ProgressRecord], all: &BatchProgress) -> String {
    let works = |record: &&ProgressRecord| record.done_fraction.is_some_and(|fraction| fraction > 0.0);
    let mut films: Vec<usize> =
        records.iter().filter(works).filter_map(|record| Some(record.batch?.film)).collect();
    films.sort_unstable();
    let named: Vec<String> = films.iter().map(ToString::to_string).collect();
    match named.as_slice() {
        [] => format!("{} films", all.films),
        [one] => format!("film {one} of {}", all.films),
        many => format!("films {} of {}", many.join(", "), all.films),
    }
}

fn prefix(records: &[ProgressRecord]) -> String {
    if let Some(all) = all(records) {
        return films(records, &all);
    }
    match records {
        [one] => {
            one.input.path().file_name().map_or_else(String::new, |name| shortened(&shown(name.as_ref())))
        }
        many => format!("{} files", many.len()),
    }
}

/// Rate and time left must fit beside it.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

fn message(records: &[ProgressRecord]) -> String {
    if let Some(all) = all(records) {
        let rate = all.batch_frames_per_sec.map(|rate| format!("{rate:.1} fps"));
        let left = all.batch_eta_secs.map(|secs| format!("{} left", duration(secs)));
        return rate.into_iter().chain(left).collect::<Vec<_>>().join(", ");
    }
    let speed: f64 = records.iter().filter_map(|record| record.speed).sum();
    let eta_secs = records.iter().filter_map(|record| record.eta_secs).reduce(f64::max);
    let mut parts = Vec::new();
    if let [one] = records {
        parts.push(one.state.as_str().to_owned());
        if let Some(fraction) = one.stage_fraction {
            parts.push(format!("{} {:.0} %", one.stage.unwrap_or("reading"), fraction * 100.0));
        }
    }
    let rate: f64 = records.iter().filter_map(|record| record.sending?.bytes_per_sec).sum();
    if rate > 0.0 {
        parts.push(format!("{}/s", bytes(rate as u64)));
    }
    if speed > 0.0 {
        parts.push(format!("{speed:.2}x"));
    }
    if let Some(eta_secs) = eta_secs {
        parts.push(format!("{} left", duration(eta_secs)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_leaves_room_for_the_rate() {
        assert_eq!(shortened("clip.mp4"), "clip.mp4");
        assert_eq!(shortened(&"ü".repeat(60)), format!("{}…", "ü".repeat(24)));
    }
}

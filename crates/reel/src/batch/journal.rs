//! The log of many films: a line for each event, on the disk before the next one.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::forecast;
use super::records::{BatchRecord, ForecastRecord};
use super::tally::{one_line, stage_name};
use crate::problem::Problem;
use crate::records::{ProgressRecord, ResultRecord, Status};
use crate::text::{bytes, duration, place_of, shown};

/// An open log. Lines go to its end, also when other commands write there.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// A line could not be written; said once.
    is_broken: bool,
}

impl Journal {
    /// Opens it, and makes it and its folder where they are missing.
    ///
    /// # Errors
    /// A storage problem that names the file.
    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
        let refused = |error| {
            Problem::storage(format!("cannot write the log {}", shown(path)), &error)
                .with_hint("name another with --log FILE")
        };
        let path_of_log = std::path::absolute(path).map_err(refused)?;
        if let Some(folder) = path_of_log.parent() {
            std::fs::create_dir_all(folder).map_err(refused)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path_of_log).map_err(refused)?;
        Ok(Self { path: path_of_log, file, is_broken: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn begin(&mut self, films: usize, forecast: Option<&ForecastRecord>) {
        let told = forecast.map(|forecast| format!("; {}", forecast::lines(forecast).join("; ")));
        self.line("begin", &format!("{}{}", forecast::counted(films, "input"), told.unwrap_or_default()));
    }

    pub(super) fn started(&mut self, record: &ProgressRecord) {
        let job = record.job.as_ref().map_or_else(String::new, |job| format!("  job {job}"));
        self.line("start", &format!("{}{job}", shown(record.input.path())));
    }

    pub(super) fn ended(&mut self, result: &ResultRecord) {
        let input = shown(result.input.path());
        match result.status {
            Status::Completed => self.line("done", &format!("{input}{}", made(result))),
            status => {
                let why = result.error.as_ref().map(ToString::to_string).unwrap_or_default();
                let word = if status == Status::Interrupted { "stopped" } else { "failed" };
                let about =
                    if place_of(&input, &why).is_some() { String::new() } else { format!("{input}  ") };
                self.line(word, &format!("{about}{}", one_line(&why)));
            }
        }
    }

    pub(super) fn end(&mut self, record: &BatchRecord) {
        let slowest = record.slowest_stage.as_deref().map(|stage| format!(", {}-bound", stage_name(stage)));
        self.line(
            "end",
            &format!(
                "{} of {} done in {}{}, temporary files at most {}, {}",
                record.completed,
                record.films,
                duration(record.elapsed_secs),
                slowest.unwrap_or_default(),
                bytes(record.temporary_bytes_peak),
                forecast::counted(record.hangs as usize, "hang"),
            ),
        );
    }

    /// A log that cannot be written stops no film.
    fn line(&mut self, event: &str, text: &str) {
        if self.is_broken {
            return;
        }
        let line = format!("{}  {event:<7}  {}\n", moment(SystemTime::now()), one_line(text));
        // In one call, so that lines of several commands do not mix.
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "cannot write the log");
            self.is_broken = true;
        }
    }
}

/// Where it went, what it is, and how fast that was.
fn made(result: &ResultRecord) -> String {
    let mut text = String::new();
    if let Some(output) = result.outputs.first() {
        text.push_str(&format!(" -> {}  {}", shown(&output.path), bytes(output.bytes)));
    }
    if result.already_there {
        text.push_str(", already there");
        return text;
    }
    let metadata = &result.metadata;
    if let (Some(width), Some(height)) = (metadata["width"].as_u64(), metadata["height"].as_u64()) {
        text.push_str(&format!(", {width}x{height}"));
    }
    if let (Some(frames), Some(rate)) = (metadata["frames"].as_u64(), metadata["frames_per_sec"].as_f64()) {
        text.push_str(&format!(", {frames} frames, {rate:.1} fps"));
    }
    if let Some(stage) = metadata["slowest_stage"].as_str() {
        text.push_str(&format!(", {}-bound", stage_name(stage)));
    }
    text
}

/// `2026-11-22T02:21:03Z`.
fn moment(at: SystemTime) -> String {
    let secs = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (day, of_day) = (secs / 86_400, secs % 86_400);
    let (year, month, day) = civil(day as i64);
    format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day % 3600 / 60, of_day % 60)
}

/// Year, month and day of a day since 1970: counted in years that begin in March, so that the leap day is the last.
fn civil(day: i64) -> (i64, i64, i64) {
    const DAYS_400_YEARS: i64 = 146_097;
    let from_march_0000 = day + 719_468;
    let (era, of_era) = (from_march_0000 / DAYS_400_YEARS, from_march_0000 % DAYS_400_YEARS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_told_in_utc() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(moment(UNIX_EPOCH + Duration::from_secs(secs)), text);
        }
    }

    #[test]
    fn lines_go_to_the_end_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/matte.log");
        for films in [1, 2] {
            Journal::open(&path).unwrap().begin(films, None);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let ends: Vec<&str> =
            text.lines().filter_map(|line| line.split_once("Z  begin    ")).map(|(_, end)| end).collect();
        assert_eq!(ends, ["1 input", "2 inputs"]);
        assert!(Journal::open(&path.join("no/file")).unwrap_err().message.contains("cannot write the log"));
    }
}

//! Requests on schedule: each is due at its time, whether the one before has been answered or not, and its time runs from then.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::client::Connection;

/// Connections over which the requests go in turn.
const CONNECTIONS: usize = 8;

/// So many requests a second for so long.
pub(crate) struct Flood<'a> {
    pub(crate) per_sec: f64,
    pub(crate) lasts: Duration,
    /// The status of each answer.
    pub(crate) expected: u16,
    pub(crate) request: Box<dyn Fn(usize) -> Vec<u8> + Sync + 'a>,
}

impl Flood<'_> {
    /// Milliseconds from when each request was due to the end of its answer.
    pub(crate) fn run(&self, port: u16) -> Result<Vec<f64>> {
        let count = (self.per_sec * self.lasts.as_secs_f64()) as usize;
        let begun = Instant::now() + Duration::from_millis(20);
        let lane = |first: usize| -> Result<Vec<f64>> {
            let mut connection = Connection::open(port)?;
            let mut millis = Vec::new();
            for index in (first..count).step_by(CONNECTIONS) {
                let due = begun + Duration::from_secs_f64(index as f64 / self.per_sec);
                pause(due.saturating_duration_since(Instant::now()));
                let answer = connection.ask(&(self.request)(index))?;
                millis.push(due.elapsed().as_secs_f64() * 1e3);
                ensure!(answer.status == self.expected, "status {} for request {index}", answer.status);
            }
            Ok(millis)
        };
        thread::scope(|scope| {
            let lanes: Vec<_> = (0..CONNECTIONS).map(|first| scope.spawn(move || lane(first))).collect();
            let mut all = Vec::with_capacity(count);
            for lane in lanes {
                all.extend(lane.join().ok().context("a lane broke")??);
            }
            Ok(all)
        })
    }
}

/// Milliseconds of writing a page and having it on the disk, fifty times a second as the submits are.
pub(crate) fn durable_commits(folder: &Path, count: usize) -> Result<Vec<f64>> {
    let path = folder.join("commit");
    let mut file = File::create(&path)?;
    let mut millis = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        millis.push(begun.elapsed().as_secs_f64() * 1e3);
        pause(Duration::from_millis(20));
    }
    std::fs::remove_file(path)?;
    Ok(millis)
}

/// Lets the clock go on: what is measured is due at a time, and nobody tells of it.
#[expect(clippy::disallowed_methods, reason = "a schedule is kept by the clock alone")]
pub(crate) fn pause(time: Duration) {
    thread::sleep(time);
}

/// The value below which this share of them lies.
pub(crate) fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(at).copied().unwrap_or(f64::NAN)
}

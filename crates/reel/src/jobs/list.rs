//! `reel jobs list`.

use std::time::{SystemTime, UNIX_EPOCH};

use reel_queue::{JobFilter, Queue};
use reel_types::{Job, JobState, Millis, Task};

use super::record::{JobRecord, is_worked_on, line, source_path};
use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::text::{duration, shown};
use crate::wiring::Archive;
use crate::{table, work};

pub(super) async fn list(
    archive: &Archive,
    console: &Console,
    settings: &Settings,
    state: Option<JobState>,
    limit: u32,
) -> Result<u8, Problem> {
    let jobs = archive
        .queue
        .jobs(JobFilter { states: state.into_iter().collect(), limit, ..JobFilter::default() })
        .await?;
    let mut listing = Listing::new(console, settings.json);
    for job in &jobs {
        if console.is_out_closed() {
            break;
        }
        // The tasks of a job that has ended tell nothing new.
        let tasks = if job.state.is_terminal() { Vec::new() } else { archive.queue.tasks(&job.id).await? };
        listing.add(job, &tasks);
    }
    listing.end();
    Ok(exit::DONE)
}

/// Jobs as they are listed: a line of JSON at once, or all of them in a table.
pub(crate) struct Listing<'a> {
    console: &'a Console,
    json: bool,
    rows: Vec<Vec<String>>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(console: &'a Console, json: bool) -> Self {
        let head = ["JOB", "STATE", "DONE", "MADE", "VERB", "INPUT"].map(str::to_owned).to_vec();
        Self { console, json, rows: vec![head] }
    }

    pub(crate) fn add(&mut self, job: &Job, tasks: &[Task]) {
        if self.json {
            self.console.data(&line(&JobRecord::new(job, tasks)));
        } else {
            self.rows.push(row(job, tasks));
        }
    }

    pub(crate) fn end(self) {
        if !self.json {
            table::lines(&self.rows).iter().for_each(|line| self.console.data(line));
        }
    }
}

/// The line of one job.
fn row(job: &Job, tasks: &[Task]) -> Vec<String> {
    let state = match job.state {
        state if state.is_terminal() || is_worked_on(tasks) => state.as_str().to_owned(),
        state => format!("{} (idle)", state.as_str()),
    };
    let done =
        work::follow(job.state, tasks).map_or_else(String::new, |done| format!("{:.0} %", done * 100.0));
    let inputs: Vec<String> = job.sources.iter().map(|source| shown(&source_path(source))).collect();
    vec![job.id.to_string(), state, done, ago(job.created_at), job.pipeline.clone(), inputs.join(" ")]
}

/// By this machine's clock, which is also the database's.
pub(crate) fn ago(at: Millis) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis);
    let secs = (now - at).max(0) / 1000;
    match secs {
        0..172_800 => format!("{} ago", duration(secs as f64)),
        _ => format!("{} days ago", secs / 86_400),
    }
}

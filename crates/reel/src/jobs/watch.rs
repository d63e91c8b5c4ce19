//! `reel jobs watch`: state changes and progress until the jobs end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reel_queue::{JobFilter, Queue};
use reel_types::{Event, EventKind, Job, JobId, JobState};
use serde_json::json;

use super::find::find_all;
use super::record::source_path;
use crate::console::Console;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::problem::Problem;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::wiring::Archive;
use crate::work::Pace;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Events taken in at one look.
const EVENTS_MAX: u32 = 1000;

/// Follows the named jobs, or all that have not ended; the code is the worst of how they end.
pub(super) async fn watch(
    archive: &Archive,
    console: &Arc<Console>,
    settings: &Settings,
    typed: &[String],
) -> Result<u8, Problem> {
    let interrupt =
        Interrupt::listen().map_err(|error| Problem::storage("cannot listen for signals", &error))?;
    let mut watched = Watched::new(archive, typed).await?;
    let mut screen = Screen::new(Arc::clone(console), settings);
    if watched.open.is_empty() && watched.codes.is_empty() {
        screen.note("no job is under way");
    }
    while !watched.open.is_empty() && !console.is_out_closed() {
        watched.look(archive, console, settings, &mut screen).await?;
        if watched.open.is_empty() {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = interrupt.asked() => return Ok(exit::INTERRUPTED),
        }
    }
    Ok(exit::worst(watched.codes))
}

struct Watched {
    open: BTreeMap<JobId, Followed>,
    codes: Vec<u8>,
}

struct Followed {
    input: PathBuf,
    pace: Pace,
    seq: u64,
}

impl Watched {
    async fn new(archive: &Archive, typed: &[String]) -> Result<Self, Problem> {
        let jobs = if typed.is_empty() {
            let mut jobs = archive.queue.jobs(JobFilter::default()).await?;
            jobs.retain(|job| !job.state.is_terminal());
            jobs
        } else {
            find_all(&*archive.queue, typed).await?
        };
        let followed = |job: Job| {
            let input = job.sources.first().map(source_path).unwrap_or_default();
            (job.id, Followed { input, pace: Pace::default(), seq: 0 })
        };
        Ok(Self { open: jobs.into_iter().map(followed).collect(), codes: Vec::new() })
    }

    async fn look(
        &mut self,
        archive: &Archive,
        console: &Console,
        settings: &Settings,
        screen: &mut Screen,
    ) -> Result<(), Problem> {
        let mut progress = Vec::new();
        let mut ended = Vec::new();
        for (id, followed) in &mut self.open {
            // The job first: when it has ended, all its events are there.
            let job = archive.queue.job(id).await?;
            for event in archive.queue.events(Some(id), followed.seq, EVENTS_MAX).await? {
                followed.seq = event.seq;
                if settings.json {
                    console.data(&event_line(&event));
                }
            }
            match job {
                Some(job) if !job.state.is_terminal() => {
                    let tasks = archive.queue.tasks(id).await?;
                    progress.push(followed.pace.record(&followed.input, &job, &tasks, None));
                }
                job => ended.push((id.clone(), job)),
            }
        }
        for (id, job) in ended {
            self.open.remove(&id);
            self.codes.push(end_code(job.as_ref()));
            if !settings.json {
                screen.note(&format!("{id}: {}", end_words(job.as_ref())));
            }
        }
        screen.progress(&progress);
        Ok(())
    }
}

pub(crate) fn end_code(job: Option<&Job>) -> u8 {
    match job {
        Some(Job { state: JobState::Completed, .. }) => exit::DONE,
        Some(Job { failure: Some(failure), .. }) => exit::of_failure(failure.kind),
        _ => exit::FAILED,
    }
}

pub(crate) fn end_words(job: Option<&Job>) -> String {
    match job {
        None => "forgotten".to_owned(),
        Some(Job { failure: Some(failure), state, .. }) => format!("{}: {}", state.as_str(), failure.message),
        Some(job) => job.state.as_str().to_owned(),
    }
}

pub(crate) fn event_line(event: &Event) -> String {
    let base = json!({"type": "event", "seq": event.seq, "at_millis": event.at, "job": event.job});
    let more = match &event.kind {
        EventKind::Job { state } => json!({"what": "job", "state": state}),
        EventKind::Task { task, epoch, state } => {
            json!({"what": "task", "task": task.within_job(), "epoch": epoch, "state": state})
        }
    };
    match (base, more) {
        (serde_json::Value::Object(mut base), serde_json::Value::Object(more)) => {
            base.extend(more);
            serde_json::Value::Object(base).to_string()
        }
        (base, _) => base.to_string(),
    }
}

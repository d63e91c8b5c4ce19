//! `reel jobs cancel`, `retry` and `forget`.

use reel_queue::{Queue, RetryReply};
use reel_store::Store;
use reel_types::{Job, JobState, Task};

use super::find::find_all;
use super::record::{JobRecord, line};
use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::wiring::Archive;

/// What is done to jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Cancel,
    Retry,
    Forget,
}

pub(super) async fn change(
    archive: &Archive,
    console: &Console,
    settings: &Settings,
    typed: &[String],
    change: Change,
) -> Result<u8, Problem> {
    for job in find_all(&*archive.queue, typed).await? {
        let said = match change {
            Change::Cancel => cancel(archive, &job).await?,
            Change::Retry => retry(archive, &job).await?,
            Change::Forget => forget(archive, &job).await?,
        };
        let tasks = archive.queue.tasks(&job.id).await?;
        let after = archive.queue.job(&job.id).await?;
        tell(console, settings, &job, &said, || (after.unwrap_or_else(|| job.clone()), tasks));
    }
    Ok(exit::DONE)
}

/// Says what was done to a job; in JSON as it stands after that.
pub(crate) fn tell(
    console: &Console,
    settings: &Settings,
    job: &Job,
    said: &str,
    after: impl FnOnce() -> (Job, Vec<Task>),
) {
    if settings.json {
        let (after, tasks) = after();
        console.data(&line(&JobRecord::new(&after, &tasks)));
    } else if !settings.quiet {
        console.data(&format!("{}  {said}", job.id));
    }
}

async fn cancel(archive: &Archive, job: &Job) -> Result<String, Problem> {
    let state = archive.queue.cancel(&job.id).await?;
    Ok(match state {
        Some(JobState::Cancelled) => "cancelled".to_owned(),
        Some(state) => format!("is {} already", state.as_str()),
        None => "is gone".to_owned(),
    })
}

async fn retry(archive: &Archive, job: &Job) -> Result<String, Problem> {
    Ok(match archive.queue.retry(&job.id).await? {
        RetryReply::Requeued => "queued again; run its command again to work on it".to_owned(),
        RetryReply::Refreshed => format!("is {}; its failures are forgotten", job.state.as_str()),
        RetryReply::Completed => "is completed already".to_owned(),
        RetryReply::NotFound => "is gone".to_owned(),
    })
}

/// First the row, then the bytes: a result that no row names is of use to nobody, the other way round it would be
/// promised and not there.
async fn forget(archive: &Archive, job: &Job) -> Result<String, Problem> {
    if !archive.queue.forget(&job.id).await? && archive.queue.job(&job.id).await?.is_some() {
        return Err(Problem::usage(format!("job {} is {}", job.id, job.state.as_str()))
            .with_hint(format!("cancel it first: reel jobs cancel {}", job.id)));
    }
    archive.store.remove(&format!("jobs/{}/", job.id)).await?;
    Ok("forgotten".to_owned())
}

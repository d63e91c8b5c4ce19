//! What is older than its time is forgotten: uploads, and jobs that have ended with what they made.

use std::collections::BTreeSet;
use std::time::Duration;

use reel_queue::JobFilter;
use reel_types::{Job, JobId, JobState, Millis, Source};

use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;
use crate::vault;

/// How often it is looked at most; rarer only where things are kept for less.
const LOOK_EVERY_MAX: Duration = Duration::from_secs(600);
/// So many in one go.
const BATCH: u32 = 100;

/// Forgets what is too old, again and again, until the server stops.
pub(crate) async fn keep_room(state: AppState) {
    let kept = [state.options.keep_uploads, state.options.keep_jobs];
    let Some(least) = kept.into_iter().flatten().min() else { return };
    let every = least.min(LOOK_EVERY_MAX).max(Duration::from_millis(100));
    loop {
        if let Err(problem) = sweep(&state).await {
            tracing::warn!(?problem, "what is too old was not all removed");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = state.live.closed() => return,
        }
    }
}

/// Jobs first: an upload that only they name is free then.
async fn sweep(state: &AppState) -> Result<(), Problem> {
    let millis = |keep: Duration| Millis::try_from(keep.as_millis()).unwrap_or(Millis::MAX);
    let before = |keep: Duration| state.options.clock.now().saturating_sub(millis(keep));
    if let Some(keep) = state.options.keep_jobs {
        sweep_jobs(state, before(keep)).await?;
    }
    if let Some(keep) = state.options.keep_uploads {
        sweep_uploads(state, before(keep)).await?;
    }
    Ok(())
}

async fn sweep_jobs(state: &AppState, ended_before: Millis) -> Result<(), Problem> {
    let states = vec![JobState::Completed, JobState::Failed, JobState::Cancelled];
    // One that ended before was made before; the list goes from new to old.
    let mut before = (ended_before, JobId::new(""));
    loop {
        let filter = JobFilter {
            states: states.clone(),
            before: Some(before.clone()),
            limit: BATCH,
            ..JobFilter::default()
        };
        let jobs = state.engine.queue.jobs(filter).await?;
        let Some(last) = jobs.last() else { return Ok(()) };
        before = (last.created_at, last.id.clone());
        // Nobody begins to read a result between the look for readers and its end.
        let _guard = state.uploads.lock().await;
        let read = read_now(state).await?;
        let is_old = |job: &&Job| job.ended_at.is_some_and(|at| at < ended_before) && !read.contains(&job.id);
        for job in jobs.iter().filter(is_old) {
            // One that is tried again meanwhile has not ended any more.
            if state.engine.queue.forget(&job.id).await? {
                erase_job(state, &job.id).await?;
            }
        }
    }
}

/// Jobs whose results an open job reads.
async fn read_now(state: &AppState) -> Result<BTreeSet<JobId>, Problem> {
    let states = vec![JobState::Queued, JobState::Planning, JobState::Running, JobState::Assembling];
    let open = state.engine.queue.jobs(JobFilter { states, ..JobFilter::default() }).await?;
    let made_by = |source: &Source| match source {
        Source::Object { key, .. } => key.strip_prefix("jobs/")?.split('/').next().map(JobId::new),
        Source::Local { .. } => None,
    };
    Ok(open.iter().flat_map(|job| &job.sources).filter_map(made_by).collect())
}

/// Removes what a job has left, once its row is gone. Bytes that no row names are swept if this is cut short; a row without
/// bytes would be a broken promise.
pub(crate) async fn erase_job(state: &AppState, job: &JobId) -> Result<(), Problem> {
    state.cache.job_changed(job);
    state.engine.store.remove(&format!("jobs/{job}/")).await?;
    Ok(state.catalog.unlink(job).await?)
}

async fn sweep_uploads(state: &AppState, sent_before: Millis) -> Result<(), Problem> {
    let mut after = String::new();
    loop {
        let old = state.catalog.uploads_before(sent_before, &after, BATCH).await?;
        let Some((_, last)) = old.last() else { return Ok(()) };
        after.clone_from(last);
        for (tenant, id) in &old {
            match vault::forget(state, tenant, id).await {
                Ok(()) => {}
                // Read by an open job, or gone meanwhile.
                Err(problem) if matches!(problem.kind(), ProblemKind::Conflict | ProblemKind::NotFound) => {}
                Err(problem) => return Err(problem),
            }
        }
    }
}

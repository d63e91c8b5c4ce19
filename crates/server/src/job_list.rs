//! A page of jobs.

use reel_queue::JobFilter;
use reel_types::{JobId, JobState, Millis, TenantId};

use crate::problem::{Problem, ProblemKind};
use crate::progress::{self, Progress};
use crate::state::AppState;
use crate::view::{JobView, Page, PageQuery};

/// A tenant's jobs, newest first, older than the page's cursor.
pub(crate) async fn page(
    state: &AppState,
    tenant: &TenantId,
    query: &PageQuery,
    status: Option<JobState>,
) -> Result<Page<JobView>, Problem> {
    let limit = query.limit()?;
    let before = query.cursor.as_deref().map(place).transpose()?;
    let filter = JobFilter {
        tenant: Some(tenant.clone()),
        states: status.into_iter().collect(),
        before,
        limit: limit + 1,
        ..JobFilter::default()
    };
    let jobs = state.engine.queue.jobs(filter).await?;
    let of_jobs = jobs.iter().map(|job| (&job.id, job.state));
    let mut progress = progress::of_jobs(&*state.engine.queue, of_jobs).await?;
    let items = jobs.into_iter().map(|job| {
        let progress = progress.remove(&job.id).unwrap_or_else(Progress::unknown);
        JobView::new(job, progress)
    });
    let items = items.collect();
    Ok(Page::of(items, limit, JobView::cursor))
}

/// `MILLIS.ID`, as [`JobView::cursor`] writes it.
fn place(cursor: &str) -> Result<(Millis, JobId), Problem> {
    let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, JobId::new(id))));
    parsed.ok_or_else(|| {
        Problem::new(ProblemKind::BadRequest, "the cursor is none that this server gave")
            .with_hint("use next_cursor of the page before")
    })
}

//! A page of jobs.

use reel_queue::JobFilter;
use reel_types::{JobId, JobState, Millis, TenantId};

use crate::problem::{Problem, ProblemKind};
use crate::progress;
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
    let mut items = Vec::new();
    for job in state.engine.queue.jobs(filter).await? {
        let progress = progress::of_job(&*state.engine.queue, &job.id, job.state).await?;
        items.push(JobView::new(job, progress));
    }
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

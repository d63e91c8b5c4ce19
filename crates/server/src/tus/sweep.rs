//! What nobody came back for is removed, and what was cut off at its last step takes it.

use std::time::Duration;

use super::finish::finish;
use super::take::hold;
use crate::catalog::Partial;
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// How often it is looked at most; rarer only where uploads are kept for less.
const LOOK_EVERY_MAX: Duration = Duration::from_secs(600);
/// So many in one go.
const BATCH: u32 = 100;

/// Finishes what a stopped server left whole, then removes what expires, until the server stops.
pub(crate) async fn keep_tidy(state: AppState) {
    if let Err(problem) = finish_whole(&state).await {
        tracing::warn!(?problem, "uploads that are whole were not all finished");
    }
    let every = state.options.partial_keep.min(LOOK_EVERY_MAX).max(Duration::from_millis(100));
    loop {
        if let Err(problem) = sweep(&state).await {
            tracing::warn!(?problem, "expired uploads were not all removed");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = state.live.closed() => return,
        }
    }
}

async fn finish_whole(state: &AppState) -> Result<(), Problem> {
    for partial in state.catalog.whole_partials().await? {
        match hold(state, &partial.tenant, &partial.id).await {
            Ok((partial, part)) => {
                finish(state, &partial, part, None).await?;
            }
            Err(problem) => skip_if_busy(problem)?,
        }
    }
    Ok(())
}

async fn sweep(state: &AppState) -> Result<(), Problem> {
    for partial in state.catalog.expired_partials(BATCH).await? {
        remove(state, &partial).await?;
    }
    // A file without a row: its upload was made and the row was not, or it was removed and the file was not.
    for name in state.tus.folder.names().map_err(Problem::internal)? {
        let id = name.strip_suffix(".whole").unwrap_or(&name);
        if !state.catalog.knows_partial(id).await?
            && let Some(part) = state.tus.folder.lock(&name).map_err(Problem::internal)?
            && !state.catalog.knows_partial(id).await?
        {
            part.remove().map_err(Problem::internal)?;
        }
    }
    Ok(())
}

/// One that is written right now lives longer: its row is about to be moved.
async fn remove(state: &AppState, partial: &Partial) -> Result<(), Problem> {
    let Some(part) = state.tus.folder.lock(&partial.id).map_err(Problem::internal)? else { return Ok(()) };
    if state.catalog.remove_expired_partial(&partial.id).await? {
        state.tus.forget_digest(&partial.id);
        part.remove().map_err(Problem::internal)?;
    }
    Ok(())
}

fn skip_if_busy(problem: Problem) -> Result<(), Problem> {
    match problem.kind() {
        ProblemKind::Locked | ProblemKind::NotFound => Ok(()),
        _ => Err(problem),
    }
}

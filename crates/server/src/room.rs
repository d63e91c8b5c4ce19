//! Whether there is room for a file: asked before its first byte.

use reel_types::TenantId;

use crate::catalog::Held;
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// Refuses what is too large for one file, for what its owner may store, or for the disk.
pub(crate) async fn check(state: &AppState, tenant: &TenantId, size_bytes: u64) -> Result<Held, Problem> {
    let options = &state.options;
    if size_bytes > options.upload_bytes_max {
        let detail =
            format!("the file has {size_bytes} bytes, and may have at most {}", options.upload_bytes_max);
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let held = state.catalog.held(tenant).await?;
    let stored = held.tenant_bytes.saturating_add(result_bytes(state, tenant).await?);
    if stored.saturating_add(size_bytes) > options.stored_bytes_max {
        return Err(full(stored, options.stored_bytes_max));
    }
    let needed = size_bytes.saturating_add(held.promised_bytes).saturating_add(options.disk_reserve_bytes);
    match state.engine.store.free_bytes().await? {
        Some(free) if free < needed => {
            let detail = format!(
                "{free} bytes are free on the disk, and this file of {size_bytes}, the rest of {} that others have begun \
                 to send and the reserve of {} need {needed}",
                held.promised_bytes, options.disk_reserve_bytes
            );
            Err(Problem::new(ProblemKind::InsufficientStorage, detail))
        }
        _ => Ok(held),
    }
}

/// How many more bytes a tenant may store; an error where that is none.
pub(crate) async fn left(state: &AppState, tenant: &TenantId) -> Result<u64, Problem> {
    let bytes_max = state.options.stored_bytes_max;
    if bytes_max == u64::MAX {
        return Ok(u64::MAX);
    }
    let held = state.catalog.held(tenant).await?.tenant_bytes;
    let stored = held.saturating_add(result_bytes(state, tenant).await?);
    match bytes_max.saturating_sub(stored) {
        0 => Err(full(stored, bytes_max)),
        left => Ok(left),
    }
}

/// Summed up only where there is a bound.
async fn result_bytes(state: &AppState, tenant: &TenantId) -> Result<u64, Problem> {
    match state.options.stored_bytes_max {
        u64::MAX => Ok(0),
        _ => Ok(state.engine.queue.result_bytes(tenant).await?),
    }
}

fn full(stored: u64, bytes_max: u64) -> Problem {
    Problem::new(ProblemKind::TooLarge, format!("{stored} bytes are stored, and {bytes_max} may be"))
        .with_hint("delete uploads or jobs that are not needed")
}

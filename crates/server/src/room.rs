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
    if held.tenant_bytes.saturating_add(size_bytes) > options.stored_bytes_max {
        let detail = format!(
            "the file has {size_bytes} bytes, {} are stored, and {} may be",
            held.tenant_bytes, options.stored_bytes_max
        );
        return Err(
            Problem::new(ProblemKind::TooLarge, detail).with_hint("delete uploads that are not needed")
        );
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

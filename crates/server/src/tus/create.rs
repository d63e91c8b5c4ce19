//! A new resumable upload: refused before a byte comes, or given a name.

use reel_types::{JobId, TenantId};

use super::Metadata;
use crate::catalog::Partial;
use crate::problem::{Problem, ProblemKind};
use crate::room;
use crate::state::AppState;
use crate::vault::wall_clock_millis;

/// Most uploads of one tenant that are not whole.
const PARTIALS_MAX: u64 = 1000;

/// What the client says of a file before it sends it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct New {
    /// How many bytes it will have.
    pub(crate) size_bytes: u64,
    /// What it says beside.
    pub(crate) metadata: Metadata,
    /// The media type that may be told on.
    pub(crate) mime: Option<String>,
}

/// Gives it a name and a row.
pub(crate) async fn create(state: &AppState, tenant: &TenantId, new: New) -> Result<Partial, Problem> {
    let row = Partial {
        id: JobId::from_parts(wall_clock_millis(), fastrand::u64(..)).to_string(),
        tenant: tenant.clone(),
        filename: new.metadata.filename,
        mime: new.mime,
        metadata: new.metadata.raw,
        size_bytes: new.size_bytes,
        offset_bytes: 0,
        expires_at: 0,
    };
    // Of two that come at once the second sees what was promised to the first.
    let _guard = state.uploads.lock().await;
    let held = room::check(state, tenant, new.size_bytes).await?;
    if held.tenant_partials >= PARTIALS_MAX {
        let detail = format!("there are {} uploads that are not whole", held.tenant_partials);
        return Err(Problem::new(ProblemKind::Conflict, detail)
            .with_hint("send the rest of them, or DELETE those that are not needed"));
    }
    Ok(state.catalog.add_partial(&row, state.options.partial_keep).await?)
}

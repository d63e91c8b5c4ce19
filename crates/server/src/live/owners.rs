//! Whose each job is. That never changes, so what was found once is kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use reel_queue::{Queue, QueueError};
use reel_types::{JobId, TenantId};

/// How many are kept before all are forgotten: some ten megabytes.
const KEPT_MAX: usize = 100_000;

/// The owners that are known.
#[derive(Default)]
pub(super) struct Owners {
    known: Mutex<HashMap<JobId, TenantId>>,
}

impl Owners {
    /// Whether a job is this tenant's. One that is not there any more is nobody's.
    pub(super) async fn is_of(
        &self,
        queue: &dyn Queue,
        tenant: &TenantId,
        job: &JobId,
    ) -> Result<bool, QueueError> {
        let known = |known: &HashMap<JobId, TenantId>| known.get(job).map(|owner| owner == tenant);
        let found = known(&self.known.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(is_own) = found {
            return Ok(is_own);
        }
        let Some(found) = queue.job(job).await? else { return Ok(false) };
        let is_own = found.tenant == *tenant;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(found.id, found.tenant);
        Ok(is_own)
    }
}

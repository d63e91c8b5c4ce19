//! Who comes first, and who may come at all: what a person says of a job, a tenant or the whole queue.

use reel_types::{JobId, TenantId};

use super::state::State;

/// A job's tasks take their priority from it.
pub(super) fn reprioritize(state: &mut State, id: &JobId, priority: i32) -> bool {
    let Some(job) = state.jobs.get_mut(id) else { return false };
    job.priority = priority;
    true
}

pub(super) fn pause(state: &mut State, tenant: Option<&TenantId>, paused: bool) {
    match tenant {
        Some(tenant) => state.tenants.entry(tenant.clone()).or_default().paused = paused,
        None => state.paused = paused,
    }
}

pub(super) fn limit(state: &mut State, tenant: &TenantId, running_max: u32) {
    state.tenants.entry(tenant.clone()).or_default().running_max = running_max;
}

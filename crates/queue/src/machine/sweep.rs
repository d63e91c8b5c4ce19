//! What time itself does: leases end, workers are gone, work finds nobody.

use reel_types::{Class, Epoch, Failure, FailureKind, Millis, TaskId, TaskState, WorkerId};

use super::fail::{fail_for_good, rescue};
use super::release::release_all;
use super::rules::Rules;
use super::state::State;
use crate::command::{IDEMPOTENCY_MILLIS, NO_WORKER_MILLIS, SWEEP_MAX, Swept, WORKER_FORGOTTEN_MILLIS};

/// Rescues, then fails what nobody can take, then releases: so that one sweep is enough for what those two ended.
pub(super) fn sweep(rules: &Rules, state: &mut State, now: Millis) -> Swept {
    let rescued = rescue_expired(rules, state, now);
    let unserved = fail_unserved(state, now);
    let released = release_all(rules, state, SWEEP_MAX, now);
    forget_requests(state, now);
    state.workers.retain(|_, worker| worker.seen_at > now - WORKER_FORGOTTEN_MILLIS);
    Swept { rescued, released, unserved }
}

/// Forgets which request got which job once that is a day ago, the oldest first.
fn forget_requests(state: &mut State, now: Millis) {
    let rows = state.idempotency.iter().filter(|(_, row)| row.at <= now - IDEMPOTENCY_MILLIS);
    let mut old: Vec<_> = rows.map(|(name, row)| (row.at, name.clone())).collect();
    old.sort();
    for (_, name) in old.into_iter().take(SWEEP_MAX) {
        state.idempotency.remove(&name);
    }
}

pub(super) fn drain_worker(state: &mut State, worker: &WorkerId) -> bool {
    let row = state.workers.get_mut(worker);
    row.map(|row| row.draining = true).is_some()
}

/// Takes back all leases of a worker that is known to be dead; returns how many.
pub(super) fn worker_gone(rules: &Rules, state: &mut State, worker: &WorkerId, now: Millis) -> u32 {
    if let Some(row) = state.workers.get_mut(worker) {
        row.gone = true;
    }
    let held = state
        .tasks
        .values()
        .filter(|row| row.task.state == TaskState::Leased && row.task.worker.as_ref() == Some(worker));
    let held: Vec<TaskId> = held.map(|row| row.task.id.clone()).collect();
    rescue_each(rules, state, &held, now).len() as u32
}

fn rescue_expired(rules: &Rules, state: &mut State, now: Millis) -> Vec<(TaskId, Epoch)> {
    let expired = state.tasks.values().filter(|row| row.task.lease_until.is_some_and(|until| until < now));
    let expired: Vec<TaskId> = expired.map(|row| row.task.id.clone()).take(SWEEP_MAX).collect();
    rescue_each(rules, state, &expired, now)
}

/// A rescue may end its job, and with it leases further down the list: those are cancelled, not rescued.
fn rescue_each(rules: &Rules, state: &mut State, ids: &[TaskId], now: Millis) -> Vec<(TaskId, Epoch)> {
    let mut rescued = Vec::new();
    for id in ids {
        let Some(row) = state.tasks.get(id).filter(|row| row.task.state == TaskState::Leased) else {
            continue;
        };
        rescued.push((id.clone(), row.task.epoch));
        rescue(rules, state, id, now);
    }
    rescued
}

/// Fails `Gpu` work that was ready for so long, while no GPU worker was heard of for as long.
fn fail_unserved(state: &mut State, now: Millis) -> Vec<TaskId> {
    let long_ago = now - NO_WORKER_MILLIS;
    if state.workers.values().any(|worker| worker.gpu && worker.seen_at > long_ago) {
        return Vec::new();
    }
    let waits_in_vain = |id: &TaskId, state: &State| {
        state.tasks.get(id).is_some_and(|row| {
            let task = &row.task;
            task.state == TaskState::Ready && task.spec.class == Class::Gpu && row.ready_since <= long_ago
        })
    };
    let ids: Vec<TaskId> =
        state.tasks.keys().filter(|id| waits_in_vain(id, state)).take(SWEEP_MAX).cloned().collect();
    let mut unserved = Vec::new();
    for id in ids {
        if waits_in_vain(&id, state) {
            fail_for_good(state, &id, &no_worker(), now);
            unserved.push(id);
        }
    }
    unserved
}

/// What is said of work that nobody can take.
pub(crate) fn no_worker() -> Failure {
    let message = format!("no GPU worker was heard of for {} s", NO_WORKER_MILLIS / 1000);
    Failure::new(FailureKind::NoWorker, message)
        .with_hint("start a worker on a machine with a GPU, or use `--device auto`")
}

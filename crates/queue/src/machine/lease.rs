//! Who holds a task, and how that ends.

use reel_types::{AttemptOutcome, Epoch, Millis, TaskId, TaskState};

use super::state::{ClosedBy, State};
use crate::command::FinishReply;

/// Whether attempt `epoch` holds the task. The epoch alone decides: a lease that has run out still holds until it is
/// rescued. (A job that has ended has no leased task, so its state need not be looked at.)
pub(super) fn is_held(state: &State, task: &TaskId, epoch: Epoch, check_epoch: bool) -> bool {
    let Some(row) = state.tasks.get(task) else { return false };
    row.task.state == TaskState::Leased && (!check_epoch || row.task.epoch == epoch)
}

/// What to answer an attempt that does not hold its task: its first try to say the same was heard, or it is late.
pub(super) fn late(state: &State, task: &TaskId, epoch: Epoch, by: ClosedBy) -> FinishReply {
    match state.attempts.get(&(task.clone(), epoch)) {
        Some(row) if row.closed_by == Some(by) => FinishReply::AlreadyCommitted,
        _ => FinishReply::LeaseLost,
    }
}

/// Ends an attempt. Its task's lease ends with it.
pub(super) fn close(
    state: &mut State,
    task: &TaskId,
    epoch: Epoch,
    outcome: AttemptOutcome,
    reason: Option<&str>,
    by: ClosedBy,
    now: Millis,
) {
    if let Some(row) = state.tasks.get_mut(task) {
        row.task.lease_until = None;
    }
    if let Some(row) = state.attempts.get_mut(&(task.clone(), epoch)) {
        row.attempt.outcome = outcome;
        row.attempt.ended_at = Some(now);
        row.attempt.reason = reason.map(str::to_owned);
        row.closed_by = Some(by);
    }
}

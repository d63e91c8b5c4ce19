//! How long a task rests after a failure.

use reel_types::{Failure, Millis};

use crate::command::{BACKOFF_FIRST_MILLIS, FAILURES_MAX};

/// When the task may be tried again after its `failures`-th failure; nothing when it is over for good.
pub(crate) fn next_try(
    failure: &Failure,
    failures: u32,
    jitter_millis: Millis,
    now: Millis,
) -> Option<Millis> {
    if failures >= FAILURES_MAX || !failure.kind.may_be_repeated() {
        return None;
    }
    let doublings = failures.saturating_sub(1).min(20);
    let backoff = BACKOFF_FIRST_MILLIS << doublings;
    Some(now.saturating_add(backoff).saturating_add(jitter_millis.max(0)))
}

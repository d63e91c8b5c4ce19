//! An attempt ends, or is found to have ended before.

use reel_types::{AttemptOutcome, Epoch, TaskId};

use super::task::Row;
use super::turn::Turn;
use super::word::{kind_number, signed};
use crate::command::FinishReply;
use crate::error::QueueError;
use crate::machine::ClosedBy;

const CLOSE: &str = "
    update attempts set outcome = ?3, ended_at = ?4, reason = ?5, closed_by = ?6 where task = ?1 and epoch = ?2";
const END_LEASE: &str = "update tasks set lease_until = null where id = ?1";
const CLOSED_BY: &str = "
    select a.closed_by from attempts a join tasks t on t.id = a.task
     where t.job = ?1 and t.round = ?2 and t.kind = ?3 and t.idx = ?4 and a.epoch = ?5";

/// How an attempt ended.
pub(super) struct Ending<'a> {
    pub(super) outcome: AttemptOutcome,
    pub(super) reason: Option<&'a str>,
    pub(super) by: ClosedBy,
}

/// The word in the column `closed_by`.
pub(super) fn closed_by_word(by: ClosedBy) -> &'static str {
    match by {
        ClosedBy::Finish => "finish",
        ClosedBy::Fail => "fail",
        ClosedBy::GiveBack => "give_back",
        ClosedBy::Queue => "queue",
    }
}

/// Ends attempt `epoch`. Its task's lease ends with it.
pub(super) async fn close(
    turn: &mut Turn,
    row: &Row,
    epoch: Epoch,
    ending: Ending<'_>,
) -> Result<(), QueueError> {
    sqlx::query(CLOSE)
        .bind(row.id)
        .bind(signed(epoch))
        .bind(ending.outcome.as_str())
        .bind(turn.now)
        .bind(ending.reason)
        .bind(closed_by_word(ending.by))
        .execute(turn.on())
        .await?;
    sqlx::query(END_LEASE).bind(row.id).execute(turn.on()).await?;
    Ok(())
}

/// What to answer an attempt that does not hold its task: its first try to say the same was heard, or it is late.
pub(super) async fn late(
    turn: &mut Turn,
    task: &TaskId,
    epoch: Epoch,
    by: ClosedBy,
) -> Result<FinishReply, QueueError> {
    let found: Option<Option<String>> = sqlx::query_scalar(CLOSED_BY)
        .bind(task.job.as_str())
        .bind(task.round)
        .bind(kind_number(task.kind))
        .bind(task.index)
        .bind(signed(epoch))
        .fetch_optional(turn.on())
        .await?;
    let same = found.flatten().is_some_and(|word| word == closed_by_word(by));
    Ok(if same { FinishReply::AlreadyCommitted } else { FinishReply::LeaseLost })
}

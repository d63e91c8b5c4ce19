//! A worker's leases are extended.

use reel_types::{Millis, Progress, Stage};
use sqlx::Row as _;

use super::task::held;
use super::turn::Turn;
use super::word::signed;
use super::worker;
use crate::command::{Beat, BeatReply, Heartbeat, HeartbeatReply};
use crate::error::QueueError;
use crate::machine::WorkerRow;

const PROGRESS: &str =
    "select progress_done, progress_total, progress_at, progress_stage from tasks where id = ?1";
const EXTEND: &str = "
    update tasks set lease_until = ?2, progress_done = ?3, progress_total = ?4, progress_at = ?5, progress_stage = ?6
     where id = ?1";

pub(super) async fn heartbeat(turn: &mut Turn, heartbeat: &Heartbeat) -> Result<HeartbeatReply, QueueError> {
    let known = worker::known(turn, &heartbeat.worker).await?;
    if let Some(row) = WorkerRow::heard(known, heartbeat.gpu, turn.now) {
        worker::saw(turn, &heartbeat.worker, row).await?;
    }
    let mut beats = Vec::with_capacity(heartbeat.beats.len());
    for one in &heartbeat.beats {
        beats.push(beat(turn, heartbeat, one).await?);
    }
    Ok(HeartbeatReply { beats, draining: known.is_some_and(|row| row.draining) })
}

async fn beat(turn: &mut Turn, heartbeat: &Heartbeat, beat: &Beat) -> Result<BeatReply, QueueError> {
    let statement = turn.statements.beat_held;
    let Some(row) = held(turn, statement, &beat.task, beat.epoch).await? else { return Ok(BeatReply::Lost) };
    let before = sqlx::query(PROGRESS).bind(row.id).fetch_one(turn.on()).await?;
    let (done, total): (i64, i64) = (before.try_get(0)?, before.try_get(1)?);
    let mut progress_at: Millis = before.try_get(2)?;
    let stage: Option<String> = before.try_get(3)?;
    let Progress { done: new_done, total: new_total, stage: new_stage } = beat.progress;
    let new_stage = new_stage.map(Stage::as_str);
    if (done, total, stage.as_deref()) != (signed(new_done), signed(new_total), new_stage) {
        progress_at = turn.now;
    } else if turn.now.saturating_sub(progress_at) >= heartbeat.stall_millis {
        return Ok(BeatReply::Stalled);
    }
    sqlx::query(EXTEND)
        .bind(row.id)
        .bind(turn.now.saturating_add(heartbeat.lease_millis))
        .bind(signed(new_done))
        .bind(signed(new_total))
        .bind(progress_at)
        .bind(new_stage)
        .execute(turn.on())
        .await?;
    Ok(BeatReply::Held)
}

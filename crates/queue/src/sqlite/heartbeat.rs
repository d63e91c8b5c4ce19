//! A worker's leases are extended.

use reel_types::{Millis, Progress, Stage};
use sqlx::Row as _;

use super::task::held;
use super::turn::Turn;
use super::word::signed;
use crate::command::{Beat, BeatReply, Heartbeat};
use crate::error::QueueError;

const SAW_WORKER: &str = "
    insert into workers (id, gpu, gone, seen_at) values (?1, ?2, 0, ?3)
        on conflict (id) do update set gpu = excluded.gpu, gone = 0, seen_at = excluded.seen_at";
const PROGRESS: &str =
    "select progress_done, progress_total, progress_at, progress_stage from tasks where id = ?1";
const EXTEND: &str = "
    update tasks set lease_until = ?2, progress_done = ?3, progress_total = ?4, progress_at = ?5, progress_stage = ?6
     where id = ?1";

pub(super) async fn heartbeat(turn: &mut Turn, heartbeat: &Heartbeat) -> Result<Vec<BeatReply>, QueueError> {
    let worker = heartbeat.worker.as_str();
    sqlx::query(SAW_WORKER).bind(worker).bind(heartbeat.gpu).bind(turn.now).execute(turn.on()).await?;
    let mut replies = Vec::with_capacity(heartbeat.beats.len());
    for one in &heartbeat.beats {
        replies.push(beat(turn, heartbeat, one).await?);
    }
    Ok(replies)
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

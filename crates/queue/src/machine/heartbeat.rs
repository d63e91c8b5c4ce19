//! A worker's leases are extended.

use reel_types::Millis;

use super::lease::is_held;
use super::rules::Rules;
use super::state::State;
use crate::command::{Beat, BeatReply, Heartbeat, HeartbeatReply};

pub(super) fn heartbeat(
    rules: &Rules,
    state: &mut State,
    heartbeat: &Heartbeat,
    now: Millis,
) -> HeartbeatReply {
    state.saw_worker(&heartbeat.worker, heartbeat.gpu, now);
    let beats = heartbeat.beats.iter().map(|one| beat(rules, state, heartbeat, one, now)).collect();
    let draining = state.workers.get(&heartbeat.worker).is_some_and(|row| row.draining);
    HeartbeatReply { beats, draining }
}

fn beat(rules: &Rules, state: &mut State, heartbeat: &Heartbeat, beat: &Beat, now: Millis) -> BeatReply {
    if !is_held(state, &beat.task, beat.epoch, rules.heartbeat_checks_epoch) {
        return BeatReply::Lost;
    }
    let Some(row) = state.tasks.get_mut(&beat.task) else { return BeatReply::Lost };
    let task = &mut row.task;
    if task.progress != beat.progress {
        task.progress = beat.progress;
        task.progress_at = now;
    } else if now.saturating_sub(task.progress_at) >= heartbeat.stall_millis {
        return BeatReply::Stalled;
    }
    task.lease_until = Some(now.saturating_add(heartbeat.lease_millis));
    BeatReply::Held
}

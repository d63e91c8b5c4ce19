//! An attempt's result is committed.

use reel_types::{AttemptOutcome, JobState, Millis, TaskId, TaskState};

use super::chunks::{Outcome, judge, round_tasks};
use super::event::{job_became, task_became};
use super::fail::end_job_failed;
use super::lease::{close, is_held, late};
use super::release::release_job;
use super::rules::Rules;
use super::state::{ClosedBy, State};
use crate::command::{Completion, FinishReply, FinishTask};

pub(super) fn finish(rules: &Rules, state: &mut State, finish: &FinishTask, now: Millis) -> FinishReply {
    let FinishTask { task: id, epoch, completion, outputs } = finish;
    if !is_held(state, id, *epoch, rules.finish_checks_epoch) {
        return late(state, id, *epoch, ClosedBy::Finish);
    }
    if !rules.release_after_commit {
        release_job(rules, state, &id.job, now);
    }
    let rounds_max = state.jobs.get(&id.job).map_or(1, |job| job.rounds_max);
    let outcome = match judge(id, rounds_max, completion) {
        Ok(outcome) => outcome,
        Err(failure) => {
            close(state, id, *epoch, AttemptOutcome::Failed, Some(&failure.message), ClosedBy::Finish, now);
            end_job_failed(state, id, &failure, now);
            return FinishReply::Committed;
        }
    };
    close(state, id, *epoch, AttemptOutcome::Done, None, ClosedBy::Finish, now);
    if let Some(row) = state.tasks.get_mut(id) {
        row.task.outputs.clone_from(outputs);
    }
    task_became(state, id, TaskState::Done, now);
    match outcome {
        Outcome::Chunk => {}
        Outcome::Chunks { round, chunks } => {
            for row in round_tasks(&id.job, round, chunks, now) {
                state.tasks.entry(row.task.id.clone()).or_insert(row);
            }
            take_plan(state, id, round, completion);
            job_became(state, &id.job, JobState::Running, now);
        }
        Outcome::Result => complete(state, finish, now),
    }
    FinishReply::Committed
}

/// The job learns its round, and from its plan what bounds it.
fn take_plan(state: &mut State, id: &TaskId, new_round: u32, completion: &Completion) {
    let Some(job) = state.jobs.get_mut(&id.job) else { return };
    job.round = new_round;
    if let Completion::Planned { rounds_max, on_failed_chunk, .. } = completion {
        job.rounds_max = (*rounds_max).max(1);
        job.on_failed_chunk = *on_failed_chunk;
    }
}

fn complete(state: &mut State, finish: &FinishTask, now: Millis) {
    let Some(job) = state.jobs.get_mut(&finish.task.job) else { return };
    if let Completion::Assembled { metadata, gaps } = &finish.completion {
        job.metadata.clone_from(metadata);
        job.gaps.clone_from(gaps);
    }
    job.outputs.clone_from(&finish.outputs);
    job.ended_at = Some(now);
    job_became(state, &finish.task.job, JobState::Completed, now);
}

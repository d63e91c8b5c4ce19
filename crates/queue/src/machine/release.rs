//! What waits becomes ready when what it waits for has ended.

use reel_types::{JobId, Millis, Task, TaskId, TaskKind, TaskState};

use super::event::task_became;
use super::rules::Rules;
use super::state::State;

/// Releases one job's tasks; returns how many.
pub(super) fn release_job(rules: &Rules, state: &mut State, job: &JobId, now: Millis) -> u32 {
    let rows = state.tasks.range(State::tasks_of(job)).map(|(_, row)| &row.task);
    let due: Vec<TaskId> =
        rows.filter(|task| is_due(rules, state, task)).map(|task| task.id.clone()).collect();
    make_ready(state, &due, now);
    due.len() as u32
}

/// Releases tasks of all jobs, at most `limit`, in order; returns which.
pub(super) fn release_all(rules: &Rules, state: &mut State, limit: usize, now: Millis) -> Vec<TaskId> {
    let rows = state.tasks.values().map(|row| &row.task);
    let due: Vec<TaskId> =
        rows.filter(|task| is_due(rules, state, task)).map(|task| task.id.clone()).take(limit).collect();
    make_ready(state, &due, now);
    due
}

/// Whether a task waits although all that it waits for has ended.
fn is_due(rules: &Rules, state: &State, task: &Task) -> bool {
    let waits = task.state == TaskState::Waiting
        || (!rules.assemble_once && task.id.kind == TaskKind::Assemble && task.state == TaskState::Done);
    waits && job_is_open(state, &task.id.job) && needs_ended(state, task)
}

fn job_is_open(state: &State, job: &JobId) -> bool {
    state.jobs.get(job).is_some_and(|job| !job.state.is_terminal())
}

/// Whether all that the task waits for has ended, well or badly.
pub(crate) fn needs_ended(state: &State, task: &Task) -> bool {
    match task.id.kind {
        TaskKind::Plan => true,
        TaskKind::Run => task.spec.after.is_none_or(|after| {
            let needed = state.tasks.get(&TaskId::run(task.id.job.clone(), task.id.round, after));
            needed.is_none_or(|row| row.task.state.is_terminal())
        }),
        TaskKind::Assemble => {
            let mut runs = state.tasks.range(State::runs_of(&task.id.job, task.id.round));
            runs.all(|(_, row)| row.task.state.is_terminal())
        }
    }
}

fn make_ready(state: &mut State, due: &[TaskId], now: Millis) {
    for id in due {
        if let Some(row) = state.tasks.get_mut(id) {
            row.task.ready_at = now;
            row.ready_since = now;
        }
        task_became(state, id, TaskState::Ready, now);
    }
}

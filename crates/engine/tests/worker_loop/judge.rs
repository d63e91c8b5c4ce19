//! What must hold after a schedule, whatever happened in it.

use std::collections::BTreeMap;

use reel_queue::{MemoryQueue, Queue};
use reel_types::{AttemptOutcome, Epoch, Job, JobState, Task, TaskId, TaskKind, TaskState};

use crate::executor::expected_text;
use crate::objects::Objects;

/// All broken promises of one job, as sentences.
pub async fn judge(queue: &MemoryQueue, objects: &Objects, job: &Job) -> Vec<String> {
    let tasks = queue.tasks(&job.id).await.unwrap();
    let attempts = queue.attempts(&job.id).await.unwrap();
    let mut broken = Vec::new();
    if !job.state.is_terminal() {
        broken.push(format!("{} never ended: {:?} {tasks:#?}", job.id, job.state));
    }
    let mut committed: BTreeMap<TaskId, Vec<Epoch>> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.outcome == AttemptOutcome::Done) {
        committed.entry(attempt.task.clone()).or_default().push(attempt.epoch);
    }
    for (task, epochs) in &committed {
        if epochs.len() > 1 {
            broken.push(format!("{task} was committed at epochs {epochs:?}"));
        }
    }
    for task in tasks.iter().filter(|task| task.state == TaskState::Done) {
        broken.extend(judge_done(task, committed.get(&task.id), &tasks, objects));
    }
    if job.state == JobState::Completed && tasks.iter().any(|task| !task.state.is_terminal()) {
        broken.push(format!("{} is completed with open tasks", job.id));
    }
    broken
}

fn judge_done(task: &Task, committed: Option<&Vec<Epoch>>, tasks: &[Task], objects: &Objects) -> Vec<String> {
    let mut broken = Vec::new();
    let Some([epoch]) = committed.map(Vec::as_slice) else {
        return vec![format!("{} is done without one committed attempt", task.id)];
    };
    let Some((text, writer)) = task.outputs.first().and_then(|artifact| objects.read(&artifact.key)) else {
        return vec![format!("{} is done and its object is gone", task.id)];
    };
    if writer != *epoch {
        broken.push(format!("{} was committed at {epoch}, its object was written at {writer}", task.id));
    }
    let expected = expected_text(&task.id).unwrap_or_else(|| assembled_text(task, tasks));
    if text != expected {
        broken.push(format!("{} holds {text:?} instead of {expected:?}", task.id));
    }
    broken
}

/// What an undisturbed assemble of this round writes.
fn assembled_text(assemble: &Task, tasks: &[Task]) -> String {
    let parts =
        tasks.iter().filter(|task| task.id.kind == TaskKind::Run && task.id.round <= assemble.id.round);
    let text = |part: &Task| match part.state {
        TaskState::Failed => "kept;".to_owned(),
        _ => expected_text(&part.id).unwrap_or_default(),
    };
    parts.map(text).collect()
}

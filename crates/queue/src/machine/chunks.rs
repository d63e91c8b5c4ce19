//! From the chunks of a plan to tasks.

use reel_types::{
    ChunkSpec, Class, Failure, FailureKind, JobId, Millis, Progress, Task, TaskId, TaskKind, TaskState,
};
use serde_json::Value;

use super::state::TaskRow;
use crate::command::Completion;

/// What a plan or an assemble task asks for: light work that runs beside anything.
pub(crate) fn light_spec() -> ChunkSpec {
    ChunkSpec {
        chunk: Value::Null,
        class: Class::Cpu,
        threads: 0,
        memory_bytes: 256 << 20,
        cost: 1,
        after: None,
    }
}

/// What a completion leads to.
pub(crate) enum Outcome<'a> {
    /// These chunks become round `round`.
    Chunks { round: u32, chunks: &'a [ChunkSpec] },
    /// Nothing new.
    Chunk,
    /// The job is completed.
    Result,
}

/// Judges a completion. A failure here ends the job: it is a bug of the pipeline or its bound, and a repeat gives
/// the same; what must never happen is a task that waits for what cannot end.
pub(crate) fn judge<'a>(
    task: &TaskId,
    rounds_max: u32,
    completion: &'a Completion,
) -> Result<Outcome<'a>, Failure> {
    match (task.kind, completion) {
        (TaskKind::Plan, Completion::Planned { chunks, .. }) => checked(0, chunks),
        (TaskKind::Run, Completion::Ran) => Ok(Outcome::Chunk),
        (TaskKind::Assemble, Completion::NextRound { chunks }) => {
            let round = task.round.saturating_add(1);
            if chunks.is_empty() || round >= rounds_max {
                let message =
                    format!("round {round} was wanted with {} chunks, and {rounds_max} may be", chunks.len());
                return Err(Failure::new(FailureKind::RoundsExhausted, message));
            }
            checked(round, chunks)
        }
        (TaskKind::Assemble, Completion::Assembled { .. }) => Ok(Outcome::Result),
        (kind, _) => {
            let message = format!("a {} task was finished with what belongs to another kind", kind.as_str());
            Err(Failure::new(FailureKind::Internal, message))
        }
    }
}

/// A chunk may wait only for an earlier one; else it would wait for ever.
fn checked(round: u32, chunks: &[ChunkSpec]) -> Result<Outcome<'_>, Failure> {
    let wrong = chunks
        .iter()
        .enumerate()
        .find(|(index, spec)| spec.after.is_some_and(|after| after as usize >= *index));
    match wrong {
        None => Ok(Outcome::Chunks { round, chunks }),
        Some((index, spec)) => {
            let after = spec.after.unwrap_or_default();
            let message =
                format!("chunk {index} of round {round} waits for chunk {after}, which is not before it");
            Err(Failure::new(FailureKind::Internal, message))
        }
    }
}

/// The tasks of a round: its chunks, then the assemble that waits for all of them.
pub(crate) fn round_tasks(job: &JobId, round: u32, chunks: &[ChunkSpec], now: Millis) -> Vec<TaskRow> {
    let run = |(index, spec): (usize, &ChunkSpec)| {
        let state = if spec.after.is_some() { TaskState::Waiting } else { TaskState::Ready };
        new_task(TaskId::run(job.clone(), round, index as u32), state, spec.clone(), now)
    };
    let mut tasks: Vec<TaskRow> = chunks.iter().enumerate().map(run).collect();
    tasks.push(new_task(TaskId::assemble(job.clone(), round), TaskState::Waiting, light_spec(), now));
    tasks
}

/// A task that nobody has touched.
pub(crate) fn new_task(id: TaskId, state: TaskState, spec: ChunkSpec, now: Millis) -> TaskRow {
    let task = Task {
        id,
        state,
        spec,
        epoch: 0,
        failures: 0,
        ready_at: now,
        worker: None,
        lease_until: None,
        progress: Progress::default(),
        progress_at: now,
        outputs: Vec::new(),
        failure: None,
    };
    TaskRow { task, ready_since: now }
}

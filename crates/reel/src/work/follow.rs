//! How far a job is, and how fast it goes.

use std::path::Path;
use std::time::Instant;

use reel_types::{Job, JobId, JobState, Stage, Task, TaskKind, TaskState};

use crate::records::{InputPath, ProgressRecord, rounded};

/// The share of the whole that putting together and verifying is taken for. An estimate, for people.
const ASSEMBLE_SHARE: f64 = 0.03;
/// Below this much progress a speed says nothing yet.
const FRACTION_MIN: f64 = 0.002;

/// How far a job is, as somebody else tells it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Told {
    pub(crate) state: JobState,
    pub(crate) stage: Option<&'static str>,
    pub(crate) done_fraction: Option<f64>,
    pub(crate) chunks_done: u32,
    pub(crate) chunks_total: u32,
}

/// Remembers where this process found a job, so that what a run before did does not count as speed.
#[derive(Debug)]
pub struct Pace {
    began: Instant,
    found_at: Option<(Instant, f64)>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { began: Instant::now(), found_at: None }
    }
}

impl Pace {
    /// Where the job stands now.
    pub fn record(
        &mut self,
        input: &Path,
        job: &Job,
        tasks: &[Task],
        media_secs: Option<f64>,
    ) -> ProgressRecord {
        let fraction = follow(job.state, tasks);
        let (speed, eta_secs) = fraction.map_or((None, None), |fraction| self.speed(fraction, media_secs));
        let chunks = || tasks.iter().filter(|task| task.id.kind == TaskKind::Run);
        ProgressRecord {
            job: Some(job.id.clone()),
            input: InputPath::new(input),
            state: job.state,
            stage: stage(job.state, tasks),
            stage_fraction: plan_fraction(tasks),
            done_fraction: fraction.map(|fraction| (fraction * 1e4).round() / 1e4),
            speed: speed.map(rounded),
            eta_secs: eta_secs.map(rounded),
            elapsed_secs: rounded(self.began.elapsed().as_secs_f64()),
            chunks_done: chunks().filter(|task| task.state.is_terminal()).count() as u32,
            chunks_total: chunks().count() as u32,
            sending: None,
            batch: None,
        }
    }

    /// The same of a job that is worked on elsewhere: how far it is was told.
    pub(crate) fn record_told(
        &mut self,
        input: &Path,
        job: &JobId,
        told: Told,
        media_secs: Option<f64>,
    ) -> ProgressRecord {
        let (speed, eta_secs) =
            told.done_fraction.map_or((None, None), |fraction| self.speed(fraction, media_secs));
        ProgressRecord {
            job: Some(job.clone()),
            input: InputPath::new(input),
            state: told.state,
            stage: told.stage,
            stage_fraction: None,
            done_fraction: told.done_fraction,
            speed: speed.map(rounded),
            eta_secs: eta_secs.map(rounded),
            elapsed_secs: rounded(self.began.elapsed().as_secs_f64()),
            chunks_done: told.chunks_done,
            chunks_total: told.chunks_total,
            sending: None,
            batch: None,
        }
    }

    fn speed(&mut self, fraction: f64, media_secs: Option<f64>) -> (Option<f64>, Option<f64>) {
        let (since, from) = *self.found_at.get_or_insert((Instant::now(), fraction));
        let gained = fraction - from;
        let secs = since.elapsed().as_secs_f64();
        if gained < FRACTION_MIN || secs <= 0.0 {
            return (None, None);
        }
        let per_sec = gained / secs;
        (media_secs.map(|media_secs| media_secs * per_sec), Some((1.0 - fraction) / per_sec))
    }
}

/// What the job has come to, in the words of the file-to-video converter: how it ended, else the latest that one of its tasks says.
pub fn stage(state: JobState, tasks: &[Task]) -> Option<&'static str> {
    match state {
        JobState::Completed => Some("completed"),
        JobState::Cancelled => Some("stopped"),
        JobState::Failed => Some("error"),
        _ => tasks.iter().filter_map(|task| task.progress.stage).max().map(Stage::as_str),
    }
}

/// How far the look at the sources is, while there is no plan yet: a large file is read for a while.
fn plan_fraction(tasks: &[Task]) -> Option<f64> {
    let plan = tasks.iter().find(|task| task.id.kind == TaskKind::Plan)?;
    let is_known = plan.state == TaskState::Leased && plan.progress.total > 0;
    is_known.then(|| (task_fraction(plan) * 1e4).round() / 1e4)
}

/// 0 to 1 by the cost of the chunks; nothing before they are known.
pub fn follow(state: JobState, tasks: &[Task]) -> Option<f64> {
    if state == JobState::Completed {
        return Some(1.0);
    }
    let runs = || tasks.iter().filter(|task| task.id.kind == TaskKind::Run);
    let planned = tasks.iter().any(|task| task.id.kind == TaskKind::Assemble);
    if !planned {
        return None;
    }
    let weight = |task: &Task| task.spec.cost.max(1) as f64;
    let all: f64 = runs().map(weight).sum();
    let done: f64 = runs().map(|task| weight(task) * task_fraction(task)).sum();
    let chunks = if all > 0.0 { done / all } else { 1.0 };
    let last_assemble = tasks.iter().rfind(|task| task.id.kind == TaskKind::Assemble);
    let assembled = last_assemble.map_or(0.0, task_fraction);
    Some(chunks * (1.0 - ASSEMBLE_SHARE) + assembled * ASSEMBLE_SHARE)
}

fn task_fraction(task: &Task) -> f64 {
    match task.state {
        state if state.is_terminal() => 1.0,
        TaskState::Leased if task.progress.total > 0 => {
            (task.progress.done as f64 / task.progress.total as f64).clamp(0.0, 1.0)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use reel_types::{ChunkSpec, Class, Progress, TaskId};
    use serde_json::Value;

    use super::*;

    fn task(id: TaskId, state: TaskState, cost: u64, done: u64, total: u64) -> Task {
        let spec = ChunkSpec {
            chunk: Value::Null,
            class: Class::Cpu,
            threads: 1,
            memory_bytes: 0,
            cost,
            after: None,
        };
        Task {
            id,
            state,
            spec,
            epoch: 1,
            failures: 0,
            ready_at: 0,
            worker: None,
            lease_until: None,
            progress: Progress { done, total, stage: None },
            progress_at: 0,
            outputs: Vec::new(),
            failure: None,
        }
    }

    #[test]
    fn nothing_is_known_before_the_plan() {
        let plan = task(TaskId::plan(JobId::new("j")), TaskState::Leased, 0, 1, 2);
        assert_eq!(follow(JobState::Planning, &[plan]), None);
    }

    #[test]
    fn chunks_count_by_their_cost() {
        let job = || JobId::new("j");
        let tasks = [
            task(TaskId::run(job(), 0, 0), TaskState::Done, 30, 0, 0),
            task(TaskId::run(job(), 0, 1), TaskState::Leased, 60, 1, 2),
            task(TaskId::run(job(), 0, 2), TaskState::Ready, 10, 9, 10),
            task(TaskId::assemble(job(), 0), TaskState::Waiting, 0, 0, 0),
        ];
        let fraction = follow(JobState::Running, &tasks).unwrap();
        assert!((fraction - 0.6 * 0.97).abs() < 1e-9, "{fraction}");
        assert_eq!(follow(JobState::Completed, &tasks), Some(1.0));
    }

    #[test]
    fn the_stage_is_the_latest_of_any_task_and_then_how_it_ended() {
        let with = |index, stage| {
            let mut one = task(TaskId::run(JobId::new("j"), 0, index), TaskState::Leased, 1, 0, 0);
            one.progress.stage = stage;
            one
        };
        let tasks = [with(0, Some(Stage::Converting)), with(1, None), with(2, Some(Stage::Processing))];
        assert_eq!(stage(JobState::Running, &tasks), Some("converting"));
        assert_eq!(stage(JobState::Running, &tasks[1..2]), None);
        assert_eq!(stage(JobState::Cancelled, &tasks), Some("stopped"));
        assert_eq!(stage(JobState::Failed, &tasks), Some("error"));
        assert_eq!(stage(JobState::Completed, &tasks), Some("completed"));
    }

    #[test]
    fn how_far_the_look_at_the_sources_is_shows_before_the_plan() {
        let plan = task(TaskId::plan(JobId::new("j")), TaskState::Leased, 0, 1, 4);
        assert_eq!(plan_fraction(std::slice::from_ref(&plan)), Some(0.25));
        assert_eq!(plan_fraction(&[Task { state: TaskState::Done, ..plan }]), None);
    }
}

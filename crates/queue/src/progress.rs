//! How far a job is, from its tasks.

use reel_types::{JobId, Progress, Stage, Task, TaskKind, TaskState};
use serde::{Deserialize, Serialize};

/// The share of the whole that putting together and verifying is taken for. An estimate, for people.
const ASSEMBLE_SHARE: f64 = 0.03;

/// How far a job is. Each chunk counts by its cost, and at least 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct JobProgress {
    /// Which job.
    pub job: JobId,
    /// Cost of the chunks of all rounds so far, in the plan's unit.
    pub cost_total: f64,
    /// What of it is done, with the parts of chunks that are under way.
    pub cost_done: f64,
    /// Chunks of all rounds so far.
    pub chunks_total: u32,
    /// Chunks that have ended, well or badly.
    pub chunks_done: u32,
    /// Tasks that a worker holds now.
    pub leased: u32,
    /// How far the plan is: looking at the sources may take a while.
    pub plan_fraction: f64,
    /// How far the newest round's assemble is; nothing before there is a plan.
    pub assemble_fraction: Option<f64>,
    /// The latest stage that any task has come to.
    pub stage: Option<Stage>,
}

impl JobProgress {
    /// 0 to 1 of the whole; nothing before there is a plan.
    pub fn fraction(&self) -> Option<f64> {
        let assembled = self.assemble_fraction?;
        let chunks = if self.cost_total > 0.0 { self.cost_done / self.cost_total } else { 1.0 };
        Some(chunks * (1.0 - ASSEMBLE_SHARE) + assembled * ASSEMBLE_SHARE)
    }
}

/// Tasks of one kind and state taken together; one that is leased stands alone, with its progress.
pub(crate) struct Group {
    pub(crate) kind: TaskKind,
    pub(crate) state: TaskState,
    pub(crate) count: u32,
    /// Each at least 1.
    pub(crate) cost: f64,
    pub(crate) round_max: u32,
    pub(crate) progress: Progress,
}

impl Group {
    /// Of one task.
    pub(crate) fn of(task: &Task) -> Self {
        Self {
            kind: task.id.kind,
            state: task.state,
            count: 1,
            cost: task.spec.cost.max(1) as f64,
            round_max: task.id.round,
            progress: task.progress,
        }
    }

    fn fraction(&self) -> f64 {
        let Progress { done, total, .. } = self.progress;
        match self.state {
            state if state.is_terminal() => 1.0,
            TaskState::Leased if total > 0 => (done as f64 / total as f64).clamp(0.0, 1.0),
            _ => 0.0,
        }
    }
}

/// Sums up a job's groups. Those that are leased come last and in order, so that every backend adds the same numbers in
/// the same order.
pub(crate) fn sum(job: JobId, groups: impl IntoIterator<Item = Group>) -> JobProgress {
    let mut sum = JobProgress {
        job,
        cost_total: 0.0,
        cost_done: 0.0,
        chunks_total: 0,
        chunks_done: 0,
        leased: 0,
        plan_fraction: 0.0,
        assemble_fraction: None,
        stage: None,
    };
    let mut newest_round = 0;
    for group in groups {
        sum.stage = sum.stage.max(group.progress.stage);
        if group.state == TaskState::Leased {
            sum.leased += group.count;
        }
        match group.kind {
            TaskKind::Plan => sum.plan_fraction = group.fraction(),
            TaskKind::Run => {
                sum.cost_total += group.cost;
                sum.cost_done += group.cost * group.fraction();
                sum.chunks_total += group.count;
                if group.state.is_terminal() {
                    sum.chunks_done += group.count;
                }
            }
            TaskKind::Assemble => {
                if sum.assemble_fraction.is_none() || group.round_max >= newest_round {
                    sum.assemble_fraction = Some(group.fraction());
                    newest_round = group.round_max;
                }
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(kind: TaskKind, state: TaskState, cost: f64, done: u64) -> Group {
        let progress = Progress { done, total: 10, stage: None };
        Group { kind, state, count: 1, cost, round_max: 0, progress }
    }

    #[test]
    fn chunks_count_by_their_cost_and_the_assemble_for_a_little() {
        let open = |groups| sum(JobId::new("j"), groups).fraction();
        let plan = || group(TaskKind::Plan, TaskState::Done, 1.0, 0);
        assert_eq!(open(vec![plan()]), None);
        let waiting = || group(TaskKind::Assemble, TaskState::Waiting, 1.0, 0);
        let done = || group(TaskKind::Run, TaskState::Done, 3.0, 0);
        let half = || group(TaskKind::Run, TaskState::Leased, 1.0, 5);
        assert_eq!(open(vec![plan(), done(), waiting(), half()]), Some(3.5 / 4.0 * 0.97));
        let assembled = group(TaskKind::Assemble, TaskState::Leased, 1.0, 10);
        assert_eq!(open(vec![plan(), done(), assembled]), Some(1.0));
    }
}

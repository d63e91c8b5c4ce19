//! Everything that a backend remembers, comparable.

use reel_types::{Event, Job, TenantId, WorkerId};

use crate::machine::{AttemptRow, IdempotencyRow, State, TaskRow, TenantRow, WorkerRow};

/// All tables, each in order of its key.
#[derive(Clone, PartialEq, Debug)]
pub struct Dump {
    /// By id.
    pub jobs: Vec<Job>,
    /// By id.
    pub tasks: Vec<TaskRow>,
    /// By (task, epoch).
    pub attempts: Vec<AttemptRow>,
    /// By id.
    pub tenants: Vec<(TenantId, TenantRow)>,
    /// By tenant and name.
    pub idempotency: Vec<((TenantId, String), IdempotencyRow)>,
    /// The whole queue rests.
    pub paused: bool,
    /// By id.
    pub workers: Vec<(WorkerId, WorkerRow)>,
    /// By `seq`.
    pub events: Vec<Event>,
}

impl From<&State> for Dump {
    fn from(state: &State) -> Self {
        Self {
            jobs: state.jobs.values().cloned().collect(),
            tasks: state.tasks.values().cloned().collect(),
            attempts: state.attempts.values().cloned().collect(),
            tenants: state.tenants.iter().map(|(id, row)| (id.clone(), *row)).collect(),
            idempotency: state.idempotency.iter().map(|(name, row)| (name.clone(), row.clone())).collect(),
            paused: state.paused,
            workers: state.workers.iter().map(|(id, row)| (id.clone(), *row)).collect(),
            events: state.events.clone(),
        }
    }
}

impl Dump {
    /// The first thing in which two dumps differ, as text; nothing when they are equal.
    pub fn difference(&self, other: &Self) -> Option<String> {
        first_difference("job", &self.jobs, &other.jobs)
            .or_else(|| first_difference("task", &self.tasks, &other.tasks))
            .or_else(|| first_difference("attempt", &self.attempts, &other.attempts))
            .or_else(|| first_difference("tenant", &self.tenants, &other.tenants))
            .or_else(|| first_difference("request", &self.idempotency, &other.idempotency))
            .or_else(|| first_difference("gate", &[self.paused], &[other.paused]))
            .or_else(|| first_difference("worker", &self.workers, &other.workers))
            .or_else(|| first_difference("event", &self.events, &other.events))
    }
}

fn first_difference<T: PartialEq + std::fmt::Debug>(what: &str, left: &[T], right: &[T]) -> Option<String> {
    let longest = left.len().max(right.len());
    let place = (0..longest).find(|place| left.get(*place) != right.get(*place))?;
    Some(format!("{what} {place}:\n  machine: {:?}\n  backend: {:?}", left.get(place), right.get(place)))
}

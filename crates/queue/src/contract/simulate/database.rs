//! The database: the step machine, and what of it is on the disk.

use reel_types::Millis;

use super::world::Flaws;
use crate::machine::{Command, Reply, State, step_under};

/// Everything that was acknowledged is durable, except what only heartbeats have changed since.
pub(super) struct Database {
    pub(super) state: State,
    /// What a crash goes back to, when that is not the state itself.
    durable: Option<State>,
    /// Whether this schedule can crash; else nothing is kept for it.
    may_crash: bool,
}

impl Database {
    pub(super) fn new(may_crash: bool) -> Self {
        Self { state: State::default(), durable: None, may_crash }
    }

    pub(super) fn step(&mut self, flaws: &Flaws, command: &Command, now: Millis) -> Reply {
        let durable = match command {
            Command::Heartbeat(_) => false,
            Command::Claim(_) => flaws.claims_are_durable,
            _ => true,
        };
        if durable {
            self.durable = None;
        } else if self.may_crash && self.durable.is_none() {
            self.durable = Some(self.state.clone());
        }
        step_under(&flaws.rules, &mut self.state, command, now)
    }

    pub(super) fn crash(&mut self) {
        if let Some(durable) = self.durable.take() {
            self.state = durable;
        }
    }
}

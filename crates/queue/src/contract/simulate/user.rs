//! The user: submits jobs, and now and then cancels or retries one.

use fastrand::Rng;
use reel_types::{JobId, JobKey};
use serde_json::Value;

use super::agenda::{Happening, Sender};
use super::world::World;
use crate::command::{Idempotency, NewJob};
use crate::contract::generate::tenant;
use crate::machine::Command;

/// How long the user waits for an answer before saying the same again.
const PATIENCE_MILLIS: i64 = 3_000;

/// One thing that the user wants, and says until it is answered.
pub(super) struct Wish {
    command: Command,
    granted: bool,
}

impl World<'_> {
    /// The user wants something from now on.
    pub(super) fn wish(&mut self, command: Command) {
        self.wishes.push(Wish { command, granted: false });
        self.user_asks(self.wishes.len() - 1);
    }

    pub(super) fn user_asks(&mut self, place: usize) {
        let Some(wish) = self.wishes.get(place).filter(|wish| !wish.granted) else { return };
        let command = wish.command.clone();
        self.send(Sender::User(place), command);
        self.agenda.add(self.now + PATIENCE_MILLIS, Happening::UserWakes(place));
    }

    pub(super) fn user_hears(&mut self, place: usize) {
        let Some(wish) = self.wishes.get_mut(place).filter(|wish| !wish.granted) else { return };
        wish.granted = true;
        // What a retry brought back may wait for nothing any more.
        if let Command::Retry { job } = &wish.command {
            let job = job.clone();
            self.send(Sender::Nobody, Command::Release { job });
        }
    }

    /// Whether everything that the user said was answered.
    pub(super) fn user_is_content(&self) -> bool {
        self.wishes.iter().all(|wish| wish.granted)
    }
}

pub(super) fn new_job(rng: &mut Rng, number: usize) -> NewJob {
    NewJob {
        id: JobId::new(format!("j{number}")),
        tenant: tenant(rng.u32(0..2)),
        key: JobKey::new(format!("k{number}")),
        pipeline: "p".to_owned(),
        version: 1,
        params: Value::Null,
        sources: Vec::new(),
        priority: rng.i32(0..2),
        idempotency: Some(Idempotency { key: format!("r{number}"), request_sha256: "00".to_owned() }),
    }
}

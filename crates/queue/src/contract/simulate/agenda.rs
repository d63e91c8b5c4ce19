//! What is going to happen, by time.

use reel_types::Millis;

use crate::machine::{Command, Reply};

/// Who sent a request, and of which of its states.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sender {
    /// A worker: its place, its incarnation, its ticket.
    Worker(Ticket),
    /// The user, who asked as its `n`-th request.
    User(usize),
    /// Nobody waits for the answer.
    Nobody,
}

/// Names one state of one process: an answer to an earlier one is not heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ticket {
    pub(super) worker: usize,
    pub(super) incarnation: u32,
    pub(super) number: u32,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// A command reaches the database.
    Request(Sender, Command),
    /// An answer reaches its sender.
    Reply(Sender, Reply),
    /// A worker's timer.
    Wake(Ticket),
    /// The user's timer for its `n`-th request.
    UserWakes(usize),
    /// Somebody sweeps.
    Sweep,
    /// Something goes wrong.
    Fault,
}

/// The few things that are under way; the earliest comes first, among equals the one that was added first.
#[derive(Default, Debug)]
pub(super) struct Agenda {
    items: Vec<(Millis, u32, Happening)>,
    added: u32,
}

impl Agenda {
    pub(super) fn add(&mut self, at: Millis, happening: Happening) {
        self.added += 1;
        self.items.push((at, self.added, happening));
    }

    pub(super) fn next(&mut self) -> Option<(Millis, Happening)> {
        let (place, _) = self.items.iter().enumerate().min_by_key(|(_, (at, added, _))| (*at, *added))?;
        let (at, _, happening) = self.items.swap_remove(place);
        Some((at, happening))
    }

    /// A connection broke: what was under way is gone.
    pub(super) fn drop_messages(&mut self) {
        self.items
            .retain(|(_, _, happening)| !matches!(happening, Happening::Request(..) | Happening::Reply(..)));
    }
}

//! The newest events, so that most listeners need not ask the database.

use std::collections::VecDeque;
use std::sync::Arc;

use reel_types::{Event, JobId};

/// How many are kept.
const KEPT_MAX: usize = 4096;

/// All events after `after`, the oldest first.
#[derive(Debug)]
pub(super) struct Recent {
    after: u64,
    events: VecDeque<Arc<Event>>,
}

impl Recent {
    /// Nothing yet.
    pub(super) fn after(seq: u64) -> Self {
        Self { after: seq, events: VecDeque::new() }
    }

    /// Takes in the next ones, and forgets the oldest.
    pub(super) fn extend(&mut self, events: Vec<Event>) {
        self.events.extend(events.into_iter().map(Arc::new));
        while self.events.len() > KEPT_MAX {
            if let Some(oldest) = self.events.pop_front() {
                self.after = oldest.seq;
            }
        }
    }

    /// What came after `seq`, of one job or of all; nothing when that is too long ago to know.
    pub(super) fn since(&self, seq: u64, job: Option<&JobId>) -> Option<VecDeque<Arc<Event>>> {
        if seq < self.after {
            return None;
        }
        let first = self.events.partition_point(|event| event.seq <= seq);
        let wanted = |event: &&Arc<Event>| job.is_none_or(|job| event.job == *job);
        Some(self.events.range(first..).filter(wanted).cloned().collect())
    }
}

//! The machine, the store and the database, each broken in a way that people do break them.

use super::history::Violation;
use super::sequences::{self, Divergence};
use super::simulate::{Flaws, run_flawed};
use crate::machine::Rules;
use crate::sqlite::{SqliteQueue, Statements};

/// What is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// A finish counts whatever its epoch.
    NoEpochInFinish,
    /// A heartbeat extends whoever's lease it finds.
    NoEpochInHeartbeat,
    /// All attempts of a task write to one place.
    NoEpochInObjectKey,
    /// What waits is released inside the finish, on the state before its commit.
    ReleaseNotAfterCommit,
    /// A rescued task is handed out again under the epoch of the lost attempt.
    RescueIgnoresEpoch,
    /// A cancel leaves running leases as they are.
    CancelWithoutEpoch,
    /// A release also makes an assemble ready that is done.
    SecondAssemble,
    /// A crash of the database may forget a claim that was answered.
    ClaimNotDurable,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NoEpochInFinish,
        Self::NoEpochInHeartbeat,
        Self::NoEpochInObjectKey,
        Self::ReleaseNotAfterCommit,
        Self::RescueIgnoresEpoch,
        Self::CancelWithoutEpoch,
        Self::SecondAssemble,
        Self::ClaimNotDurable,
    ];

    fn flaws(self) -> Flaws {
        let (sound, none) = (Rules::SOUND, Flaws::NONE);
        let broken = |rules: Rules| Flaws { rules, ..none };
        match self {
            Self::NoEpochInFinish => broken(Rules { finish_checks_epoch: false, ..sound }),
            Self::NoEpochInHeartbeat => broken(Rules { heartbeat_checks_epoch: false, ..sound }),
            Self::NoEpochInObjectKey => Flaws { keys_have_epochs: false, ..none },
            Self::ReleaseNotAfterCommit => broken(Rules { release_after_commit: false, ..sound }),
            Self::RescueIgnoresEpoch => broken(Rules { rescue_keeps_epoch: false, ..sound }),
            Self::CancelWithoutEpoch => broken(Rules { cancel_fences_leases: false, ..sound }),
            Self::SecondAssemble => broken(Rules { assemble_once: false, ..sound }),
            Self::ClaimNotDurable => Flaws { claims_are_durable: false, ..none },
        }
    }

    /// Simulates schedules until the judge sees a broken promise; returns its seed and the promise.
    pub fn caught_within(self, seeds: u64) -> Option<(u64, Violation)> {
        let flaws = self.flaws();
        (0..seeds).find_map(|seed| run_flawed(seed, &flaws).err().map(|violation| (seed, violation)))
    }

    /// The same mistake in SQL, as a statement with another text. Object keys are made by the worker, and what a
    /// power cut takes cannot be seen without one, so these two have no text in SQL.
    fn statements(self) -> Option<Statements> {
        let sound = Statements::SOUND;
        let any_epoch = |text| replaced(text, "t.epoch = ?5", "?5 = ?5");
        // The index holds waiting tasks alone; a mutant that looks at others must be let go another way.
        let free = |text| replaced(text, " indexed by tasks_waiting", "");
        let due = |from, to| Statements {
            due_of_job: replaced(free(sound.due_of_job), from, to),
            due_of_all: replaced(free(sound.due_of_all), from, to),
            ..sound
        };
        Some(match self {
            Self::NoEpochInFinish => Statements { finish_held: any_epoch(sound.finish_held), ..sound },
            Self::NoEpochInHeartbeat => Statements { beat_held: any_epoch(sound.beat_held), ..sound },
            // The state before the commit that calls the release: the newest finish is not seen.
            Self::ReleaseNotAfterCommit => due(
                "n.state in ('waiting', 'ready', 'leased')",
                "(n.state in ('waiting', 'ready', 'leased') or n.id = (select a.task from attempts a
                    where a.closed_by = 'finish' order by a.ended_at desc limit 1))",
            ),
            Self::RescueIgnoresEpoch => Statements {
                rescue: replaced(
                    sound.rescue,
                    "failures = failures + 1",
                    "failures = failures + 1, epoch = epoch - 1",
                ),
                ..sound
            },
            Self::CancelWithoutEpoch => Statements {
                cancel_tasks: replaced(
                    sound.cancel_tasks,
                    "'waiting', 'ready', 'leased'",
                    "'waiting', 'ready'",
                ),
                ..sound
            },
            Self::SecondAssemble => {
                due("t.state = 'waiting'", "(t.state = 'waiting' or t.kind = 2 and t.state = 'done')")
            }
            Self::NoEpochInObjectKey | Self::ClaimNotDurable => return None,
        })
    }

    /// Whether the mistake can be made in a statement.
    pub fn is_of_sql(self) -> bool {
        self.statements().is_some()
    }

    /// Compares random sequences until the broken backend goes another way than the machine.
    pub async fn caught_in_sqlite_within(self, queue: &SqliteQueue, seeds: u64) -> Option<Divergence> {
        let statements = Box::leak(Box::new(self.statements()?));
        let broken = queue.with_statements(statements);
        for seed in 0..seeds {
            if let Err(divergence) = sequences::compare(&broken, seed).await {
                return Some(divergence);
            }
        }
        None
    }
}

/// Another text for a statement. It lives as long as the test: statements are constants.
fn replaced(text: &'static str, from: &str, to: &str) -> &'static str {
    assert!(text.contains(from), "the statement has no {from:?}, so the mutant would be none: {text}");
    String::leak(text.replace(from, to))
}

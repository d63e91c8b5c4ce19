//! The machine, the store and the database, each broken in a way that people do break them.

use super::simulate::{Flaws, run_flawed};
use crate::machine::Rules;

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
    pub fn caught_within(self, seeds: u64) -> Option<(u64, super::history::Violation)> {
        let flaws = self.flaws();
        (0..seeds).find_map(|seed| run_flawed(seed, &flaws).err().map(|violation| (seed, violation)))
    }
}

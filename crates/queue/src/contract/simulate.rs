//! One random schedule of workers, a user and a database on the step machine, with everything that can go wrong.
//!
//! Time is simulated, so a schedule is a function of its seed. First comes chaos: messages are lost, doubled, late and
//! out of order; workers pause past their leases, die, come back under the same name; the database crashes; the user
//! cancels and retries. Then comes calm, and every job must end.

mod agenda;
mod database;
mod faults;
mod store;
mod user;
mod worker;
mod world;

pub(super) use faults::chance;
pub use store::Store;
pub(crate) use world::Flaws;

use super::history::Violation;

/// What one schedule was like.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Schedule {
    /// Commands that reached the database.
    pub commands: u32,
    /// Crashes of the database.
    pub crashes: u32,
    /// Leases that were taken back.
    pub rescues: u32,
    /// Commits.
    pub commits: u32,
    /// Finishes that came too late.
    pub refused: u32,
    /// Jobs that ended with a result.
    pub completed: u32,
    /// Jobs that ended without one: poisoned, stopped, or failed by their plan.
    pub ended_badly: u32,
    /// Further rounds that were begun.
    pub rounds: u32,
}

/// Runs one schedule on the machine as it is.
///
/// # Errors
/// The promise that was broken.
pub fn run(seed: u64) -> Result<Schedule, Violation> {
    world::World::new(seed, &Flaws::NONE).run()
}

/// Runs one schedule on a machine, a database or a store with a flaw.
pub(crate) fn run_flawed(seed: u64, flaws: &Flaws) -> Result<Schedule, Violation> {
    world::World::new(seed, flaws).run()
}

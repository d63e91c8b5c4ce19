//! The queue in an SQLite file.
//!
//! Every write is one `BEGIN IMMEDIATE` transaction on the process's one writer connection; several processes may
//! work on one file. Each file in here holds one idea: its statements as constants, then the calls that use them.

mod attempt;
mod cancel;
mod claim;
mod clock;
#[cfg(feature = "contract")]
mod dump;
mod event;
mod fail;
mod filesystem;
mod finish;
mod heartbeat;
mod migrate;
mod open;
mod outbox;
#[cfg(test)]
mod plan;
mod progress;
mod queue;
mod read;
mod release;
mod retry;
mod share;
mod statements;
mod submit;
mod sweep;
mod task;
mod turn;
mod word;
mod worker;

use sqlx::SqlitePool;

pub use open::{SqliteOptions, Sync, TimeSource};
pub use outbox::TOLD_MAX;
pub(crate) use statements::Statements;

/// A queue in an SQLite file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteQueue {
    writer: SqlitePool,
    readers: SqlitePool,
    begins: open::Begins,
    statements: &'static Statements,
}

//! Tasks by lease.
//!
//! `machine::step` is the truth: a pure function from a state and a command to a reply. [`MemoryQueue`] is that
//! function behind a lock; every database is judged against it, command by command.
//!
//! Every command is plain data and safe to repeat, because a reply can be lost and the queue may be behind HTTP.
//! Only the database's clock is compared with a lease.

pub mod command;
mod error;
pub mod machine;
mod memory;
mod progress;
mod queue;
pub mod sqlite;

#[cfg(feature = "contract")]
pub mod contract;

pub use command::{
    Beat, BeatReply, ClaimReply, Claimed, Completion, FailTask, FinishReply, FinishTask, Heartbeat,
    HeartbeatReply, Idempotency, NewJob, Offer, QueueLoad, ReleaseTask, RetryReply, Submitted, Swept,
    TenantInfo, WorkerInfo,
};
pub use error::QueueError;
pub use memory::{Clock, MemoryQueue};
pub use progress::JobProgress;
pub use queue::{JobFilter, Queue};
pub use sqlite::{SqliteOptions, SqliteQueue};

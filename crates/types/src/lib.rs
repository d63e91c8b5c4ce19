//! The nouns of reel, shared by every crate: job, task, artifact, event, media time.
//!
//! No I/O and no async: what is here is plain data that can be stored, sent and compared.

mod artifact;
mod cancel;
mod event;
mod failure;
mod ids;
mod job;
mod path_text;
mod shown;
mod source;
mod task;
pub mod time;

pub use artifact::{Artifact, Gap};
pub use cancel::CancelToken;
pub use event::{Event, EventKind};
pub use failure::{Failure, FailureKind};
pub use ids::{ClaimId, Epoch, JobId, JobKey, TaskId, TaskKind, TenantId, WorkerId};
pub use job::{Job, JobState, OnFailedChunk};
pub use shown::{shown, without_controls};
pub use source::Source;
pub use task::{Attempt, AttemptOutcome, ChunkSpec, Class, Progress, Stage, Task, TaskState};
pub use time::Millis;

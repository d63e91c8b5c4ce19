//! What can go wrong between a client and its queue.

use std::path::PathBuf;

use reel_types::JobId;

/// Why a queue did not answer, or refused to open.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The database did not answer in time or the connection broke. Every command is safe to repeat.
    #[error("the queue did not answer: {0}")]
    Unavailable(String),
    /// The disk of the queue's file has no room for what was to be written; nothing of it was. Waiting helps only when
    /// somebody makes room.
    #[error("there is no room to write what the queue keeps: {0}")]
    Full(String),
    /// The file was written by a newer reel.
    #[error("{path} was written by a newer reel (schema {found}, this one knows {known})", path = path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Locks do not hold across machines on a network file system.
    #[error("{path} is on a network file system ({kind}), where locks cannot be trusted", path = path.display())]
    NetworkFileSystem {
        /// The database file or its folder.
        path: PathBuf,
        /// What the system calls it, for example `nfs`.
        kind: String,
    },
    /// The id of a new job is that of a job about something else; make another.
    #[error("the job id {id} is taken by another job")]
    JobIdTaken {
        /// The id.
        id: JobId,
    },
    /// The client used this idempotency key for another request.
    #[error("the idempotency key {key:?} was used for another request")]
    IdempotencyMismatch {
        /// The key.
        key: String,
    },
    /// The folder of the database cannot be used.
    #[error("cannot use {path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is damaged, is no database, or may not be written.
    #[error("the queue's file cannot be used: {0}")]
    Unusable(String),
    /// A row does not read as what it should be.
    #[error("the queue holds a row that cannot be read: {0}")]
    Corrupt(String),
}

impl QueueError {
    /// Whether asking again at once may help.
    pub fn may_be_repeated(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether there is no room to write: nothing helps but room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

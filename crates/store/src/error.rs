//! What can go wrong with stored bytes.

use std::io;
use std::path::{Path, PathBuf};

use reel_types::{Failure, FailureKind};

/// Why bytes could not be stored or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("no object {key}")]
    NotFound {
        /// The key that was asked for.
        key: String,
    },
    /// A key that could leave the store.
    #[error("{key:?} is not a key: parts of letters, digits, '.', '_' and '-', joined by '/'")]
    BadKey {
        /// The key.
        key: String,
    },
    /// No space is left.
    #[error("no space left for {path}", path = path.display())]
    Full {
        /// What was being written.
        path: PathBuf,
    },
    /// The system said no.
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path: path.to_owned() },
            _ => Self::Io { doing, path: path.to_owned(), source },
        }
    }

    /// The same as a failure of a task or a command.
    pub fn failure(&self) -> Failure {
        let failure = Failure::new(FailureKind::Storage, self.to_string());
        match self {
            Self::Full { .. } => {
                failure.with_hint("free some space, or name another folder with --state, and run it again")
            }
            _ => failure,
        }
    }
}

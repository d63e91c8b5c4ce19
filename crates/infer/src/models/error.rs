//! What can go wrong with models.

use std::io;
use std::path::PathBuf;

use reel_types::{Failure, FailureKind, shown};

use crate::error::InferError;

/// One variant for each thing that a person would do something else about.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Nobody has heard of it.
    #[error("no model is called {name}; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// It is one that set-up makes, and it is not here.
    #[error("the model {name} is not here")]
    NotHere {
        /// Which one.
        name: String,
    },
    /// Its file, or its card, is not what it was.
    #[error("the model {name} is damaged: {detail}")]
    Damaged {
        /// Which one.
        name: String,
        /// What was seen.
        detail: String,
    },
    /// No model can be called this.
    #[error("`{name}` cannot be the name of a model; use up to 64 of a-z, 0-9, dot, dash and underscore")]
    Name {
        /// What was typed.
        name: String,
    },
    /// Another model has that name.
    #[error("there is another model called {name}")]
    Taken {
        /// Which one.
        name: String,
    },
    /// A network that reel has no use for.
    #[error("{path} is a network of another sort: {seen}", path = shown(.path))]
    NoContract {
        /// Which file.
        path: PathBuf,
        /// What it takes and gives.
        seen: String,
    },
    /// The file of a model that is to be added cannot be read.
    #[error("cannot read {path}: {source}", path = shown(.path))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder of the models cannot be used.
    #[error("cannot use {path}: {source}", path = shown(.path))]
    Folder {
        /// Which folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The network or its library.
    #[error(transparent)]
    Infer(#[from] InferError),
}

impl ModelError {
    /// As a failure of a job, with the command that helps.
    pub fn failure(&self) -> Failure {
        let failure = |kind| Failure::new(kind, self.to_string());
        match self {
            Self::Unknown { .. } => failure(FailureKind::Missing)
                .with_hint("reel models list shows those that are there; reel models add NAME FILE adds one"),
            Self::NotHere { .. } => failure(FailureKind::Missing).with_hint("scripts/models brings it"),
            Self::Damaged { name, .. } if super::builtin::find(name).is_some() => {
                failure(FailureKind::Missing).with_hint("scripts/models brings it again")
            }
            Self::Damaged { .. } => {
                failure(FailureKind::Missing).with_hint("reel models add NAME FILE --force puts it there again")
            }
            Self::Name { .. } => failure(FailureKind::Usage),
            Self::Taken { .. } => failure(FailureKind::Usage).with_hint("--force replaces it; or use another name"),
            Self::NoContract { .. } => failure(FailureKind::Input).with_hint(
                "a model takes one picture of 3 channels and gives one matte, or has the inputs and outputs of RVM",
            ),
            Self::Unreadable { .. } => failure(FailureKind::Input),
            Self::Folder { .. } => {
                failure(FailureKind::Storage).with_hint("name another folder for models with --data DIR")
            }
            Self::Infer(error) => error.failure(),
        }
    }
}

//! Why a piece of work failed, as data that can be stored and shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The sort of a failure. It decides whether a repeat can help and which exit code a person sees.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The source cannot be read or is refused. Permanent; exit code 3.
    Input,
    /// The parameters ask for what cannot be done with this source. Permanent; exit code 2.
    Usage,
    /// A needed part (FFmpeg, an encoder, a model) is missing. Permanent; exit code 4.
    Missing,
    /// A device could not do the work; another device or the CPU may. Not repeated on the same device.
    Device,
    /// The disk is full or a folder cannot be written. Permanent; exit code 1.
    Storage,
    /// Too much of the source is damaged for what was asked. Permanent; exit code 1.
    Damaged,
    /// The result did not pass verification. Repeated.
    Verification,
    /// The work failed in a way that a repeat may mend. Repeated.
    Transient,
    /// The worker that held the task was lost. Repeated.
    WorkerLost,
    /// No live worker can take work of this class.
    NoWorker,
    /// The plan's bound on rounds was reached.
    RoundsExhausted,
    /// A bug of ours (a panic, a broken invariant). Repeated, then shown with what to report.
    Internal,
}

impl FailureKind {
    /// Whether doing the same again on the same device may help.
    pub fn may_be_repeated(self) -> bool {
        matches!(self, Self::Verification | Self::Transient | Self::WorkerLost | Self::Internal)
    }

    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Usage => "usage",
            Self::Missing => "missing",
            Self::Device => "device",
            Self::Storage => "storage",
            Self::Damaged => "damaged",
            Self::Verification => "verification",
            Self::Transient => "transient",
            Self::WorkerLost => "worker_lost",
            Self::NoWorker => "no_worker",
            Self::RoundsExhausted => "rounds_exhausted",
            Self::Internal => "internal",
        }
    }
}

/// One failure: its sort, one clear sentence, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// Its sort.
    pub kind: FailureKind,
    /// A lowercase fragment without a full stop, naming the file, id or limit.
    pub message: String,
    /// What a person can do, if there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same failure with what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

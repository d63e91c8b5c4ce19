//! What went wrong, as a person sees it: a kind, one sentence, its causes, what to do.

use std::error::Error;
use std::fmt;
use std::path::Path;

use reel_engine::SubmitError;
use reel_queue::QueueError;
use reel_store::StoreError;
use reel_types::{Failure, FailureKind};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::exit;
use crate::text::{place_of, shown};

/// The sort of a problem: decides the exit code and is the `kind` in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// One of the sorts that a job can fail with.
    Failure(FailureKind),
    /// The output is there already and is something else.
    Exists,
    /// Somebody cancelled the job.
    Cancelled,
    /// The command was interrupted.
    Interrupted,
}

impl ProblemKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failure(kind) => kind.as_str(),
            Self::Exists => "exists",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failure(kind) => exit::of_failure(kind),
            Self::Exists => exit::EXISTS,
            Self::Cancelled => exit::FAILED,
            Self::Interrupted => exit::INTERRUPTED,
        }
    }
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Its sort.
    pub kind: ProblemKind,
    /// A lowercase fragment without a full stop.
    pub message: String,
    /// What lies under it, outermost first.
    pub causes: Vec<String>,
    /// What a person can do.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of this sort.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// A command line that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Failure(FailureKind::Usage), message)
    }

    /// A folder or file that cannot be written.
    pub fn storage(message: impl Into<String>, cause: &dyn Error) -> Self {
        Self::new(ProblemKind::Failure(FailureKind::Storage), message).caused_by(cause)
    }

    /// The same with what lies under it.
    pub fn caused_by(mut self, cause: &dyn Error) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = cause.to_string();
            // A transparent wrapper repeats its source; once is enough.
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// The same with the file called as it was typed, not by the absolute path that the job knows.
    pub fn calling(mut self, found: &Path, typed: &Path) -> Self {
        let found = shown(found);
        if let Some(at) = place_of(&found, &self.message) {
            self.message.replace_range(at..at + found.len(), &shown(typed));
        }
        self
    }

    /// The same with what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl Error for Problem {}

/// The `error` object of the JSON contract: `{kind, message, hint}`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Problem", 3)?;
        object.serialize_field("kind", self.kind.as_str())?;
        object.serialize_field("message", &self.to_string())?;
        object.serialize_field("hint", &self.hint)?;
        object.end()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let problem = Self::new(ProblemKind::Failure(failure.kind), failure.message);
        Self { hint: failure.hint, ..problem }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        error.failure().into()
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        let hint = match &error {
            QueueError::NewerSchema { .. } => Some("use the newer reel, or another folder with --state"),
            QueueError::NetworkFileSystem { .. } => {
                Some("name a folder on a disk of this machine with --state")
            }
            QueueError::Folder { .. } => Some("name another folder with --state"),
            QueueError::Full(_) => Some(
                "free some space on the disk of the state folder, or name another folder with --state, and run it again",
            ),
            QueueError::Unusable(_) => {
                Some("move reel.sqlite out of the state folder, or name another folder with --state")
            }
            _ => None,
        };
        let problem = Self::new(ProblemKind::Failure(FailureKind::Storage), error.to_string());
        Self { hint: hint.map(Into::into), ..problem }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Queue(error) => error.into(),
            other => Self::new(ProblemKind::Failure(FailureKind::Internal), other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once_each() {
        let io = std::io::Error::other("the disk said no");
        let problem = Problem::storage("cannot write b.mp4", &io);
        assert_eq!(problem.to_string(), "cannot write b.mp4: the disk said no");
        assert_eq!(problem.kind.exit_code(), exit::FAILED);
    }

    #[test]
    fn a_file_is_called_as_it_was_typed() {
        let check = |message: &str, expected: &str| {
            let problem = Problem::usage(message).calling(Path::new("/home/u/a.mp4"), Path::new("./a.mp4"));
            assert_eq!(problem.message, expected);
        };
        check("/home/u/a.mp4 is empty", "./a.mp4 is empty");
        check("cannot read /home/u/a.mp4: gone", "cannot read ./a.mp4: gone");
        check("/home/u/a.mp4.part is empty", "/home/u/a.mp4.part is empty");
        check("the disk said no", "the disk said no");
    }
}

//! Columns that hold words, numbers and JSON, and the types they stand for.

use reel_types::TaskKind;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

use crate::error::QueueError;

/// The enum value that a word stands for.
pub(super) fn from_word<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T, QueueError> {
    let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
    T::deserialize(deserializer).map_err(|error| QueueError::Corrupt(error.to_string()))
}

/// The value that a JSON column holds.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, QueueError> {
    serde_json::from_str(text).map_err(|error| QueueError::Corrupt(error.to_string()))
}

/// The text of a JSON column.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, QueueError> {
    serde_json::to_string(value).map_err(|error| QueueError::Corrupt(error.to_string()))
}

/// SQLite's integers are signed; what is larger than any real count is as good as the largest.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The number that orders tasks as [`TaskKind`] does.
pub(super) fn kind_number(kind: TaskKind) -> i64 {
    match kind {
        TaskKind::Plan => 0,
        TaskKind::Run => 1,
        TaskKind::Assemble => 2,
    }
}

/// The kind with that number.
pub(super) fn kind_of(number: i64) -> Result<TaskKind, QueueError> {
    match number {
        0 => Ok(TaskKind::Plan),
        1 => Ok(TaskKind::Run),
        2 => Ok(TaskKind::Assemble),
        other => Err(QueueError::Corrupt(format!("there is no task kind {other}"))),
    }
}

/// What the driver says, as the queue's own error.
impl From<sqlx::Error> for QueueError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                Self::Corrupt(error.to_string())
            }
            sqlx::Error::Database(refused) if is_lasting(refused.code().as_deref()) => {
                Self::Unusable(refused.message().to_owned())
            }
            sqlx::Error::Database(refused) if is_full(refused.code().as_deref()) => {
                Self::Full(refused.message().to_owned())
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// Whether SQLite's code says that a disk has no room: `FULL`, and the one for the log's index, which grows by another way.
fn is_full(code: Option<&str>) -> bool {
    const FULL: u32 = 13;
    const IOERR_SHMSIZE: u32 = 4874;
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == FULL || code == IOERR_SHMSIZE)
}

/// Whether SQLite's code is one that waiting does not mend: `READONLY`, `CORRUPT` with its kinds, `NOTADB`. The other
/// kinds of `READONLY` are about a log that another process is mending.
fn is_lasting(code: Option<&str>) -> bool {
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code == 8 || matches!(code & 0xff, 11 | 26))
}

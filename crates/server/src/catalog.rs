//! What the server keeps beside the queue: uploads, which jobs were made of them, keys and sessions. Tables of its own in
//! the queue's file.

mod deliveries;
mod endpoints;
mod jobs;
mod keys;
mod open;
mod partial;
mod sessions;
mod uploads;

use sqlx::SqlitePool;

pub(crate) use deliveries::{Due, FailedTry};
pub(crate) use keys::KeyRow;
pub(crate) use partial::{Held, Partial};
pub(crate) use uploads::{NewUpload, Upload};

/// The tables. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Why the catalog did not answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file was written by a newer reel.
    #[error("the server's tables were written by a newer reel (schema {found}, this one knows {known})")]
    NewerSchema {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The database did not answer in time, or its file is damaged.
    #[error("the server's tables cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// A row does not read as what it should be.
    #[error("the server's tables hold a row that cannot be read: {0}")]
    Corrupt(#[from] serde_json::Error),
}

impl From<CatalogError> for crate::problem::Problem {
    fn from(error: CatalogError) -> Self {
        Self::internal(error)
    }
}

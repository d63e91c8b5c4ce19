//! The queue in an SQLite file.

/// A queue in an SQLite file.
pub struct SqliteQueue;

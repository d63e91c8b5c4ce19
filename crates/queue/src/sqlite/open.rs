//! Opening the file: where it may lie, how it is written, which schema it has.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{SqliteQueue, Statements, clock, filesystem, migrate};
use crate::error::QueueError;

/// How long one process waits for another's write.
const BUSY: Duration = Duration::from_secs(30);
/// Pause between two tries to open a file that another process is just making.
const OPEN_AGAIN: Duration = Duration::from_millis(20);

/// How a queue file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SqliteOptions {
    /// Connections for reading; at least 1.
    pub readers: u32,
    /// When a write counts as written.
    pub sync: Sync,
    /// Where SQL gets the time from.
    pub time: TimeSource,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { readers: 2, sync: Sync::Full, time: TimeSource::System }
    }
}

/// When a write counts as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sync {
    /// When it is on the disk. What was acknowledged survives a power cut.
    Full,
    /// When the system has it. Survives the end of any process, not a power cut; for tests.
    Off,
}

/// Where SQL gets the time from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeSource {
    /// SQLite's own clock.
    System,
    /// A table that a test writes, starting at 0.
    Table,
}

impl SqliteQueue {
    /// Opens the database file, and makes it and its folder if they are not there.
    ///
    /// # Errors
    /// A folder that cannot be made, a network file system, a newer schema, each by name; or `Unavailable`.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self, QueueError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .map_err(|source| QueueError::Folder { path: folder.to_owned(), source })?;
        filesystem::refuse_network(folder)?;
        let deadline = Instant::now() + BUSY;
        loop {
            match try_open(path, options).await {
                // Turning WAL on does not wait for others that do the same at this moment; so we wait here.
                Err(error) if error.may_be_repeated() && Instant::now() < deadline => {
                    tracing::debug!(%error, "the queue file is busy, opening it again");
                    tokio::time::sleep(OPEN_AGAIN).await;
                }
                result => return result,
            }
        }
    }

    /// Closes all connections and waits for it. Dropping is as safe; this leaves no `-wal` file behind.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// How a write begins: by saying how durable its commit is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begins {
    /// On the disk before it is answered.
    pub(super) durable: &'static str,
    /// With the system; on the disk with the next durable one. For what is only the latest of something.
    pub(super) lazy: &'static str,
}

impl Begins {
    fn new(sync: Sync) -> Self {
        match sync {
            Sync::Full => Self {
                durable: "pragma synchronous = full; begin immediate",
                lazy: "pragma synchronous = normal; begin immediate",
            },
            Sync::Off => Self { durable: "begin immediate", lazy: "begin immediate" },
        }
    }
}

async fn try_open(path: &Path, options: SqliteOptions) -> Result<SqliteQueue, QueueError> {
    let synchronous = match options.sync {
        Sync::Full => SqliteSynchronous::Full,
        Sync::Off => SqliteSynchronous::Off,
    };
    let common = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).synchronous(synchronous);
    let write = common.clone().create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let writer =
        pool(1).after_connect(move |connection, _| Box::pin(clock::install(connection, options.time)));
    let writer = writer.connect_with(write).await?;
    migrate::migrate(&writer, path).await?;
    let read = common.pragma("query_only", "on");
    let readers = pool(options.readers.max(1)).connect_with(read).await?;
    Ok(SqliteQueue { writer, readers, begins: Begins::new(options.sync), statements: &Statements::SOUND })
}

/// Connections that stay open: a test's clock lives in its connection.
fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(BUSY)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// A connection pool of ours; named so that the files of this folder need not know which.
pub(super) type Pool = SqlitePool;

//! Opening the tables and bringing their schema up to ours.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};

use super::{Catalog, CatalogError};

/// How long one write waits for another.
const BUSY: Duration = Duration::from_secs(30);
const READERS: u32 = 4;

/// Migration `n` brings schema `n` to `n + 1`. One that was released is never edited.
const MIGRATIONS: [&str; 3] = [
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_access.sql"),
    include_str!("../../migrations/0003_partial_uploads.sql"),
];

const VERSIONS: &str = "create table if not exists catalog_schema (version integer not null) strict";
const FOUND: &str = "select coalesce(max(version), 0) from catalog_schema";
const STAMP: &str = "insert into catalog_schema (version) values (?1)";

impl Catalog {
    /// Opens the tables in the queue's file, which is there already.
    ///
    /// # Errors
    /// A newer schema, or what the database says.
    pub(crate) async fn open(path: &Path) -> Result<Self, CatalogError> {
        let common = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full);
        // On a full disk SQLite gives a transaction up by itself, and the driver goes on believing that it is in one: such a
        // connection begins nothing any more.
        let writer = pool(1)
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
            .connect_with(common.clone())
            .await?;
        migrate(&writer).await?;
        let readers = pool(READERS).connect_with(common.pragma("query_only", "on")).await?;
        Ok(Self { writer, readers })
    }

    /// Closes all connections and waits for it.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections_max).acquire_timeout(BUSY).idle_timeout(None)
}

/// In one transaction, so that of two servers on one file one does it and the other finds it done.
async fn migrate(writer: &SqlitePool) -> Result<(), CatalogError> {
    let known = MIGRATIONS.len() as i64;
    let mut transaction = writer.begin_with("begin immediate").await?;
    sqlx::query(VERSIONS).execute(&mut *transaction).await?;
    let found: i64 = sqlx::query_scalar(FOUND).fetch_one(&mut *transaction).await?;
    if found > known {
        return Err(CatalogError::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    for migration in MIGRATIONS.iter().skip(found.max(0) as usize) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    sqlx::query(STAMP).bind(known).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

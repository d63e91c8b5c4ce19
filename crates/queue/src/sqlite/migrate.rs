//! Bringing the file's schema up to ours.

use std::path::Path;

use super::open::Pool;
use crate::error::QueueError;

/// Migration `n` brings schema `n` to `n + 1`. One that was released is never edited.
const MIGRATIONS: [&str; 7] = [
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_stage.sql"),
    include_str!("../../migrations/0003_tenants.sql"),
    include_str!("../../migrations/0004_share.sql"),
    include_str!("../../migrations/0005_workers.sql"),
    include_str!("../../migrations/0006_idempotency.sql"),
    include_str!("../../migrations/0007_hooks.sql"),
];

const FOUND: &str = "select user_version from pragma_user_version()";
/// Taken in outside of transactions only. A table that others refer to can be made anew only while they are off.
const FOREIGN_KEYS_OFF: &str = "pragma foreign_keys = off";
const FOREIGN_KEYS_ON: &str = "pragma foreign_keys = on";
const BROKEN: &str = "select count(*) from pragma_foreign_key_check()";

/// Applies what is missing in one transaction, so that of several processes that open a new file one does it and
/// the others find it done.
pub(super) async fn migrate(writer: &Pool, path: &Path) -> Result<(), QueueError> {
    let known = MIGRATIONS.len() as i64;
    let found: i64 = sqlx::query_scalar(FOUND).fetch_one(writer).await?;
    if found == known {
        return Ok(());
    }
    // The pool has one connection: what is set here holds for the transaction. If anything fails, the file is not
    // opened and the connection is gone.
    sqlx::query(FOREIGN_KEYS_OFF).execute(writer).await?;
    apply(writer, path, known).await?;
    sqlx::query(FOREIGN_KEYS_ON).execute(writer).await?;
    Ok(())
}

async fn apply(writer: &Pool, path: &Path, known: i64) -> Result<(), QueueError> {
    let mut transaction = writer.begin_with("begin immediate").await?;
    let found: i64 = sqlx::query_scalar(FOUND).fetch_one(&mut *transaction).await?;
    if found > known {
        return Err(QueueError::NewerSchema { path: path.to_owned(), found, known });
    }
    if found == known {
        return Ok(());
    }
    for migration in MIGRATIONS.iter().skip(found.max(0) as usize) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    let broken: i64 = sqlx::query_scalar(BROKEN).fetch_one(&mut *transaction).await?;
    if broken > 0 {
        return Err(QueueError::Corrupt(format!("{broken} rows name what is not there")));
    }
    let stamp = sqlx::AssertSqlSafe(format!("pragma user_version = {known}"));
    sqlx::raw_sql(stamp).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

//! Bringing the file's schema up to ours.

use std::path::Path;

use super::open::Pool;
use crate::error::QueueError;

/// Migration `n` brings schema `n` to `n + 1`. One that was released is never edited.
const MIGRATIONS: [&str; 2] =
    [include_str!("../../migrations/0001_start.sql"), include_str!("../../migrations/0002_stage.sql")];

const FOUND: &str = "select user_version from pragma_user_version()";

/// Applies what is missing in one transaction, so that of several processes that open a new file one does it and
/// the others find it done.
pub(super) async fn migrate(writer: &Pool, path: &Path) -> Result<(), QueueError> {
    let known = MIGRATIONS.len() as i64;
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
    let stamp = sqlx::AssertSqlSafe(format!("pragma user_version = {known}"));
    sqlx::raw_sql(stamp).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

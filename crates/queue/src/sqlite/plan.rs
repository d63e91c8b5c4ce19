//! How SQLite would run a statement; for tests of the indexes.

use sqlx::Row as _;

use super::{SqliteOptions, SqliteQueue};

/// The lines of SQLite's plan.
pub(super) async fn plan(statement: &'static str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let queue = SqliteQueue::open(&folder.path().join("queue.db"), SqliteOptions::default()).await.unwrap();
    let explain = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
    let rows = sqlx::raw_sql(explain).fetch_all(&queue.readers).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(3)).collect()
}

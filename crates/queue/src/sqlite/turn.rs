//! One write: a transaction that holds the file's write lock and knows its moment.

use reel_types::Millis;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{SqliteQueue, Statements, clock};
use crate::error::QueueError;

/// A write under way. Dropped without [`commit`](Self::commit), nothing of it happened.
pub(super) struct Turn {
    transaction: Transaction<'static, Sqlite>,
    /// The moment at which all of it happens.
    pub(super) now: Millis,
    pub(super) statements: &'static Statements,
}

impl SqliteQueue {
    /// Waits for the write lock, then takes the time: transactions see it in the order in which they commit.
    pub(super) async fn turn(&self) -> Result<Turn, QueueError> {
        self.turn_as(self.begins.durable).await
    }

    /// The same for what a power cut may take: heartbeats, and that a worker was heard of.
    pub(super) async fn lazy_turn(&self) -> Result<Turn, QueueError> {
        self.turn_as(self.begins.lazy).await
    }

    /// A durable one whose first statement tells the time, together with what else it reads.
    pub(super) async fn turn_without_time(&self) -> Result<Turn, QueueError> {
        let transaction = self.begin(self.begins.durable).await?;
        Ok(Turn { transaction, now: 0, statements: self.statements })
    }

    async fn turn_as(&self, begin: &'static str) -> Result<Turn, QueueError> {
        let mut transaction = self.begin(begin).await?;
        let now = sqlx::query_scalar(clock::NOW).fetch_one(&mut *transaction).await?;
        Ok(Turn { transaction, now, statements: self.statements })
    }

    /// On a full disk SQLite gives a transaction up by itself, and the driver goes on believing that it is in one: such a
    /// connection begins nothing any more. It is closed, and another one made.
    async fn begin(&self, begin: &'static str) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        match self.writer.begin_with(begin).await {
            Err(sqlx::Error::InvalidSavePointStatement) => {
                tracing::debug!("the connection lost its transaction, making another one");
                let _ = self.writer.acquire().await?.close().await;
                self.writer.begin_with(begin).await
            }
            begun => begun,
        }
    }
}

impl Turn {
    /// Where statements run.
    pub(super) fn on(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Makes it durable.
    pub(super) async fn commit(self) -> Result<(), QueueError> {
        Ok(self.transaction.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::sqlite::{SqliteOptions, SqliteQueue, Sync};

    async fn check(sync: Sync, durable: i64, lazy: i64) {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { sync, ..SqliteOptions::default() };
        let queue = SqliteQueue::open(&folder.path().join("queue.db"), options).await.unwrap();
        let mut said = Vec::new();
        for is_lazy in [false, true, false] {
            let mut turn = if is_lazy { queue.lazy_turn().await } else { queue.turn().await }.unwrap();
            let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(turn.on()).await.unwrap();
            said.push(level);
        }
        assert_eq!(said, [durable, lazy, durable], "{sync:?}");
    }

    #[tokio::test]
    async fn a_turn_says_how_durable_it_is_whatever_the_one_before_it_said() {
        // 0 off, 1 normal, 2 full.
        check(Sync::Full, 2, 1).await;
        check(Sync::Off, 0, 0).await;
    }
}

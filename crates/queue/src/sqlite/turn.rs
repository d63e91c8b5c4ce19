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
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        let now = sqlx::query_scalar(clock::NOW).fetch_one(&mut *transaction).await?;
        Ok(Turn { transaction, now, statements: self.statements })
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

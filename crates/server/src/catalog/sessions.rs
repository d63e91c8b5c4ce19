//! Rows of sessions, and the secrets of this server.

use reel_types::Millis;

use super::{Catalog, CatalogError};

const INSERT: &str = "
    insert into sessions (token_sha256, key, created_at, expires_at) values (?1, ?2, ?3, ?4)";
const KEY_OF: &str = "select key from sessions where token_sha256 = ?1 and expires_at > ?2";
const DELETE: &str = "delete from sessions where token_sha256 = ?1";
const SWEEP: &str = "delete from sessions where expires_at <= ?1";
const SECRET: &str = "select value from server_secrets where name = ?1";
const KEEP_SECRET: &str = "insert into server_secrets (name, value) values (?1, ?2) on conflict do nothing";

impl Catalog {
    /// Adds a session of a key; forgets those that are over.
    pub(crate) async fn add_session(
        &self,
        token_sha256: &str,
        key: &str,
        now: Millis,
        expires_at: Millis,
    ) -> Result<(), CatalogError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        sqlx::query(SWEEP).bind(now).execute(&mut *transaction).await?;
        let query = sqlx::query(INSERT).bind(token_sha256).bind(key).bind(now).bind(expires_at);
        query.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The key that opened a session, unless it is over.
    pub(crate) async fn key_of_session(
        &self,
        token_sha256: &str,
        now: Millis,
    ) -> Result<Option<String>, CatalogError> {
        let query = sqlx::query_scalar(KEY_OF).bind(token_sha256).bind(now);
        Ok(query.fetch_optional(&self.readers).await?)
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, token_sha256: &str) -> Result<(), CatalogError> {
        sqlx::query(DELETE).bind(token_sha256).execute(&self.writer).await?;
        Ok(())
    }

    /// The secret of this name: the one that is there, or else this one from now on.
    pub(crate) async fn secret(&self, name: &str, or_else: &[u8]) -> Result<Vec<u8>, CatalogError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        sqlx::query(KEEP_SECRET).bind(name).bind(or_else).execute(&mut *transaction).await?;
        let kept = sqlx::query_scalar(SECRET).bind(name).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(kept)
    }
}

//! Rows of keys. A secret is never here, only its digest.

use reel_types::{Millis, TenantId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Catalog, CatalogError};
use crate::access::Scope;

/// A key as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) secret_sha256: String,
    pub(crate) name: String,
    pub(crate) tenant: TenantId,
    pub(crate) scope: Scope,
    pub(crate) created_at: Millis,
    pub(crate) expires_at: Option<Millis>,
    pub(crate) revoked_at: Option<Millis>,
    pub(crate) last_used_at: Option<Millis>,
}

impl KeyRow {
    /// Whether it opens anything at this time.
    pub(crate) fn is_live(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

const ANY: &str = "select exists (select 1 from api_keys)";
const INSERT: &str = "
    insert into api_keys (id, secret_sha256, name, tenant, scope, created_at, expires_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ONE: &str = "select * from api_keys where id = ?1";
const LIST: &str = "select * from api_keys where ?1 is null or tenant = ?1 order by id desc";
const LIVE_COUNT: &str = "
    select count(*) from api_keys
    where tenant = ?1 and revoked_at is null and (expires_at is null or expires_at > ?2)";
const REVOKE: &str = "
    update api_keys set revoked_at = coalesce(revoked_at, ?3) where id = ?1 and (?2 is null or tenant = ?2)";
const END_BY: &str = "
    update api_keys set expires_at = min(coalesce(expires_at, ?2), ?2) where id = ?1";
const USED: &str = "
    update api_keys set last_used_at = ?2 where id = ?1 and coalesce(last_used_at, 0) <= ?2 - ?3";

impl Catalog {
    /// Whether there is any key, usable or not.
    pub(crate) async fn has_keys(&self) -> Result<bool, CatalogError> {
        Ok(sqlx::query_scalar(ANY).fetch_one(&self.readers).await?)
    }

    /// Adds one; with `replaces`, that one ends by the given time in the same transaction.
    pub(crate) async fn add_key(
        &self,
        key: &KeyRow,
        replaces: Option<(&str, Millis)>,
    ) -> Result<(), CatalogError> {
        let mut transaction = self.writer.begin_with("begin immediate").await?;
        let query = sqlx::query(INSERT)
            .bind(&key.id)
            .bind(&key.secret_sha256)
            .bind(&key.name)
            .bind(key.tenant.as_str())
            .bind(key.scope.as_str())
            .bind(key.created_at)
            .bind(key.expires_at);
        query.execute(&mut *transaction).await?;
        if let Some((old, end)) = replaces {
            sqlx::query(END_BY).bind(old).bind(end).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// One, by its id.
    pub(crate) async fn key(&self, id: &str) -> Result<Option<KeyRow>, CatalogError> {
        let row = sqlx::query(ONE).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(key).transpose()
    }

    /// Those of one tenant or all, newest first.
    pub(crate) async fn keys(&self, tenant: Option<&TenantId>) -> Result<Vec<KeyRow>, CatalogError> {
        let query = sqlx::query(LIST).bind(tenant.map(TenantId::as_str));
        query.fetch_all(&self.readers).await?.iter().map(key).collect()
    }

    /// How many of a tenant open something at this time.
    pub(crate) async fn live_keys(&self, tenant: &TenantId, now: Millis) -> Result<i64, CatalogError> {
        Ok(sqlx::query_scalar(LIVE_COUNT).bind(tenant.as_str()).bind(now).fetch_one(&self.writer).await?)
    }

    /// Revokes one, of this tenant or of any; says whether it is there.
    pub(crate) async fn revoke_key(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        now: Millis,
    ) -> Result<bool, CatalogError> {
        let query = sqlx::query(REVOKE).bind(id).bind(tenant.map(TenantId::as_str)).bind(now);
        Ok(query.execute(&self.writer).await?.rows_affected() > 0)
    }

    /// Notes a use, unless one within `at_most_every` millis is noted.
    pub(crate) async fn key_used(
        &self,
        id: &str,
        now: Millis,
        at_most_every: Millis,
    ) -> Result<(), CatalogError> {
        sqlx::query(USED).bind(id).bind(now).bind(at_most_every).execute(&self.writer).await?;
        Ok(())
    }
}

fn key(row: &SqliteRow) -> Result<KeyRow, CatalogError> {
    let scope: String = row.try_get("scope")?;
    let scope = scope.parse().map_err(|_| sqlx::Error::Decode(format!("scope {scope:?}").into()))?;
    Ok(KeyRow {
        id: row.try_get("id")?,
        secret_sha256: row.try_get("secret_sha256")?,
        name: row.try_get("name")?,
        tenant: TenantId::new(row.try_get::<String, _>("tenant")?),
        scope,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        last_used_at: row.try_get("last_used_at")?,
    })
}

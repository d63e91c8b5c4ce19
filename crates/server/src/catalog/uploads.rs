//! Uploads: rows that name an object.

use reel_types::{Millis, TenantId};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Catalog, CatalogError};

/// A file that somebody sent.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Upload {
    /// Its name.
    pub(crate) id: String,
    /// What its owner calls it.
    pub(crate) filename: String,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub(crate) sha256: String,
    /// Its media type, as far as known.
    pub(crate) mime: String,
    /// The object's key in the store.
    pub(crate) key: String,
    /// When it was stored, milliseconds since 1970.
    pub(crate) created_at: i64,
    /// What looking into it told; null when it is no media.
    pub(crate) metadata: Value,
}

/// A row before it has its time.
#[derive(Clone, Debug)]
pub(crate) struct NewUpload<'a> {
    pub(crate) id: &'a str,
    pub(crate) tenant: &'a TenantId,
    pub(crate) filename: &'a str,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: &'a str,
    pub(crate) mime: &'a str,
    pub(crate) key: &'a str,
    pub(crate) metadata: &'a Value,
}

const INSERT: &str = "
    insert into uploads (id, tenant, filename, size_bytes, sha256, mime, key, created_at, metadata)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, cast(unixepoch('subsec') * 1000 as integer), ?8)
    returning *";
const ONE: &str = "select * from uploads where tenant = ?1 and id = ?2";
const PAGE: &str = "
    select * from uploads where tenant = ?1 and (?2 is null or id < ?2) order by id desc limit ?3";
const OLD: &str = "select tenant, id from uploads where created_at < ?1 and id > ?2 order by id limit ?3";
const DELETE: &str = "delete from uploads where tenant = ?1 and id = ?2";
const ONE_NAMING: &str = "select * from uploads where tenant = ?1 and key = ?2 order by id desc limit 1";
const NAMING: &str = "select count(*) from uploads where key = ?1";

impl Catalog {
    /// Adds a row.
    pub(crate) async fn add_upload(&self, new: &NewUpload<'_>) -> Result<Upload, CatalogError> {
        let query = sqlx::query(INSERT)
            .bind(new.id)
            .bind(new.tenant.as_str())
            .bind(new.filename)
            .bind(i64::try_from(new.size_bytes).unwrap_or(i64::MAX))
            .bind(new.sha256)
            .bind(new.mime)
            .bind(new.key)
            .bind(new.metadata.to_string());
        upload(&query.fetch_one(&self.writer).await?)
    }

    /// One of this tenant's.
    pub(crate) async fn upload(&self, tenant: &TenantId, id: &str) -> Result<Option<Upload>, CatalogError> {
        let row = sqlx::query(ONE).bind(tenant.as_str()).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(upload).transpose()
    }

    /// This tenant's, newest first, older than `before`.
    pub(crate) async fn uploads(
        &self,
        tenant: &TenantId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Upload>, CatalogError> {
        let query = sqlx::query(PAGE).bind(tenant.as_str()).bind(before).bind(limit);
        query.fetch_all(&self.readers).await?.iter().map(upload).collect()
    }

    /// Everybody's that were sent before a moment, oldest first, after the upload `after`.
    pub(crate) async fn uploads_before(
        &self,
        sent_before: Millis,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(TenantId, String)>, CatalogError> {
        let query = sqlx::query_as(OLD).bind(sent_before).bind(after).bind(limit);
        let found: Vec<(String, String)> = query.fetch_all(&self.readers).await?;
        Ok(found.into_iter().map(|(tenant, id)| (TenantId::new(tenant), id)).collect())
    }

    /// Forgets one; says whether it was there.
    pub(crate) async fn remove_upload(&self, tenant: &TenantId, id: &str) -> Result<bool, CatalogError> {
        let done = sqlx::query(DELETE).bind(tenant.as_str()).bind(id).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    /// This tenant's newest upload that names this object.
    pub(crate) async fn upload_naming(
        &self,
        tenant: &TenantId,
        key: &str,
    ) -> Result<Option<Upload>, CatalogError> {
        let query = sqlx::query(ONE_NAMING).bind(tenant.as_str()).bind(key);
        query.fetch_optional(&self.readers).await?.as_ref().map(upload).transpose()
    }

    /// How many uploads of anybody name this object.
    pub(crate) async fn uploads_naming(&self, key: &str) -> Result<i64, CatalogError> {
        Ok(sqlx::query_scalar(NAMING).bind(key).fetch_one(&self.writer).await?)
    }
}

fn upload(row: &SqliteRow) -> Result<Upload, CatalogError> {
    Ok(Upload {
        id: row.try_get("id")?,
        filename: row.try_get("filename")?,
        size_bytes: row.try_get::<i64, _>("size_bytes")?.max(0) as u64,
        sha256: row.try_get("sha256")?,
        mime: row.try_get("mime")?,
        key: row.try_get("key")?,
        created_at: row.try_get("created_at")?,
        metadata: serde_json::from_str(row.try_get("metadata")?)?,
    })
}

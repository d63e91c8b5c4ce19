//! Uploads that are not whole yet: rows that say how much of each is on the disk.

use std::time::Duration;

use reel_types::TenantId;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Catalog, CatalogError};

/// An upload that is not whole, or was not when this was read.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Partial {
    /// Its name; the upload has it too.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) tenant: TenantId,
    /// What its owner calls the file.
    pub(crate) filename: String,
    /// The media type that its owner says.
    pub(crate) mime: Option<String>,
    /// `Upload-Metadata` as it came.
    pub(crate) metadata: String,
    /// How many bytes it will have.
    pub(crate) size_bytes: u64,
    /// How many are on the disk.
    pub(crate) offset_bytes: u64,
    /// When it goes unless a byte comes before, milliseconds since 1970.
    pub(crate) expires_at: i64,
}

/// How much is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Held {
    /// Bytes of the tenant's uploads, the whole length of those that are not whole too.
    pub(crate) tenant_bytes: u64,
    /// The tenant's uploads that are not whole.
    pub(crate) tenant_partials: u64,
    /// Bytes that everybody's uploads have still to bring.
    pub(crate) promised_bytes: u64,
}

const INSERT: &str = "
    insert into partials (id, tenant, filename, mime, metadata, size_bytes, expires_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, cast(unixepoch('subsec') * 1000 as integer) + ?7)
    returning *";
const ONE: &str = "
    select * from partials
    where tenant = ?1 and id = ?2 and expires_at > cast(unixepoch('subsec') * 1000 as integer)";
const ADVANCE: &str = "
    update partials set offset_bytes = ?2, expires_at = cast(unixepoch('subsec') * 1000 as integer) + ?3
    where id = ?1 and ?2 between offset_bytes and size_bytes
    returning expires_at";
const DELETE: &str = "delete from partials where id = ?1";
const DELETE_EXPIRED: &str = "
    delete from partials where id = ?1 and expires_at <= cast(unixepoch('subsec') * 1000 as integer)";
const EXPIRED: &str = "
    select * from partials where expires_at <= cast(unixepoch('subsec') * 1000 as integer) limit ?1";
const WHOLE: &str = "select * from partials where offset_bytes = size_bytes";
const KNOWN: &str = "select exists (select 1 from partials where id = ?1)";
const HELD: &str = "
    select (select coalesce(sum(size_bytes), 0) from uploads where tenant = ?1)
             + (select coalesce(sum(size_bytes), 0) from partials where tenant = ?1) as tenant_bytes,
           (select count(*) from partials where tenant = ?1) as tenant_partials,
           (select coalesce(sum(size_bytes - offset_bytes), 0) from partials) as promised_bytes";

impl Catalog {
    /// Adds a row for an upload of which no byte is there; it goes after `keep` unless bytes come.
    pub(crate) async fn add_partial(&self, new: &Partial, keep: Duration) -> Result<Partial, CatalogError> {
        let query = sqlx::query(INSERT)
            .bind(&new.id)
            .bind(new.tenant.as_str())
            .bind(&new.filename)
            .bind(&new.mime)
            .bind(&new.metadata)
            .bind(signed(new.size_bytes))
            .bind(millis(keep));
        partial(&query.fetch_one(&self.writer).await?)
    }

    /// One of this tenant's that has not expired.
    pub(crate) async fn partial(&self, tenant: &TenantId, id: &str) -> Result<Option<Partial>, CatalogError> {
        let row = sqlx::query(ONE).bind(tenant.as_str()).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(partial).transpose()
    }

    /// Notes that so many bytes are on the disk. Answers when it expires now; nothing when there is no such row, or when
    /// more is noted already.
    pub(crate) async fn advance_partial(
        &self,
        id: &str,
        offset_bytes: u64,
        keep: Duration,
    ) -> Result<Option<i64>, CatalogError> {
        let query = sqlx::query_scalar(ADVANCE).bind(id).bind(signed(offset_bytes)).bind(millis(keep));
        Ok(query.fetch_optional(&self.writer).await?)
    }

    /// Forgets one; says whether it was there.
    pub(crate) async fn remove_partial(&self, id: &str) -> Result<bool, CatalogError> {
        Ok(sqlx::query(DELETE).bind(id).execute(&self.writer).await?.rows_affected() > 0)
    }

    /// Forgets one whose time is over; says whether it was.
    pub(crate) async fn remove_expired_partial(&self, id: &str) -> Result<bool, CatalogError> {
        Ok(sqlx::query(DELETE_EXPIRED).bind(id).execute(&self.writer).await?.rows_affected() > 0)
    }

    /// Some of those whose time is over.
    pub(crate) async fn expired_partials(&self, limit: u32) -> Result<Vec<Partial>, CatalogError> {
        sqlx::query(EXPIRED).bind(limit).fetch_all(&self.writer).await?.iter().map(partial).collect()
    }

    /// Those that have all their bytes and are no upload yet.
    pub(crate) async fn whole_partials(&self) -> Result<Vec<Partial>, CatalogError> {
        sqlx::query(WHOLE).fetch_all(&self.writer).await?.iter().map(partial).collect()
    }

    /// Whether there is a row of this name, anybody's and expired or not.
    pub(crate) async fn knows_partial(&self, id: &str) -> Result<bool, CatalogError> {
        Ok(sqlx::query_scalar(KNOWN).bind(id).fetch_one(&self.writer).await?)
    }

    /// How much is there already.
    pub(crate) async fn held(&self, tenant: &TenantId) -> Result<Held, CatalogError> {
        let row = sqlx::query(HELD).bind(tenant.as_str()).fetch_one(&self.writer).await?;
        Ok(Held {
            tenant_bytes: unsigned(&row, "tenant_bytes")?,
            tenant_partials: unsigned(&row, "tenant_partials")?,
            promised_bytes: unsigned(&row, "promised_bytes")?,
        })
    }
}

fn partial(row: &SqliteRow) -> Result<Partial, CatalogError> {
    Ok(Partial {
        id: row.try_get("id")?,
        tenant: TenantId::new(row.try_get::<String, _>("tenant")?),
        filename: row.try_get("filename")?,
        mime: row.try_get("mime")?,
        metadata: row.try_get("metadata")?,
        size_bytes: unsigned(row, "size_bytes")?,
        offset_bytes: unsigned(row, "offset_bytes")?,
        expires_at: row.try_get("expires_at")?,
    })
}

fn unsigned(row: &SqliteRow, column: &str) -> Result<u64, CatalogError> {
    Ok(row.try_get::<i64, _>(column)?.max(0) as u64)
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

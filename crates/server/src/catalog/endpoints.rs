//! Rows of webhooks: where somebody wants to hear. The queue's tables, since it looks at them with each change of a job.

use reel_types::{Millis, TenantId};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Catalog, CatalogError};
use crate::hooks::{EndpointRow, Webhook, WebhookChange, WebhookKind, WebhookSecret};

const INSERT: &str = "
    insert into hook_endpoints (id, tenant, url, states, description, secret, created_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ONE: &str = "select * from hook_endpoints where id = ?1";
const LIST: &str = "select * from hook_endpoints where ?1 is null or tenant = ?1 order by id desc";
const COUNT: &str = "select count(*) from hook_endpoints where tenant = ?1";
/// Each value that is null stays as it is.
const CHANGE: &str = "
    update hook_endpoints set
           url = coalesce(?3, url), states = coalesce(?4, states), description = coalesce(?5, description),
           disabled_at = case when ?6 is null then disabled_at when ?6 then null else coalesce(disabled_at, ?7) end
     where id = ?1 and (?2 is null or tenant = ?2)
    returning *";
const DELETE: &str = "delete from hook_endpoints where id = ?1 and (?2 is null or tenant = ?2)";
const ROTATE: &str = "
    update hook_endpoints set old_secret = secret, old_secret_until = ?4, secret = ?3
     where id = ?1 and (?2 is null or tenant = ?2)
    returning *";

impl Catalog {
    /// Adds one.
    pub(crate) async fn add_endpoint(&self, row: &EndpointRow) -> Result<(), CatalogError> {
        let Webhook { id, tenant, url, description, created_at, .. } = &row.webhook;
        let query = sqlx::query(INSERT)
            .bind(id)
            .bind(tenant.as_str())
            .bind(url)
            .bind(states(&row.webhook.events))
            .bind(description)
            .bind(row.secret.reveal())
            .bind(created_at);
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// One, by its id.
    pub(crate) async fn endpoint(&self, id: &str) -> Result<Option<EndpointRow>, CatalogError> {
        let row = sqlx::query(ONE).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(endpoint).transpose()
    }

    /// Those of one tenant or all, newest first.
    pub(crate) async fn endpoints(&self, tenant: Option<&TenantId>) -> Result<Vec<Webhook>, CatalogError> {
        let query = sqlx::query(LIST).bind(tenant.map(TenantId::as_str));
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(|row| endpoint(row).map(|row| row.webhook)).collect()
    }

    /// How many a tenant has.
    pub(crate) async fn endpoint_count(&self, tenant: &TenantId) -> Result<i64, CatalogError> {
        Ok(sqlx::query_scalar(COUNT).bind(tenant.as_str()).fetch_one(&self.writer).await?)
    }

    /// Changes one, of this tenant or of any; nothing when there is none.
    pub(crate) async fn change_endpoint(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        change: &WebhookChange,
        now: Millis,
    ) -> Result<Option<Webhook>, CatalogError> {
        let query = sqlx::query(CHANGE)
            .bind(id)
            .bind(tenant.map(TenantId::as_str))
            .bind(change.url.as_deref())
            .bind(change.events.as_deref().map(states))
            .bind(change.description.as_deref())
            .bind(change.enabled)
            .bind(now);
        let row = query.fetch_optional(&self.writer).await?;
        row.as_ref().map(|row| endpoint(row).map(|row| row.webhook)).transpose()
    }

    /// Puts a secret in the place of the one that is there, which signs on until then; nothing when there is none.
    pub(crate) async fn rotate_endpoint(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        secret: &WebhookSecret,
        old_until: Millis,
    ) -> Result<Option<Webhook>, CatalogError> {
        let query = sqlx::query(ROTATE).bind(id).bind(tenant.map(TenantId::as_str));
        let row = query.bind(secret.reveal()).bind(old_until).fetch_optional(&self.writer).await?;
        row.as_ref().map(|row| endpoint(row).map(|row| row.webhook)).transpose()
    }

    /// Forgets one, of this tenant or of any, with all its deliveries; says whether it was there.
    pub(crate) async fn remove_endpoint(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
    ) -> Result<bool, CatalogError> {
        let query = sqlx::query(DELETE).bind(id).bind(tenant.map(TenantId::as_str));
        Ok(query.execute(&self.writer).await?.rows_affected() > 0)
    }
}

/// The words by which the queue asks, as JSON.
fn states(events: &[WebhookKind]) -> String {
    let words: Vec<Value> = events.iter().map(|kind| Value::from(kind.word())).collect();
    Value::from(words).to_string()
}

fn endpoint(row: &SqliteRow) -> Result<EndpointRow, CatalogError> {
    let words: Vec<String> = serde_json::from_str(row.try_get("states")?)?;
    let webhook = Webhook {
        id: row.try_get("id")?,
        tenant: TenantId::new(row.try_get::<String, _>("tenant")?),
        url: row.try_get("url")?,
        events: words.iter().filter_map(|word| WebhookKind::of_word(word)).collect(),
        description: row.try_get("description")?,
        created_at: row.try_get("created_at")?,
        disabled_at: row.try_get("disabled_at")?,
        old_secret_until: row.try_get("old_secret_until")?,
    };
    let old_secret: Option<String> = row.try_get("old_secret")?;
    let secret = WebhookSecret::new(row.try_get::<String, _>("secret")?);
    Ok(EndpointRow { webhook, secret, old_secret: old_secret.map(WebhookSecret::new) })
}

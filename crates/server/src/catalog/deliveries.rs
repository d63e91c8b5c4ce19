//! Rows of what webhooks are still to be told, and of what they were. The queue adds them.

use reel_types::{Millis, TenantId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Catalog, CatalogError};
use crate::hooks::{Delivery, DeliveryFilter, DeliveryRow, DeliveryState, WebhookKind};

/// The next of each endpoint that is on, the longest due first.
const DUE: &str = "
    select d.id, d.endpoint, d.tenant from hook_endpoints e
      join hook_deliveries d on d.id = (
           select n.id from hook_deliveries n
            where n.endpoint = e.id and n.state = 'pending' and n.due_at <= ?1 order by n.due_at, n.id limit 1)
     where e.disabled_at is null order by d.due_at, d.id";
const CLAIM: &str = "
    update hook_deliveries set tries = tries + 1, due_at = ?3
     where id = ?1 and state = 'pending' and due_at <= ?2
    returning *";
/// `tries` is the fence: a replay or another server's try has moved it.
const ARRIVED: &str = "
    update hook_deliveries set state = 'delivered', due_at = null, ended_at = ?3, status = ?4, error = null
     where id = ?1 and tries = ?2 and state = 'pending'";
const FAILED: &str = "
    update hook_deliveries set due_at = ?6, status = ?4, error = ?5,
           state = case when ?6 is null then 'dead' else 'pending' end,
           ended_at = case when ?6 is null then ?3 end
     where id = ?1 and tries = ?2 and state = 'pending'";
const PAGE: &str = "
    select * from hook_deliveries where tenant = ?1 and id < ?4 order by id desc limit ?5";
const PAGE_OF_STATE: &str = "
    select * from hook_deliveries where tenant = ?1 and state = ?3 and id < ?4
     order by id desc limit ?5";
const PAGE_OF_ENDPOINT: &str = "
    select * from hook_deliveries
     where endpoint = ?2 and tenant = ?1 and (?3 is null or state = ?3) and id < ?4
     order by id desc limit ?5";
/// One that waits keeps its count: it is only tried at once.
const REPLAY: &str = "
    update hook_deliveries set tries = case state when 'pending' then tries else 0 end,
           state = 'pending', due_at = ?3, ended_at = null
     where tenant = ?1 and id = ?2
    returning *";
const REPLAY_DEAD: &str = "
    update hook_deliveries set state = 'pending', tries = 0, due_at = ?2, ended_at = null
     where endpoint = ?1 and state = 'dead'";
const PING: &str = "
    insert into hook_deliveries (endpoint, tenant, event, word, created_at, due_at)
    values (?1, ?2, lower(hex(randomblob(16))), 'ping', ?3, ?3)
    returning *";
const FORGET: &str = "
    delete from hook_deliveries where id in (
           select id from hook_deliveries where ended_at < ?1 order by ended_at limit ?2)";

/// A delivery whose time has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    pub(crate) id: i64,
    pub(crate) endpoint: String,
    pub(crate) tenant: TenantId,
}

/// How a try failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FailedTry<'a> {
    pub(crate) status: Option<u16>,
    pub(crate) error: &'a str,
    /// When it is tried again; nothing: never.
    pub(crate) again_at: Option<Millis>,
}

impl Catalog {
    /// The next delivery of each endpoint that has one, the longest due first.
    pub(crate) async fn due_deliveries(&self, now: Millis) -> Result<Vec<Due>, CatalogError> {
        let rows = sqlx::query(DUE).bind(now).fetch_all(&self.readers).await?;
        let due = |row: &SqliteRow| {
            let tenant = TenantId::new(row.try_get::<String, _>(2)?);
            Ok(Due { id: row.try_get(0)?, endpoint: row.try_get(1)?, tenant })
        };
        rows.iter().map(due).collect()
    }

    /// Begins a try; nothing when somebody else did. Unless its end is noted, the next one is due at `lost_at`.
    pub(crate) async fn claim_delivery(
        &self,
        id: i64,
        now: Millis,
        lost_at: Millis,
    ) -> Result<Option<DeliveryRow>, CatalogError> {
        let query = sqlx::query(CLAIM).bind(id).bind(now).bind(lost_at);
        query.fetch_optional(&self.writer).await?.as_ref().map(delivery).transpose()
    }

    /// Notes that a try did, unless it is another's by now.
    pub(crate) async fn delivery_arrived(
        &self,
        tried: &Delivery,
        now: Millis,
        status: u16,
    ) -> Result<(), CatalogError> {
        let query = sqlx::query(ARRIVED).bind(tried.id).bind(tried.tries).bind(now).bind(status);
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// Notes that a try did not do, unless it is another's by now.
    pub(crate) async fn delivery_failed(
        &self,
        tried: &Delivery,
        now: Millis,
        failed: &FailedTry<'_>,
    ) -> Result<(), CatalogError> {
        let query = sqlx::query(FAILED).bind(tried.id).bind(tried.tries).bind(now);
        let query = query.bind(failed.status).bind(failed.error).bind(failed.again_at);
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// A tenant's deliveries, newest first.
    pub(crate) async fn deliveries(
        &self,
        tenant: &TenantId,
        filter: &DeliveryFilter,
    ) -> Result<Vec<Delivery>, CatalogError> {
        let statement = match filter {
            DeliveryFilter { webhook: Some(_), .. } => PAGE_OF_ENDPOINT,
            DeliveryFilter { state: Some(_), .. } => PAGE_OF_STATE,
            _ => PAGE,
        };
        let query = sqlx::query(statement)
            .bind(tenant.as_str())
            .bind(filter.webhook.as_deref())
            .bind(filter.state.map(DeliveryState::as_str))
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.limit);
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(|row| delivery(row).map(|row| row.delivery)).collect()
    }

    /// Makes one due now, whatever became of it; nothing when there is none.
    pub(crate) async fn replay_delivery(
        &self,
        tenant: &TenantId,
        id: i64,
        now: Millis,
    ) -> Result<Option<Delivery>, CatalogError> {
        let query = sqlx::query(REPLAY).bind(tenant.as_str()).bind(id).bind(now);
        let row = query.fetch_optional(&self.writer).await?;
        row.as_ref().map(|row| delivery(row).map(|row| row.delivery)).transpose()
    }

    /// Makes all dead ones of an endpoint due now; says how many.
    pub(crate) async fn replay_dead(&self, endpoint: &str, now: Millis) -> Result<u64, CatalogError> {
        let query = sqlx::query(REPLAY_DEAD).bind(endpoint).bind(now);
        Ok(query.execute(&self.writer).await?.rows_affected())
    }

    /// Adds a ping.
    pub(crate) async fn add_ping(
        &self,
        endpoint: &str,
        tenant: &TenantId,
        now: Millis,
    ) -> Result<Delivery, CatalogError> {
        let query = sqlx::query(PING).bind(endpoint).bind(tenant.as_str()).bind(now);
        delivery(&query.fetch_one(&self.writer).await?).map(|row| row.delivery)
    }

    /// Forgets some that ended before this moment; says how many. One that waits is never among them.
    pub(crate) async fn forget_deliveries(
        &self,
        ended_before: Millis,
        limit: u32,
    ) -> Result<u64, CatalogError> {
        let query = sqlx::query(FORGET).bind(ended_before).bind(limit);
        Ok(query.execute(&self.writer).await?.rows_affected())
    }
}

fn delivery(row: &SqliteRow) -> Result<DeliveryRow, CatalogError> {
    let unknown = |what: &str| sqlx::Error::Decode(format!("{what} is none that is known").into());
    let (word, state): (String, String) = (row.try_get("word")?, row.try_get("state")?);
    let job: Option<String> = row.try_get("job")?;
    let delivery = Delivery {
        id: row.try_get("id")?,
        tenant: TenantId::new(row.try_get::<String, _>("tenant")?),
        webhook: row.try_get("endpoint")?,
        event: row.try_get("event")?,
        kind: WebhookKind::of_word(&word).ok_or_else(|| unknown(&word))?,
        job_id: job.as_deref().map(job_id).transpose()?,
        state: state.parse().map_err(|_| unknown(&state))?,
        tries: row.try_get("tries")?,
        created_at: row.try_get("created_at")?,
        due_at: row.try_get("due_at")?,
        ended_at: row.try_get("ended_at")?,
        status: row.try_get("status")?,
        error: row.try_get("error")?,
    };
    Ok(DeliveryRow { delivery, job })
}

#[derive(serde::Deserialize)]
struct JobName {
    id: String,
}

fn job_id(job: &str) -> Result<String, CatalogError> {
    Ok(serde_json::from_str::<JobName>(job)?.id)
}

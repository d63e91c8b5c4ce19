//! Webhooks: made, listed, changed, removed; deliveries looked at and said again. The command line and the API do it
//! through here.

use std::path::Path;
use std::time::Duration;

use reel_types::{JobId, Millis, TenantId};

use super::kind::{DeliveryState, WebhookKind};
use super::rows::{Delivery, EndpointRow, Webhook};
use super::secret::WebhookSecret;
use crate::access::Clock;
use crate::catalog::{Catalog, CatalogError};
use crate::fetch;

/// Most webhooks of one tenant.
const COUNT_MAX: i64 = 20;
/// Longest description, in bytes.
const DESCRIPTION_BYTES_MAX: usize = 200;
/// Longest time for which two secrets sign.
const OVERLAP_MAX: Duration = Duration::from_secs(30 * 86_400);

/// The webhooks of a state folder.
pub struct Webhooks {
    catalog: Catalog,
    clock: Clock,
}

/// A webhook to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewWebhook {
    /// Whose jobs it hears of.
    pub tenant: TenantId,
    /// Where it hears; `http` or `https`.
    pub url: String,
    /// What it wants to hear of.
    pub events: Vec<WebhookKind>,
    /// What people say of it.
    pub description: String,
}

/// What becomes of a webhook; nothing: as it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct WebhookChange {
    /// Where it hears.
    pub url: Option<String>,
    /// What it wants to hear of.
    pub events: Option<Vec<WebhookKind>>,
    /// What people say of it.
    pub description: Option<String>,
    /// Whether it is on.
    pub enabled: Option<bool>,
}

/// A webhook with its secret, which is told this once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeWebhook {
    /// What is known of it.
    pub webhook: Webhook,
    /// What its messages are signed with.
    pub secret: WebhookSecret,
}

/// Which deliveries a list should hold. Newest first.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DeliveryFilter {
    /// Only those of this webhook.
    pub webhook: Option<String>,
    /// Only those that stand there.
    pub state: Option<DeliveryState>,
    /// Only those after this one in the list.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// Why a webhook was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The tables did not answer.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// Nothing can be told there.
    #[error("nothing is sent to this address: {0}")]
    Url(String),
    /// It wants to hear of nothing, or of what only comes when it is asked for.
    #[error(
        "a webhook wants to hear of one or more of job.started, job.completed, job.failed and job.cancelled"
    )]
    Events,
    /// It is too long or holds control characters.
    #[error("a description is at most {DESCRIPTION_BYTES_MAX} bytes of plain text")]
    Description,
    /// A tenant has many already.
    #[error("{tenant} has {COUNT_MAX} webhooks")]
    TooMany {
        /// Whose.
        tenant: TenantId,
    },
    /// There is no such webhook.
    #[error("there is no webhook {id}")]
    NotFound {
        /// What was asked for.
        id: String,
    },
    /// There is no such delivery.
    #[error("there is no delivery {id}")]
    NoDelivery {
        /// What was asked for.
        id: String,
    },
    /// It is switched off.
    #[error("webhook {id} is off")]
    Off {
        /// Which.
        id: String,
    },
}

impl Webhooks {
    /// Opens the webhooks in the queue's database, which is there already.
    ///
    /// # Errors
    /// When the tables cannot be used.
    pub async fn open(database: &Path) -> Result<Self, CatalogError> {
        Ok(Self::of(&Catalog::open(database).await?, &Clock::default()))
    }

    pub(crate) fn of(catalog: &Catalog, clock: &Clock) -> Self {
        Self { catalog: catalog.clone(), clock: clock.clone() }
    }

    /// Makes one.
    ///
    /// # Errors
    /// [`WebhookError`], by what of it cannot be.
    pub async fn create(&self, new: NewWebhook) -> Result<MadeWebhook, WebhookError> {
        if self.catalog.endpoint_count(&new.tenant).await? >= COUNT_MAX {
            return Err(WebhookError::TooMany { tenant: new.tenant });
        }
        let now = self.clock.now();
        let webhook = Webhook {
            // The id is no secret; it only has to be another one each time.
            id: JobId::from_parts(now, fastrand::u64(..)).as_str().to_owned(),
            tenant: new.tenant,
            url: address(&new.url)?,
            events: wanted(&new.events)?,
            description: described(new.description)?,
            created_at: now,
            disabled_at: None,
            old_secret_until: None,
        };
        let row = EndpointRow { webhook, secret: WebhookSecret::make()?, old_secret: None };
        self.catalog.add_endpoint(&row).await?;
        Ok(MadeWebhook { webhook: row.webhook, secret: row.secret })
    }

    /// Those of one tenant or of all, newest first.
    ///
    /// # Errors
    /// When the tables did not answer.
    pub async fn list(&self, tenant: Option<&TenantId>) -> Result<Vec<Webhook>, WebhookError> {
        Ok(self.catalog.endpoints(tenant).await?)
    }

    /// One, of this tenant or of any.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub async fn get(&self, id: &str, tenant: Option<&TenantId>) -> Result<Webhook, WebhookError> {
        let found = self.catalog.endpoint(id).await?.map(|row| row.webhook);
        let found = found.filter(|webhook| tenant.is_none_or(|tenant| webhook.tenant == *tenant));
        found.ok_or_else(|| missing(id))
    }

    /// Changes one. While it is off nothing is noted for it, and what waits rests.
    ///
    /// # Errors
    /// [`WebhookError`], by what of it cannot be.
    pub async fn change(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        change: WebhookChange,
    ) -> Result<Webhook, WebhookError> {
        let change = WebhookChange {
            url: change.url.as_deref().map(address).transpose()?,
            events: change.events.as_deref().map(wanted).transpose()?,
            description: change.description.map(described).transpose()?,
            ..change
        };
        let changed = self.catalog.change_endpoint(id, tenant, &change, self.clock.now()).await?;
        changed.ok_or_else(|| missing(id))
    }

    /// Removes one with all that is still to be told there.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub async fn remove(&self, id: &str, tenant: Option<&TenantId>) -> Result<(), WebhookError> {
        if self.catalog.remove_endpoint(id, tenant).await? { Ok(()) } else { Err(missing(id)) }
    }

    /// Makes another secret. Both sign for `overlap` (at most 30 days), then only the new one.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub async fn rotate(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        overlap: Duration,
    ) -> Result<MadeWebhook, WebhookError> {
        let secret = WebhookSecret::make()?;
        let overlap_millis = overlap.min(OVERLAP_MAX).as_millis() as Millis;
        let until = self.clock.now().saturating_add(overlap_millis);
        let rotated = self.catalog.rotate_endpoint(id, tenant, &secret, until).await?;
        Ok(MadeWebhook { webhook: rotated.ok_or_else(|| missing(id))?, secret })
    }

    /// A tenant's deliveries.
    ///
    /// # Errors
    /// When the tables did not answer.
    pub async fn deliveries(
        &self,
        tenant: &TenantId,
        filter: &DeliveryFilter,
    ) -> Result<Vec<Delivery>, WebhookError> {
        Ok(self.catalog.deliveries(tenant, filter).await?)
    }

    /// Tells something again now, whatever became of it; `Reel-Event-Id` stays.
    ///
    /// # Errors
    /// When the tenant has no such delivery.
    pub async fn replay(&self, id: &str, tenant: &TenantId) -> Result<Delivery, WebhookError> {
        let missing = || WebhookError::NoDelivery { id: id.to_owned() };
        let number: i64 = id.parse().map_err(|_| missing())?;
        self.catalog.replay_delivery(tenant, number, self.clock.now()).await?.ok_or_else(missing)
    }

    /// Tells everything again that a webhook was not told at last; says how much.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub async fn replay_dead(&self, id: &str, tenant: Option<&TenantId>) -> Result<u64, WebhookError> {
        self.get(id, tenant).await?;
        Ok(self.catalog.replay_dead(id, self.clock.now()).await?)
    }

    /// Sends a `ping`, to see whether it arrives.
    ///
    /// # Errors
    /// When there is no such webhook, or it is off.
    pub async fn ping(&self, id: &str, tenant: Option<&TenantId>) -> Result<Delivery, WebhookError> {
        let webhook = self.get(id, tenant).await?;
        if webhook.disabled_at.is_some() {
            return Err(WebhookError::Off { id: id.to_owned() });
        }
        Ok(self.catalog.add_ping(id, &webhook.tenant, self.clock.now()).await?)
    }
}

fn missing(id: &str) -> WebhookError {
    WebhookError::NotFound { id: id.to_owned() }
}

/// As it is dialled: a fragment is never sent.
fn address(text: &str) -> Result<String, WebhookError> {
    let mut url = fetch::address(text).map_err(WebhookError::Url)?;
    url.set_fragment(None);
    Ok(url.into())
}

/// Each once, in their own order.
fn wanted(events: &[WebhookKind]) -> Result<Vec<WebhookKind>, WebhookError> {
    let is_wanted = |kind: &WebhookKind| events.contains(kind);
    let wanted: Vec<WebhookKind> = WebhookKind::OF_JOBS.into_iter().filter(is_wanted).collect();
    if wanted.is_empty() || events.contains(&WebhookKind::Ping) {
        Err(WebhookError::Events)
    } else {
        Ok(wanted)
    }
}

fn described(text: String) -> Result<String, WebhookError> {
    let is_plain = text.len() <= DESCRIPTION_BYTES_MAX && !text.chars().any(char::is_control);
    if is_plain { Ok(text) } else { Err(WebhookError::Description) }
}

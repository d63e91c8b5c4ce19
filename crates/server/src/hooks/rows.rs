//! Endpoints and deliveries, as they are stored and as others see them.

use reel_types::{Millis, TenantId};

use super::kind::{DeliveryState, WebhookKind};
use super::secret::WebhookSecret;

/// An endpoint with its secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct EndpointRow {
    pub(crate) webhook: Webhook,
    pub(crate) secret: WebhookSecret,
    /// The one before it, which signs as well until [`Webhook::old_secret_until`].
    pub(crate) old_secret: Option<WebhookSecret>,
}

impl EndpointRow {
    /// What signs at this time, the newest first.
    pub(crate) fn secrets(&self, now: Millis) -> Vec<&WebhookSecret> {
        let old =
            self.old_secret.as_ref().filter(|_| self.webhook.old_secret_until.is_some_and(|end| now < end));
        std::iter::once(&self.secret).chain(old).collect()
    }
}

/// Who wants to hear of what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Its name in commands and the API.
    pub id: String,
    /// Whose jobs it hears of.
    pub tenant: TenantId,
    /// Where it hears.
    pub url: String,
    /// What it wants to hear of.
    pub events: Vec<WebhookKind>,
    /// What people say of it.
    pub description: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was switched off; nothing: it is on.
    pub disabled_at: Option<Millis>,
    /// Until when the secret before this one signs as well.
    pub old_secret_until: Option<Millis>,
}

/// A delivery with what is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DeliveryRow {
    pub(crate) delivery: Delivery,
    /// JSON of the job at that moment; nothing for a ping.
    pub(crate) job: Option<String>,
}

/// One thing to tell one endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Its name in commands and the API.
    pub id: i64,
    /// Whose.
    pub tenant: TenantId,
    /// Whom.
    pub webhook: String,
    /// What `Reel-Event-Id` says: the same in all tries and for all endpoints.
    pub event: String,
    /// What happened.
    pub kind: WebhookKind,
    /// To which job; nothing for a ping.
    pub job_id: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried since it was due first or replayed.
    pub tries: u32,
    /// When it happened.
    pub created_at: Millis,
    /// When it is tried next; while a try is under way, when that counts as lost.
    pub due_at: Option<Millis>,
    /// When it was delivered or given up.
    pub ended_at: Option<Millis>,
    /// HTTP status of the last try, if there was an answer.
    pub status: Option<u16>,
    /// Why the last try did not do.
    pub error: Option<String>,
}

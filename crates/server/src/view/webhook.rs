//! A webhook and what it was told.

use reel_types::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::hooks::{Delivery, DeliveryState, MadeWebhook, Webhook, WebhookKind};

/// Who wants to hear of what. Its secret is known to its owner alone.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Webhook)]
pub(crate) struct WebhookView {
    /// Its name here.
    id: String,
    /// Where it hears.
    url: String,
    /// What it wants to hear of.
    events: Vec<WebhookKind>,
    /// What people say of it.
    description: String,
    /// Whether it is on. While it is off nothing is noted for it, and what waits rests.
    enabled: bool,
    /// When it was made, milliseconds since 1970.
    created_at_millis: Millis,
    /// Until when the secret before this one signs as well; null: it was never replaced.
    old_secret_until_millis: Option<Millis>,
}

/// A webhook with its secret. It is told this once.
#[derive(Serialize, ToSchema, Clone)]
#[schema(as = NewWebhookMade)]
pub(crate) struct MadeWebhookView {
    /// What its messages are signed with: all of this text is the key.
    secret: String,
    #[serde(flatten)]
    view: WebhookView,
}

/// One thing to tell one webhook.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = WebhookDelivery)]
pub(crate) struct DeliveryView {
    /// Its name here.
    id: String,
    /// Which webhook.
    webhook_id: String,
    /// What `Reel-Event-Id` says: the same in all tries.
    event_id: String,
    /// What happened.
    r#type: WebhookKind,
    /// To which job; null for a ping.
    job_id: Option<String>,
    /// Where it stands.
    state: DeliveryState,
    /// How often it was tried, since it was last replayed if it was.
    tries: u32,
    /// When it happened, milliseconds since 1970.
    created_at_millis: Millis,
    /// When it is tried next; while a try is under way, when that counts as lost; null once it has ended.
    next_try_at_millis: Option<Millis>,
    /// When it was delivered or given up; null before.
    ended_at_millis: Option<Millis>,
    /// HTTP status of the last answer; null: there was none.
    last_status: Option<u16>,
    /// Why the last try did not do; null: it did, or there was none yet.
    last_error: Option<String>,
}

impl DeliveryView {
    /// Where the page of older ones begins.
    pub(crate) fn cursor(&self) -> String {
        self.id.clone()
    }
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events,
            description: webhook.description,
            enabled: webhook.disabled_at.is_none(),
            created_at_millis: webhook.created_at,
            old_secret_until_millis: webhook.old_secret_until,
        }
    }
}

impl From<MadeWebhook> for MadeWebhookView {
    fn from(made: MadeWebhook) -> Self {
        Self { secret: made.secret.reveal().to_owned(), view: made.webhook.into() }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            webhook_id: delivery.webhook,
            event_id: delivery.event,
            r#type: delivery.kind,
            job_id: delivery.job_id,
            state: delivery.state,
            tries: delivery.tries,
            created_at_millis: delivery.created_at,
            next_try_at_millis: delivery.due_at,
            ended_at_millis: delivery.ended_at,
            last_status: delivery.status,
            last_error: delivery.error,
        }
    }
}

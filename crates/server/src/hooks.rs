//! Webhooks: who wants to hear of jobs gets a signed request for each change, at least once.
//!
//! What is to be told is a row that the queue writes with the change itself; [`keep_delivering`] sends it until somebody
//! says that it arrived or the tries are used up. Rows are the truth: whatever ends this process, the next one goes on.

mod deliver;
mod kind;
mod manage;
mod message;
mod rows;
mod schedule;
mod secret;
mod send;
mod signature;

pub(crate) use deliver::keep_delivering;
pub use kind::{DeliveryState, WebhookKind};
pub use manage::{DeliveryFilter, MadeWebhook, NewWebhook, WebhookChange, WebhookError, Webhooks};
pub(crate) use message::WebhookMessage;
pub use rows::{Delivery, Webhook};
pub(crate) use rows::{DeliveryRow, EndpointRow};
pub use secret::WebhookSecret;
pub use signature::{SIGNATURE_TOLERANCE, SignatureError, verify_webhook};

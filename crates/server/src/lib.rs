//! REST, uploads, live events, the page.
//!
//! Start reading at [`Server`], then `routes.rs`, which lists all that it answers. It knows no pipeline but through the
//! engine's registry, and no media: what it wants to know of a file it asks through [`Inspect`].

mod access;
mod cache;
mod catalog;
mod connections;
mod door;
mod extract;
mod fetch;
mod file_body;
mod filename;
mod hooks;
mod idempotency;
mod incoming;
mod inspect;
mod job_list;
mod keep;
mod live;
mod metrics;
mod options;
mod page;
mod problem;
mod progress;
mod range;
mod refusals;
mod room;
mod routes;
mod send;
mod server;
mod socket;
mod state;
mod submit;
mod tus;
mod vault;
mod view;

pub use access::{Clock, Key, KeyError, KeyText, Keys, MadeKey, NewKey, RateLimit, Scope};
pub use catalog::CatalogError;
pub use door::REQUESTS;
pub use fetch::{AddressRange, is_public};
pub use hooks::{
    Delivery, DeliveryFilter, DeliveryState, MadeWebhook, NewWebhook, SIGNATURE_TOLERANCE, SignatureError,
    Webhook, WebhookChange, WebhookError, WebhookKind, WebhookSecret, Webhooks, verify_webhook,
};
pub use inspect::{
    Finding, FindingState, Inspect, Inspected, NetworkModel, NoInspection, Picture, Pictures, Unseen,
};
pub use options::{PublicUrl, ServerOptions};
pub use routes::document;
pub use server::{Server, ServerError};

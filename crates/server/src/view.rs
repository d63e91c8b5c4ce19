//! How things look over HTTP. What is inside is converted here, at the door.

mod artifact;
mod event;
mod job;
mod page;
mod partial;
mod task;
mod upload;
mod webhook;
mod words;

pub(crate) use artifact::ArtifactView;
pub(crate) use event::EventView;
pub(crate) use job::{FailureView, GapView, JobView, StatusView};
pub(crate) use page::{Page, PageQuery};
pub(crate) use partial::PartialView;
pub(crate) use task::{AttemptView, TaskView};
pub(crate) use upload::UploadView;
pub(crate) use webhook::{DeliveryView, MadeWebhookView, WebhookView};
pub(crate) use words::Words;

/// Where the API lies.
pub(crate) const API: &str = "/api/v1";

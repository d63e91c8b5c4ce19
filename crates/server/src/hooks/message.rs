//! What is told: the body of a request to a webhook.

use reel_types::{Job, Millis};
use serde::Serialize;
use utoipa::ToSchema;

use super::kind::WebhookKind;
use super::rows::DeliveryRow;
use crate::view::{API, ArtifactView, FailureView, GapView, StatusView};

/// The body of a request to a webhook.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = WebhookMessage)]
pub(crate) struct WebhookMessage {
    /// The same in all tries, and `Reel-Event-Id` again: what was heard already can be told by it.
    id: String,
    /// What happened.
    r#type: WebhookKind,
    /// When, milliseconds since 1970.
    created_at_millis: Millis,
    /// Whose job it is.
    tenant: String,
    /// The job as it was then; null in a ping.
    job: Option<WebhookJob>,
}

/// What is told of a job. The rest is at its `url`.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
pub(crate) struct WebhookJob {
    /// Its name.
    id: String,
    /// Where it stood.
    status: StatusView,
    /// Which pipeline does it.
    pipeline: String,
    /// When it was made, milliseconds since 1970.
    created_at_millis: Millis,
    /// When it ended; null before.
    ended_at_millis: Option<Millis>,
    /// Where all about it is, from the root of the server.
    url: String,
    /// Its results, once completed.
    outputs: Vec<ArtifactView>,
    /// What is missing from the result.
    gaps: Vec<GapView>,
    /// Why it failed; null unless it did.
    error: Option<FailureView>,
}

impl WebhookMessage {
    /// What a row tells.
    ///
    /// # Errors
    /// When the job in it does not read.
    pub(crate) fn of(row: &DeliveryRow) -> Result<Self, serde_json::Error> {
        let job: Option<Job> = row.job.as_deref().map(serde_json::from_str).transpose()?;
        let delivery = &row.delivery;
        Ok(Self {
            id: delivery.event.clone(),
            r#type: delivery.kind,
            created_at_millis: delivery.created_at,
            tenant: delivery.tenant.as_str().to_owned(),
            job: job.map(WebhookJob::from),
        })
    }
}

impl From<Job> for WebhookJob {
    fn from(job: Job) -> Self {
        Self {
            url: format!("{API}/jobs/{}", job.id),
            outputs: job.outputs.iter().map(|output| ArtifactView::of(&job.id, output)).collect(),
            id: job.id.to_string(),
            status: job.state.into(),
            pipeline: job.pipeline,
            created_at_millis: job.created_at,
            ended_at_millis: job.ended_at,
            gaps: job.gaps.into_iter().map(GapView::from).collect(),
            error: job.failure.map(FailureView::from),
        }
    }
}

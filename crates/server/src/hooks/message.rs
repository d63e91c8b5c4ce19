//! What is told: the body of a request to a webhook.

use reel_queue::sqlite::TOLD_MAX;
use reel_types::{Job, Millis};
use serde::Serialize;
use utoipa::ToSchema;

use super::kind::WebhookKind;
use super::rows::DeliveryRow;
use crate::view::{API, ArtifactView, FailureView, GapView, StatusView, Words};

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
    /// Its results, once completed; the first hundred.
    outputs: Vec<ArtifactView>,
    /// What is missing from the result; the first hundred.
    gaps: Vec<GapView>,
    /// There are more of one of the two than are told here.
    truncated: bool,
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
        let outputs = job.outputs.iter().take(TOLD_MAX);
        let words = Words::of(&job.sources);
        Self {
            truncated: job.outputs.len().max(job.gaps.len()) > TOLD_MAX,
            url: format!("{API}/jobs/{}", job.id),
            outputs: outputs.map(|output| ArtifactView::of(&job.id, output)).collect(),
            id: job.id.to_string(),
            status: job.state.into(),
            pipeline: job.pipeline,
            created_at_millis: job.created_at,
            ended_at_millis: job.ended_at,
            gaps: job.gaps.into_iter().take(TOLD_MAX).map(|gap| GapView::of(gap, &words)).collect(),
            error: job.failure.map(|failure| FailureView::of(failure, &words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use reel_types::{Artifact, JobId, JobKey, JobState, OnFailedChunk, TenantId};
    use serde_json::{Value, json};

    use super::*;
    use crate::hooks::{Delivery, DeliveryState};

    fn job(output_count: usize) -> Job {
        let output = Artifact {
            name: "a.ts".to_owned(),
            key: "jobs/secret-place".to_owned(),
            size_bytes: 1,
            sha256: "0".repeat(64),
            mime: "video/mp2t".to_owned(),
        };
        Job {
            id: JobId::new("j"),
            tenant: TenantId::local(),
            key: JobKey::new("k"),
            pipeline: "copy".to_owned(),
            version: 1,
            params: Value::Null,
            sources: Vec::new(),
            priority: 0,
            state: JobState::Completed,
            round: 0,
            rounds_max: 1,
            on_failed_chunk: OnFailedChunk::FailJob,
            created_at: 1,
            ended_at: Some(2),
            outputs: vec![output; output_count],
            metadata: Value::Null,
            gaps: Vec::new(),
            failure: None,
        }
    }

    fn told(job: Option<String>) -> Result<Value, serde_json::Error> {
        let delivery = Delivery {
            id: 1,
            tenant: TenantId::local(),
            webhook: "w".to_owned(),
            event: "e".to_owned(),
            kind: WebhookKind::JobCompleted,
            job_id: None,
            state: DeliveryState::Pending,
            tries: 1,
            created_at: 3,
            due_at: None,
            ended_at: None,
            status: None,
            error: None,
        };
        serde_json::to_value(WebhookMessage::of(&DeliveryRow { delivery, job })?)
    }

    #[test]
    fn a_hundred_results_are_told_and_that_there_are_more() {
        for (count, shown, truncated) in [(0, 0, false), (100, 100, false), (101, 100, true)] {
            let told = told(Some(serde_json::to_string(&job(count)).unwrap())).unwrap();
            assert_eq!(told["job"]["outputs"].as_array().unwrap().len(), shown);
            assert_eq!(told["job"]["truncated"], truncated, "{count}");
            assert!(!told.to_string().contains("secret-place"), "where bytes lie is told to nobody");
        }
    }

    #[test]
    fn a_ping_has_no_job_and_what_does_not_read_is_an_error() {
        let ping = json!({"id": "e", "type": "job.completed", "created_at_millis": 3, "tenant": "local", "job": null});
        assert_eq!(told(None).unwrap(), ping);
        assert!(told(Some("{}".to_owned())).is_err());
    }
}

//! From what a person asked to a job with a key.

use reel_queue::{Idempotency, NewJob, QueueError, Submitted};
use reel_types::{JobId, JobKey, Source, TenantId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
pub use crate::inputs::local_source;

/// What a person asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Submission {
    /// The verb.
    pub pipeline: String,
    /// Its params, as an object.
    pub params: Value,
    /// What it reads.
    pub sources: Vec<Source>,
    /// Higher is sooner; 0 is usual.
    pub priority: i32,
}

/// Why a job was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// This binary has no such verb.
    #[error("no pipeline {0:?}")]
    UnknownPipeline(String),
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl Engine {
    /// Makes a job of this machine's own tenant, or finds the one with the same key.
    ///
    /// # Errors
    /// [`SubmitError::UnknownPipeline`], or what the queue says.
    pub async fn submit(&self, submission: Submission) -> Result<Submitted, SubmitError> {
        self.submit_for(TenantId::local(), submission).await
    }

    /// The same for a tenant: jobs of others are not looked at.
    ///
    /// # Errors
    /// [`SubmitError::UnknownPipeline`], or what the queue says.
    pub async fn submit_for(
        &self,
        tenant: TenantId,
        submission: Submission,
    ) -> Result<Submitted, SubmitError> {
        self.submit_once(tenant, None, submission).await
    }

    /// The same for a request that its client named: asked again, it gets the job that it got before.
    ///
    /// # Errors
    /// [`SubmitError::UnknownPipeline`], or what the queue says; so [`QueueError::IdempotencyMismatch`] when that name was
    /// another request's.
    pub async fn submit_once(
        &self,
        tenant: TenantId,
        idempotency: Option<Idempotency>,
        submission: Submission,
    ) -> Result<Submitted, SubmitError> {
        let Some(info) = self.registry.info(&submission.pipeline) else {
            return Err(SubmitError::UnknownPipeline(submission.pipeline));
        };
        let job = NewJob {
            id: JobId::from_parts(wall_clock_millis(), fastrand::u64(..)),
            tenant,
            key: job_key(info.name, info.version, &submission.params, &submission.sources),
            pipeline: submission.pipeline,
            version: info.version,
            params: submission.params,
            sources: submission.sources,
            priority: submission.priority,
            idempotency,
        };
        let submitted = self.queue.submit(job).await?;
        self.tell_change();
        Ok(submitted)
    }
}

/// SHA-256 (hex) of the canonical JSON of all that decides the result. `serde_json` keeps the keys of an object
/// sorted, which makes its text canonical.
pub fn job_key(pipeline: &str, version: u32, params: &Value, sources: &[Source]) -> JobKey {
    let text =
        json!({"pipeline": pipeline, "version": version, "params": params, "sources": sources}).to_string();
    JobKey::new(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Used for the name of a job only; nothing is compared with it.
fn wall_clock_millis() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |duration| duration.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_does_not_depend_on_the_order_of_params() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        assert_eq!(job_key("p", 1, &one, &[]), job_key("p", 1, &other, &[]));
        assert_ne!(job_key("p", 1, &one, &[]), job_key("p", 2, &one, &[]));
    }
}

//! A result of a job.

use reel_types::{Artifact, JobId};
use serde::Serialize;
use utoipa::ToSchema;

use super::API;

/// A file that a job made.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Artifact)]
pub(crate) struct ArtifactView {
    /// The job that made it.
    job_id: String,
    /// Its name within the job.
    name: String,
    /// Its size in bytes.
    size: u64,
    /// SHA-256 of its bytes, hex.
    sha256: String,
    /// Its media type.
    mime: String,
    /// Where it is, from the root of this server.
    url: String,
}

impl ArtifactView {
    /// Where it is, from the root of this server.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn of(job: &JobId, artifact: &Artifact) -> Self {
        Self {
            job_id: job.to_string(),
            name: artifact.name.clone(),
            size: artifact.size_bytes,
            sha256: artifact.sha256.clone(),
            mime: artifact.mime.clone(),
            url: Self::path(job, artifact),
        }
    }

    /// Where a result is, from the root of this server.
    pub(crate) fn path(job: &JobId, artifact: &Artifact) -> String {
        // A name is letters, digits, `.`, `_`, `-` and `/`: nothing to escape.
        format!("{API}/jobs/{job}/artifacts/{}", artifact.name)
    }
}

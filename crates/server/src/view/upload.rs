//! A file that somebody sent.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::catalog::Upload;

/// A file that somebody sent.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Video)]
pub(crate) struct UploadView {
    /// Its name here.
    pub(crate) id: String,
    /// What its owner calls it.
    filename: String,
    /// Its size in bytes.
    size: u64,
    /// SHA-256 of its bytes, hex.
    sha256: String,
    /// Its media type, as far as known.
    mime: String,
    /// When it was stored, milliseconds since 1970.
    created_at_millis: i64,
    /// Duration, size, codecs; null when it is no media.
    metadata: Value,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        Self {
            id: upload.id,
            filename: upload.filename,
            size: upload.size_bytes,
            sha256: upload.sha256,
            mime: upload.mime,
            created_at_millis: upload.created_at,
            metadata: upload.metadata,
        }
    }
}

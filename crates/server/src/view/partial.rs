//! A file that somebody sends in pieces.

use serde::Serialize;
use utoipa::ToSchema;

use super::UploadView;
use crate::tus::Standing;

/// A file that somebody sends in pieces.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = ResumableUpload)]
pub(crate) struct PartialView {
    /// Its name here.
    id: String,
    /// What its owner calls it.
    filename: String,
    /// How many bytes it will have.
    size: u64,
    /// So many of them are on the disk.
    offset: u64,
    /// When it is forgotten unless more come, milliseconds since 1970; null once it is whole.
    expires_at_millis: Option<i64>,
    /// The file, once it is whole; null before.
    video: Option<UploadView>,
}

impl From<Standing> for PartialView {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Partial(partial) => Self {
                id: partial.id,
                filename: partial.filename,
                size: partial.size_bytes,
                offset: partial.offset_bytes,
                expires_at_millis: Some(partial.expires_at),
                video: None,
            },
            Standing::Whole(upload) => Self {
                id: upload.id.clone(),
                filename: upload.filename.clone(),
                size: upload.size_bytes,
                offset: upload.size_bytes,
                expires_at_millis: None,
                video: Some(upload.into()),
            },
        }
    }
}

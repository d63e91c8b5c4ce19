//! A video for sites: cells of grey, through an encoder.

use reel_engine::{Assembled, Output, Part, RunContext, RunError};
use reel_media::Ffmpeg;
use reel_types::FailureKind;

use super::facts::Facts;
use super::plan::Chunk;
use crate::params::PackParams;

pub(super) fn run(
    _ffmpeg: &Ffmpeg,
    _facts: &Facts,
    _chunk: &Chunk,
    _cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    Err(RunError::failed(FailureKind::Usage, "the profile share is not there yet"))
}

pub(super) fn assemble(
    _params: &PackParams,
    _facts: &Facts,
    _parts: &[Part<Chunk>],
    _cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    Err(RunError::failed(FailureKind::Usage, "the profile share is not there yet"))
}

//! The packets of one stream as `ffprobe` lists them.

use std::path::Path;

use reel_types::CancelToken;
use reel_types::time::Rational;

use crate::error::MediaError;
use crate::tools::Ffmpeg;

#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) pts: Option<i64>,
    pub(super) duration: i64,
    pub(super) key: bool,
    pub(super) discard: bool,
    pub(super) corrupt: bool,
}

pub(super) struct Packets {
    pub(super) time_base: Rational,
    pub(super) packets: Vec<Packet>,
}

pub(super) fn read(
    _ffmpeg: &Ffmpeg,
    path: &Path,
    _stream_index: u32,
    _cancel: &CancelToken,
) -> Result<Packets, MediaError> {
    Err(MediaError::Damaged { path: path.to_owned(), detail: "it has no packet".to_owned() })
}

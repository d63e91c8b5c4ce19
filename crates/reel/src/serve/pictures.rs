//! The pictures of an AVI whose pictures are JPEGs, as those of a packed file are, one by one.

use std::fs::File;
use std::path::Path;

use reel_pack::avi::{AviError, AviReader, FrameSpan};
use reel_pack::frame::{Frame, FrameKind, parse_frame};
use reel_pack::jpeg::read_app9;
use reel_server::{Picture, Pictures, Unseen};

/// The coding whose pictures are JPEGs.
const CODEC: &str = "MJPG";
/// Largest picture that is handed out.
const BYTES_MAX: u32 = 64 << 20;
/// Bytes of a picture that hold the copy of its frame's header.
const HEAD_BYTES: u32 = 8192;

/// A stretch of its pictures.
///
/// # Errors
/// [`Unseen`].
pub(super) fn list(path: &Path, first: u64, count_max: u32) -> Result<Pictures, Unseen> {
    let avi = open(path)?;
    let size = avi.size();
    let mut listed = Vec::new();
    let file = File::open(path).map_err(|error| Unseen::Failed(error.to_string()))?;
    let mut head = Vec::new();
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    for (number, span) in avi.frames().iter().enumerate().skip(skipped).take(count_max as usize) {
        let start = FrameSpan { len: span.len.min(HEAD_BYTES), ..*span };
        let frame = match start.read(&file, &mut head) {
            Ok(()) => read_app9(&head).and_then(|header| parse_frame(header).ok()),
            Err(_) => None,
        };
        listed.push(Picture {
            number: number as u64,
            bytes: span.len.into(),
            kind: frame.as_ref().map(|frame| word(frame.header.kind)),
            told: frame.as_ref().map(told),
        });
    }
    Ok(Pictures {
        count: avi.frame_count() as u64,
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        per_sec: avi.fps().map(|fps| fps.as_f64()),
        listed,
    })
}

/// One of its pictures, as it stands there.
///
/// # Errors
/// [`Unseen`].
pub(super) fn one(path: &Path, number: u64) -> Result<Vec<u8>, Unseen> {
    let avi = open(path)?;
    let mut jpeg = Vec::new();
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    let span = avi.frames().get(index).ok_or(Unseen::NoPicture { count: avi.frame_count() as u64 })?;
    if span.len > BYTES_MAX {
        return Err(Unseen::NotThis);
    }
    avi.read(index, &mut jpeg).map_err(|error| Unseen::Failed(error.to_string()))?;
    // Whatever else stands there is not called a picture.
    if jpeg.starts_with(&[0xFF, 0xD8]) { Ok(jpeg) } else { Err(Unseen::NotThis) }
}

fn open(path: &Path) -> Result<AviReader, Unseen> {
    let avi = AviReader::open(path).map_err(|error| match error {
        AviError::Read(error) => Unseen::Failed(error.to_string()),
        _ => Unseen::NotThis,
    })?;
    let is_jpeg = avi.codec().is_some_and(|codec| codec.eq_ignore_ascii_case(CODEC));
    if is_jpeg { Ok(avi) } else { Err(Unseen::NotThis) }
}

fn word(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Data => "data",
        FrameKind::Title => "title",
        FrameKind::Calibration => "calibration",
        FrameKind::Sync => "sync",
    }
}

/// What a frame of ours says of itself.
fn told(frame: &Frame<'_>) -> String {
    let number = frame.header.frame_number;
    let blocks = frame.runs.iter().map(|run| run.block.index);
    let metadata = if frame.metadata.is_empty() { "" } else { "; holds the metadata" };
    match (blocks.clone().min(), blocks.max()) {
        (Some(first), Some(last)) => {
            let symbols = frame.announced_count();
            let blocks =
                if first == last { format!("block {first}") } else { format!("blocks {first} to {last}") };
            format!("frame {number}: {symbols} symbols of {blocks}{metadata}")
        }
        _ => format!("frame {number}{metadata}"),
    }
}

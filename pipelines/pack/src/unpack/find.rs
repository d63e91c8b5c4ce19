//! Which sort of packed video a file is, found from its pictures alone.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use reel_engine::RunError;
use reel_media::formats::{Container, sniff};
use reel_media::probe::VideoCodec;
use reel_media::{Ffmpeg, OnDemand, ProbeLimits, probe};
use reel_types::{CancelToken, shown};

use super::facts::{Picture, Video, input};
use super::remux::pictures;
use crate::avi::{AviReader, FrameSpan};
use crate::cells;
use crate::collect::identify;
use crate::frame::{FileId, Metadata, parse_frame};
use crate::jpeg::read_app9;
use crate::picture::BodyReader;
use crate::pixels::{self, media_error};

/// Pictures that are looked at for one that says what this is.
const LOOK_PICTURES: usize = 64;
/// Pictures that are looked at for cells of colour.
const LOOK_CELLS: usize = 64;
/// Bytes of a picture that hold the copy of its header.
const HEAD_BYTES: u32 = 8192;

/// A packed video.
pub(super) struct Found {
    pub(super) file_id: FileId,
    pub(super) symbol_bytes: u16,
    pub(super) metadata: Metadata,
    pub(super) video: Video,
}

/// Finds out. With `whole`, every picture of an AVI is listed.
pub(super) fn find(
    ffmpeg: &OnDemand,
    path: &Path,
    whole: bool,
    cancel: &CancelToken,
) -> Result<Found, RunError> {
    // An AVI that lost its beginning is no AVI by its first bytes, so this is tried on every file.
    if let Some(found) = in_avi(path, whole, cancel)? {
        return Ok(found);
    }
    let container = sniff(path).map_err(media_error)?;
    let ffmpeg = ffmpeg.get().map_err(media_error)?;
    let media = probe(ffmpeg, path, &ProbeLimits::default(), cancel).map_err(media_error)?;
    let video = media.main_video().ok_or_else(|| not_ours(path, "it has no pictures"))?;
    if video.codec == VideoCodec::Mjpeg && container != Container::MpegTs {
        let (mut body, mut reader) = (Vec::new(), BodyReader::default());
        let mut said = None;
        let mut looked = 0;
        pictures(ffmpeg, path, video.index, cancel, |jpeg| {
            said = reader.read(jpeg, &mut body).ok().and_then(|_| identify(&body));
            looked += 1;
            Ok(said.is_none() && looked < LOOK_PICTURES)
        })?;
        if let Some((file_id, symbol_bytes, metadata)) = said {
            return Ok(Found { file_id, symbol_bytes, metadata, video: Video::Remuxed });
        }
    }
    // A few pictures tell cells of colour, which have a card for a second; waves of grey take many.
    match in_cells(ffmpeg, path, LOOK_CELLS, cancel)? {
        Some(found) => Ok(found),
        None => in_pixels(ffmpeg, path, cancel),
    }
}

fn in_avi(path: &Path, whole: bool, cancel: &CancelToken) -> Result<Option<Found>, RunError> {
    let Ok(reader) = AviReader::open(path) else { return Ok(None) };
    let (mut jpeg, mut body, mut bodies) = (Vec::new(), Vec::new(), BodyReader::default());
    let mut said = None;
    for index in 0..reader.frame_count().min(LOOK_PICTURES) {
        if reader.read(index, &mut jpeg).is_err() || bodies.read(&jpeg, &mut body).is_err() {
            continue;
        }
        said = identify(&body);
        if said.is_some() {
            break;
        }
    }
    let Some((file_id, symbol_bytes, metadata)) = said else { return Ok(None) };
    let file = File::open(path).map_err(RunError::internal)?;
    let mut list = Vec::new();
    if whole {
        for span in reader.frames() {
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            list.push(Picture { offset: span.offset, bytes: span.len, blocks: blocks_of(&file, *span) });
        }
    }
    Ok(Some(Found { file_id, symbol_bytes, metadata, video: Video::Avi(list) }))
}

/// The blocks of a picture, from the copy of its header; nothing when that is not there.
fn blocks_of(file: &File, span: FrameSpan) -> Option<(u32, u32)> {
    let mut head = vec![0; span.len.min(HEAD_BYTES) as usize];
    file.read_exact_at(&mut head, span.offset).ok()?;
    let frame = parse_frame(read_app9(&head)?).ok()?;
    let blocks = || frame.runs.iter().map(|run| run.block.index);
    // A card has none: an empty range.
    Some((blocks().min().unwrap_or(u32::MAX), blocks().max().unwrap_or(0)))
}

/// The same in cells of colour.
fn in_cells(
    ffmpeg: &Ffmpeg,
    path: &Path,
    look: usize,
    cancel: &CancelToken,
) -> Result<Option<Found>, RunError> {
    let (mut said, mut looked) = (None, 0);
    let read = cells::read(ffmpeg, path, 1, cancel, &|| (), |body| {
        looked += 1;
        said = said.take().or_else(|| identify(body?));
        Ok(said.is_none() && looked < look)
    });
    read?;
    Ok(said.map(|(file_id, symbol_bytes, metadata)| Found {
        file_id,
        symbol_bytes,
        metadata,
        video: Video::Cells,
    }))
}

/// Looks for a part that says what the whole is.
fn in_pixels(ffmpeg: &Ffmpeg, path: &Path, cancel: &CancelToken) -> Result<Found, RunError> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let mut said = None;
    pixels::read(ffmpeg, path, cores, cancel, &|| (), |part| {
        said = said.take().or_else(|| identify(part));
        Ok(said.is_none())
    })?;
    let (file_id, symbol_bytes, metadata) =
        said.ok_or_else(|| not_ours(path, "none of its pictures carries anything"))?;
    Ok(Found { file_id, symbol_bytes, metadata, video: Video::Pixels })
}

/// The sentence that says why there is nothing to unpack.
fn not_ours(path: &Path, why: &str) -> RunError {
    input(
        format!("{} was not made by reel pack, or was re-encoded since: {why}", shown(path)),
        "an archive video is lost when its pictures are encoded anew; a copy or a remux keeps it",
    )
}

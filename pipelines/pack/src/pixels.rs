//! The parts that the pictures of a `share` video carry, whatever a site made of them.

use std::path::Path;

use reel_engine::RunError;
use reel_kernels::{Place, RanOn};
use reel_media::raw::{FrameReader, FrameReaderSpec};
use reel_media::{Ffmpeg, MediaError, ProbeLimits, probe};
use reel_types::CancelToken;

use crate::share::{Demodulator, SoftFrame};

/// Pictures without anything in them before a video counts as an ordinary one.
const EMPTY_PICTURES_MAX: u32 = 300;

/// Hands each part that could be read to `take`, until that answers false. Ends early where nothing is found.
pub(crate) fn read(
    ffmpeg: &Ffmpeg,
    path: &Path,
    cores: u32,
    cancel: &CancelToken,
    beat: &dyn Fn(),
    take: impl FnMut(&[u8]) -> Result<bool, RunError>,
) -> Result<(), RunError> {
    read_on(Place::cpu(), ffmpeg, path, cores, cancel, beat, take).map(drop)
}

/// The same with cells measured on a device while that works; says what measured them, if there were any.
pub(crate) fn read_on(
    place: Place,
    ffmpeg: &Ffmpeg,
    path: &Path,
    cores: u32,
    cancel: &CancelToken,
    beat: &dyn Fn(),
    mut take: impl FnMut(&[u8]) -> Result<bool, RunError>,
) -> Result<Option<RanOn>, RunError> {
    let Some(mut reader) = open(ffmpeg, path, "yuv420p", cores, cancel)? else { return Ok(None) };
    let (width, height) = reader.size();
    let luma_bytes = width as usize * height as usize;
    let mut demodulator = Demodulator::on(place);
    let (mut picture, mut waiting, mut empty) = (Vec::new(), Vec::new(), 0);
    while reader.next_frame(&mut picture).map_err(media_error)?.is_some() {
        beat();
        let ready = demodulator.push(picture.get(..luma_bytes).unwrap_or_default(), width, height);
        empty = if ready.is_empty() { empty + 1 } else { 0 };
        if empty > EMPTY_PICTURES_MAX {
            return Ok(demodulator.ran_on());
        }
        waiting.extend(ready);
        if waiting.len() >= cores.max(1) as usize && !decode(std::mem::take(&mut waiting), &mut take)? {
            return Ok(demodulator.ran_on());
        }
    }
    waiting.extend(demodulator.finish());
    decode(waiting, &mut take)?;
    Ok(demodulator.ran_on())
}

/// Takes the errors out of some bodies, each on a thread of its own.
fn decode(
    frames: Vec<SoftFrame>,
    take: &mut impl FnMut(&[u8]) -> Result<bool, RunError>,
) -> Result<bool, RunError> {
    let received = std::thread::scope(|scope| {
        let decoding: Vec<_> = frames.into_iter().map(|frame| scope.spawn(|| frame.decode())).collect();
        decoding.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    for part in received.iter().flat_map(|received| received.parts.iter().flatten()) {
        if !take(part)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The pictures of the main video of a file, upright, in planes of `pix_fmt`; none where it has no video.
pub(crate) fn open(
    ffmpeg: &Ffmpeg,
    path: &Path,
    pix_fmt: &str,
    threads: u32,
    cancel: &CancelToken,
) -> Result<Option<FrameReader>, RunError> {
    let media = probe(ffmpeg, path, &ProbeLimits::default(), cancel).map_err(media_error)?;
    let Some(video) = media.main_video() else { return Ok(None) };
    let spec =
        FrameReaderSpec { threads, ..FrameReaderSpec::new(path, video.index, video.time_base, pix_fmt) };
    FrameReader::open(ffmpeg, &spec, cancel).map(Some).map_err(media_error)
}

pub(crate) fn media_error(error: MediaError) -> RunError {
    if error.is_cancelled() { RunError::Cancelled } else { RunError::Failed(error.failure()) }
}

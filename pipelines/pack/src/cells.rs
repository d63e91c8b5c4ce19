//! The bodies that decoded pictures of coloured cells carry.

use std::path::Path;

use reel_engine::RunError;
use reel_kernels::{Place, RanOn};
use reel_media::Ffmpeg;
use reel_types::CancelToken;

use crate::legacy::PictureReader;
use crate::pixels::{media_error, open};

/// Hands the body of each picture to `take`, nothing where it has none, until that answers false.
pub(crate) fn read(
    ffmpeg: &Ffmpeg,
    path: &Path,
    threads: u32,
    cancel: &CancelToken,
    beat: &dyn Fn(),
    take: impl FnMut(Option<&[u8]>) -> Result<bool, RunError>,
) -> Result<(), RunError> {
    read_on(Place::cpu(), ffmpeg, path, threads, cancel, beat, take).map(drop)
}

/// The same with cells averaged on a device while that works; says what averaged them, if there were any.
pub(crate) fn read_on(
    place: Place,
    ffmpeg: &Ffmpeg,
    path: &Path,
    threads: u32,
    cancel: &CancelToken,
    beat: &dyn Fn(),
    mut take: impl FnMut(Option<&[u8]>) -> Result<bool, RunError>,
) -> Result<Option<RanOn>, RunError> {
    let Some(mut reader) = open(ffmpeg, path, "yuv444p", threads, cancel)? else { return Ok(None) };
    let (width, height) = reader.size();
    let plane_bytes = width as usize * height as usize;
    let mut pictures = PictureReader::on(place);
    let (mut picture, mut body) = (Vec::new(), Vec::new());
    while reader.next_frame(&mut picture).map_err(media_error)?.is_some() {
        beat();
        let plane = |number: usize| picture.get(number * plane_bytes..(number + 1) * plane_bytes);
        let planes = [0, 1, 2].map(|number| plane(number).unwrap_or_default());
        let read = pictures.read_planes(planes, width, height, &mut body);
        if !take(read.map(|()| body.as_slice()))? {
            break;
        }
    }
    Ok(pictures.ran_on().cloned())
}

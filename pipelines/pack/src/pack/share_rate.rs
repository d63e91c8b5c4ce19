//! How many bytes a picture of a video for sites takes: measured on a few, since only the encoder knows.

use reel_engine::{RunContext, RunError};
use reel_media::Ffmpeg;
use reel_media::raw::FrameWriter;

use super::plan;
use super::share::{media_error, spec};
use crate::params::PackParams;
use crate::share::{FrameTag, Modulator};

/// At least so many pictures are measured; the first of a video cost more than the rest.
const PICTURES_MIN: usize = 90;

/// Writes a video that carries nothing worth reading, and looks at its size. What a body holds is shuffled in any case, so all
/// bodies cost about the same.
pub(super) fn picture_bytes(
    ffmpeg: &Ffmpeg,
    params: &PackParams,
    cx: &RunContext<'_>,
) -> Result<f64, RunError> {
    let layout = plan::layout(params);
    let modulator = Modulator::new(layout).ok_or_else(|| RunError::internal("a layout without a name"))?;
    let out = cx.scratch().join("sample.mp4");
    let spec = spec(&layout, plan::fps(params), cx, &out);
    let mut writer = FrameWriter::create(ffmpeg, &spec, cx.cancel()).map_err(media_error)?;
    let mut pictures = 0;
    for number in 0..PICTURES_MIN.div_ceil(layout.pictures_per_body()) as u32 {
        let body = vec![0; layout.body_bytes()];
        let shown = modulator.pictures(FrameTag { file: 0, number }, &body);
        for luma in shown.ok_or_else(|| RunError::internal("a sample that cannot be numbered"))? {
            let mut picture = luma;
            picture.resize(picture.len() + picture.len() / 2, 128);
            for _ in 0..layout.hold {
                writer.write_frame(pictures, &picture).map_err(media_error)?;
                pictures += 1;
            }
        }
    }
    writer.finish().map_err(media_error)?;
    let bytes = std::fs::metadata(&out).map_err(RunError::internal)?.len();
    // Best effort: the folder goes away anyway.
    let _ = std::fs::remove_file(&out);
    Ok(bytes as f64 / pictures.max(1) as f64)
}

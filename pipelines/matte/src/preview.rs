//! Nine frames of a film on a checkerboard: what will come of it, within seconds.

use reel_engine::{Output, RunContext, RunError};
use reel_media::Ffmpeg;
use reel_media::raw::{FrameReader, FrameReaderSpec, FrameWriter, FrameWriterSpec};
use reel_types::FailureKind;
use reel_types::time::{Rational, Timestamp};

use crate::backdrop::lay_over;
use crate::backend::{self, Networks};
use crate::chunk::{PREVIEW, PreviewChunk};
use crate::edge::Edge;
use crate::failure::run_error;
use crate::look::Look;
use crate::patience::Patience;
use crate::picture::{Matted, Picture};
use crate::resize::resized;

/// Frames on a sheet, side by side and above each other.
pub(crate) const SIDE: usize = 3;
/// Pixels of the longer side of a frame on the sheet.
const CELL_PIXELS: usize = 480;
/// Pixels between frames.
const GAP_PIXELS: usize = 8;
/// Pixels of a field of the checkerboard, on the sheet.
const FIELD_PIXELS: usize = 12;
const LIGHT: u8 = 210;
const DARK: u8 = 150;

/// Makes the sheet.
pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    networks: &Networks,
    patience: &Patience,
    chunk: &PreviewChunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let look = &chunk.film.look;
    let edge = Edge::new(look, None);
    let mut cells = Vec::new();
    for (index, ticks) in chunk.ticks.iter().enumerate() {
        // A film that does not decode somewhere has a sheet with a hole.
        if let Some(matted) = one(ffmpeg, networks, patience, chunk, *ticks, &edge, cx)? {
            cells.push(cell(look, &matted));
        }
        cx.progress(index as u64 + 1, chunk.ticks.len() as u64);
    }
    if cells.is_empty() {
        return Err(RunError::failed(FailureKind::Damaged, "none of the frames for the preview decodes"));
    }
    let sheet = sheet(&cells);
    let out = cx.scratch().join(PREVIEW);
    let mut args: Vec<String> = ["-frames:v", "1", "-c:v", "png", "-pix_fmt", "rgb24", "-f", "image2pipe"]
        .map(str::to_owned)
        .to_vec();
    args.splice(0..0, look.colour_args());
    let spec = FrameWriterSpec {
        width: sheet.width() as u32,
        height: sheet.height() as u32,
        pix_fmt: "yuv420p".to_owned(),
        time_base: Rational { num: 1, den: 1 },
        sample_aspect: look.sample_aspect,
        more_inputs: Vec::new(),
        encoder_args: args.into_iter().map(Into::into).collect(),
        stall_timeout: patience.encode,
        out: out.clone(),
    };
    let mut writer = FrameWriter::create(ffmpeg, &spec, cx.cancel()).map_err(run_error)?;
    writer.write_frame(0, sheet.samples()).map_err(run_error)?;
    writer.finish().map_err(run_error)?;
    Ok(vec![Output::file(PREVIEW, "image/png", out)])
}

/// The frame at this time, cut out; nothing where none decodes.
fn one(
    ffmpeg: &Ffmpeg,
    networks: &Networks,
    patience: &Patience,
    chunk: &PreviewChunk,
    ticks: i64,
    edge: &Edge,
    cx: &RunContext<'_>,
) -> Result<Option<Matted>, RunError> {
    let (film, look) = (&chunk.film, &chunk.film.look);
    let mut backend = backend::open(networks, look, patience, cx)?;
    let at = |ticks: i64| Timestamp::new(ticks, film.tick);
    let spec = FrameReaderSpec {
        size: Some((look.width, look.height)),
        start: Some(at(ticks)).filter(|start| start.ticks > film.first_ticks || film.read_ticks.is_some()),
        threads: look.threads,
        filters: look.filters.clone(),
        tolerant: true,
        stall_timeout: patience.decode,
        ..FrameReaderSpec::new(cx.source(0)?, film.stream_index, film.tick, "yuv420p")
    };
    let mut reader = match FrameReader::open(ffmpeg, &spec, cx.cancel()).map_err(run_error) {
        Ok(reader) => reader,
        Err(RunError::Failed(failure)) if failure.kind == FailureKind::Damaged => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut last = None;
    for _ in 0..=chunk.warm_up {
        let mut samples = Vec::new();
        if reader.next_frame(&mut samples).map_err(run_error)?.is_none() {
            break;
        }
        let Some(picture) = Picture::from_samples(look.width as usize, look.height as usize, samples) else {
            break;
        };
        let eyes = look.eyes.split(picture);
        let finishes = backend.guess(&eyes.rows)?;
        last = Some((eyes, finishes));
    }
    reader.finish().map_err(run_error)?;
    Ok(last.map(|(eyes, finishes)| {
        let mut finishes = finishes.into_iter();
        eyes.finish(|_, picture| match finishes.next() {
            Some(finish) => edge.finish(picture, finish),
            None => Matted { alpha: vec![0; picture.width() * picture.height()], picture },
        })
    }))
}

/// A frame on a checkerboard, as small as it is on the sheet.
fn cell(look: &Look, matted: &Matted) -> Picture {
    let (width, height) = (matted.picture.width(), matted.picture.height());
    let scale = (CELL_PIXELS as f64 / width.max(height) as f64).min(1.0);
    let side = |pixels: usize| ((pixels as f64 * scale / 2.0).round() as usize * 2).max(2);
    let (small_width, small_height) = (side(width), side(height));
    let mut small = Matted {
        picture: Picture::black(small_width, small_height),
        alpha: shrunk(&matted.alpha, (width, height), (small_width, small_height)),
    };
    let sizes = [(width, height), matted.picture.chroma_size(), matted.picture.chroma_size()];
    let small_sizes = [(small_width, small_height), small.picture.chroma_size(), small.picture.chroma_size()];
    for (index, plane) in small.picture.planes_mut().into_iter().enumerate() {
        plane.copy_from_slice(&shrunk(matted.picture.planes()[index], sizes[index], small_sizes[index]));
    }
    let mut board = Picture::black(small_width, small_height);
    let [light, dark] = [LIGHT, DARK].map(|grey| look.space.ycbcr_from_rgb([f32::from(grey) / 255.0; 3])[0]);
    for (y, row) in board.planes_mut()[0].chunks_exact_mut(small_width).enumerate() {
        for (x, luma) in row.iter_mut().enumerate() {
            *luma = if (x / FIELD_PIXELS + y / FIELD_PIXELS).is_multiple_of(2) { light } else { dark };
        }
    }
    lay_over(&mut small, &board);
    small.picture
}

fn shrunk(plane: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let floats: Vec<f32> = plane.iter().copied().map(f32::from).collect();
    resized(&floats, from, to).into_iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect()
}

/// All frames on one picture, row by row.
fn sheet(cells: &[Picture]) -> Picture {
    let (width, height) = cells.first().map_or((2, 2), |cell| (cell.width(), cell.height()));
    let columns = cells.len().min(SIDE);
    let rows = cells.len().div_ceil(SIDE);
    let mut sheet = Picture::black(
        columns * (width + GAP_PIXELS) + GAP_PIXELS,
        rows * (height + GAP_PIXELS) + GAP_PIXELS,
    );
    let sheet_width = sheet.width();
    for (index, cell) in cells.iter().enumerate() {
        let left = index % SIDE * (width + GAP_PIXELS) + GAP_PIXELS;
        let top = index / SIDE * (height + GAP_PIXELS) + GAP_PIXELS;
        for (plane, (into, from)) in sheet.planes_mut().into_iter().zip(cell.planes()).enumerate() {
            let half = usize::from(plane > 0) + 1;
            let (row, whole_row) = (width / half, sheet_width / half);
            for (y, line) in from.chunks_exact(row).enumerate() {
                let at = (top / half + y) * whole_row + left / half;
                into[at..at + row].copy_from_slice(line);
            }
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stand_beside_and_above_each_other() {
        let cell = |luma: u8| {
            let mut cell = Picture::black(4, 2);
            cell.planes_mut()[0].fill(luma);
            cell
        };
        let sheet = sheet(&[cell(50), cell(60), cell(70), cell(80)]);
        assert_eq!((sheet.width(), sheet.height()), (3 * 12 + 8, 2 * 10 + 8));
        let at = |x: usize, y: usize| sheet.luma()[y * sheet.width() + x];
        assert_eq!([at(8, 8), at(20, 8), at(32, 9), at(11, 18), at(20, 18)], [50, 60, 70, 80, 16]);
    }
}

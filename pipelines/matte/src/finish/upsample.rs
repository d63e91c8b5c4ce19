//! Masks of a few views to one alpha at full size, by the colours of each pixel.

use super::model::{BELIEF, Cell, MASK, OFFSET, WEIGHTS, cells};
use crate::picture::Picture;
use crate::selfie::{AREA, Guess, Part, Rect, SIDE, Sample};

/// What a line of colours gives within this share of its ends is its end: noise does not make somebody transparent.
const LINE_ENDS: f32 = 0.15;
/// The same for what is written.
const ENDS: f32 = 0.05;

/// 255 is somebody, 0 is nobody; both exactly, away from edges. Parts that are not of this picture are left out.
pub(super) fn alpha_from_guess(picture: &Picture, guess: &Guess) -> Vec<u8> {
    let mut alpha = vec![0; picture.width() * picture.height()];
    let frame = Rect::whole(picture.width(), picture.height());
    for part in guess.parts.iter().filter(|part| is_whole(part, &frame)) {
        draw(picture, part, &mut alpha);
    }
    alpha
}

/// Whether a part is of this picture, and all there.
fn is_whole(part: &Part, frame: &Rect) -> bool {
    let Sample { luma, cb, cr } = &part.sample;
    !part.view.is_empty()
        && part.view.intersect(frame) == part.view
        && [&part.mask, luma, cb, cr].into_iter().all(|plane| plane.len() == AREA)
}

/// For each pixel of a length: the cell before it, and how far it is on the way to the next.
fn places(length: usize) -> Vec<(usize, f32)> {
    let scale = SIDE as f32 / length as f32;
    let place = |pixel: usize| {
        let place = ((pixel as f32 + 0.5) * scale - 0.5).clamp(0.0, (SIDE - 1) as f32);
        let cell = (place as usize).min(SIDE - 2);
        (cell, place - cell as f32)
    };
    (0..length).map(place).collect()
}

fn draw(picture: &Picture, part: &Part, alpha: &mut [u8]) {
    let view = &part.view;
    let cells = cells(part);
    let columns = places(view.width() as usize);
    let runs = runs(&columns);
    let busy: Vec<_> = cells.chunks_exact(SIDE).map(busy).collect();
    let mut line = vec![Cell::default(); SIDE];
    for (row, (cell_row, down)) in places(view.height() as usize).into_iter().enumerate() {
        let (first, past) =
            (busy[cell_row].0.min(busy[cell_row + 1].0), busy[cell_row].1.max(busy[cell_row + 1].1));
        if first >= past {
            continue;
        }
        let upper = &cells[cell_row * SIDE..][first..past];
        let lower = &cells[(cell_row + 1) * SIDE..][first..past];
        let mixed = line[first..past].as_flattened_mut().iter_mut();
        for ((line, upper), lower) in mixed.zip(upper.as_flattened()).zip(lower.as_flattened()) {
            *line = upper + (lower - upper) * down;
        }
        let y = view.top as usize + row;
        let start = y * picture.width() + view.left as usize;
        let Some(out) = alpha.get_mut(start..start + columns.len()) else { return };
        let colours = ColourRow::new(picture, y);
        for (cell, range) in runs.iter().filter(|(cell, _)| *cell >= first && *cell + 1 < past) {
            let (left, right) = (&line[*cell], &line[*cell + 1]);
            let out = &mut out[range.clone()];
            if left[BELIEF] == 0.0 && right[BELIEF] == 0.0 && left[MASK] == right[MASK] {
                // Most of a picture: nobody, or the inside of somebody.
                let value = ended(left[MASK]);
                if value > 0 {
                    out.iter_mut().for_each(|out| *out = (*out).max(value));
                }
                continue;
            }
            let colours = colours.slice(view.left as usize + range.start, range.len());
            for (((_, across), colour), out) in columns[range.clone()].iter().zip(colours).zip(out) {
                let cell: Cell =
                    std::array::from_fn(|index| left[index] + (right[index] - left[index]) * across);
                let by_colour = cell[OFFSET]
                    + cell[WEIGHTS] * colour[0]
                    + cell[WEIGHTS + 1] * colour[1]
                    + cell[WEIGHTS + 2] * colour[2];
                let by_colour = ((by_colour - LINE_ENDS) / (1.0 - 2.0 * LINE_ENDS)).clamp(0.0, 1.0);
                let value = cell[MASK] + (by_colour - cell[MASK]) * cell[BELIEF];
                *out = (*out).max(ended(value));
            }
        }
    }
}

/// The columns of a row of cells where there is anything, with one more on each side.
fn busy(cells: &[Cell]) -> (usize, usize) {
    let is_busy = |cell: &Cell| cell[MASK] > 0.0 || cell[BELIEF] > 0.0;
    match (cells.iter().position(is_busy), cells.iter().rposition(is_busy)) {
        (Some(first), Some(last)) => (first.saturating_sub(1), (last + 2).min(SIDE)),
        _ => (SIDE, 0),
    }
}

/// The pixels between each two cells.
fn runs(columns: &[(usize, f32)]) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut runs: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for (pixel, (cell, _)) in columns.iter().enumerate() {
        match runs.last_mut() {
            Some((last, range)) if last == cell => range.end = pixel + 1,
            _ => runs.push((*cell, pixel..pixel + 1)),
        }
    }
    runs
}

#[inline]
fn ended(alpha: f32) -> u8 {
    (((alpha - ENDS) / (1.0 - 2.0 * ENDS)).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// One row of pixels, with colours interpolated between their coarser rows where they are asked for.
struct ColourRow<'a> {
    luma: &'a [u8],
    near: [&'a [u8]; 2],
    far: [&'a [u8]; 2],
}

impl<'a> ColourRow<'a> {
    fn new(picture: &'a Picture, y: usize) -> Self {
        let (width, height) = picture.chroma_size();
        let [luma, cb, cr] = picture.planes();
        let near = (y / 2).min(height - 1);
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(height - 1) };
        let row = |plane: &'a [u8], row: usize| &plane[row * width..(row + 1) * width];
        Self {
            luma: &luma[y * picture.width()..(y + 1) * picture.width()],
            near: [row(cb, near), row(cr, near)],
            far: [row(cb, far), row(cr, far)],
        }
    }

    /// Luma, Cb and Cr of so many pixels from `x` on.
    fn slice(&self, x: usize, count: usize) -> impl Iterator<Item = [f32; 3]> {
        self.luma[x..x + count].iter().enumerate().map(move |(index, luma)| {
            let x = x + index;
            let column = x / 2;
            let beside = if x.is_multiple_of(2) {
                column.saturating_sub(1)
            } else {
                (column + 1).min(self.near[0].len() - 1)
            };
            let chroma = |index: usize| {
                let (near, far) = (self.near[index], self.far[index]);
                let sum = 9 * u16::from(near[column])
                    + 3 * (u16::from(near[beside]) + u16::from(far[column]))
                    + u16::from(far[beside]);
                f32::from(sum) / 16.0
            };
            [f32::from(*luma), chroma(0), chroma(1)]
        })
    }
}

//! How colours tell somebody from what is behind, for each place of a mask.
//!
//! Around each cell the mean colours of sure foreground and of sure background are taken. A pixel's alpha is where it lies on the line
//! from the one to the other. How far that is believed depends on how far the two are apart, in comparison to how much each
//! spreads; where it is not, the mask itself counts. Only cells near the mask's edge are believed at all.

use super::grid::{blurred, dilated, eroded};
use crate::selfie::{AREA, Part, SIDE};

/// The side of the grid of mean colours: they change slowly.
const HALF: usize = SIDE / 2;
const SURE_FOREGROUND: u8 = 230;
const SURE_BACKGROUND: u8 = 25;
/// Colour counts more than luma: shadows fall on both sides of an edge.
const CHROMA_WEIGHT: f32 = 2.0;
/// Cells of the half grid over which colours are averaged, twice.
const AVERAGE_REACH: usize = 2;
/// Spread of colours that is always there: noise, rounding.
const SPREAD_MIN: f32 = 6e-4;
/// How many spreads foreground and background must lie apart to be believed by half.
const SPREADS_APART: f32 = 4.0;
/// Cells inside of the edge that may still become background.
const INNER_REACH: usize = 1;
/// Cells outside of the edge that may still become foreground: hair.
const OUTER_REACH: usize = 2;

/// What is believed less is not worth the time.
const BELIEF_MIN: f32 = 0.02;

/// What the finishing needs at one cell, as plain numbers so that rows of cells can be mixed at once.
pub(super) type Cell = [f32; 6];
/// The mask, 0 to 1.
pub(super) const MASK: usize = 0;
/// How far the line of colours is believed, 0 to 1.
pub(super) const BELIEF: usize = 1;
/// Alpha by the line: this for each of luma, Cb and Cr from 0 to 255 …
pub(super) const WEIGHTS: usize = 2;
/// … and one more.
pub(super) const OFFSET: usize = 5;

/// The cells of one part, row by row, [`SIDE`] in each.
pub(super) fn cells(part: &Part) -> Vec<Cell> {
    let lines = lines(part);
    let inner = eroded(&part.mask, SIDE, INNER_REACH);
    let outer = dilated(&part.mask, SIDE, OUTER_REACH);
    let edge: Vec<f32> = inner
        .iter()
        .zip(&outer)
        .map(|(inner, outer)| {
            ((1.0 - f32::from(*inner) / 255.0) * 2.0).min(1.0) * (f32::from(*outer) / 127.5).min(1.0)
        })
        .collect();
    let edge = smoothed(&edge);
    let mask = evened(&part.mask);
    let mut cells = vec![Cell::default(); AREA];
    for (row, cells) in cells.chunks_exact_mut(SIDE).enumerate() {
        for (column, cell) in cells.iter_mut().enumerate() {
            let at = row * SIDE + column;
            cell[MASK] = mask.get(at).copied().unwrap_or(0.0);
            if edge[at] > 0.0 {
                let [belief, luma, cb, cr, offset] = between(&lines, row, column);
                let belief = belief * edge[at];
                if belief >= BELIEF_MIN {
                    *cell = [cell[MASK], belief, luma, cb, cr, offset];
                }
            }
        }
    }
    cells
}

/// A line of colours at a cell of the half grid: belief, three weights, offset.
type Line = [f32; 5];

/// Sums over foreground, then over background: number, three colours, their squares together.
type Sums = [f32; 10];

fn lines(part: &Part) -> Vec<Line> {
    let mut sums: Vec<Sums> = vec![[0.0; 10]; HALF * HALF];
    let sample = &part.sample;
    let colours = sample.luma.iter().zip(&sample.cb).zip(&sample.cr);
    for (at, (mask, ((luma, cb), cr))) in part.mask.iter().zip(colours).enumerate().take(AREA) {
        let side = match *mask {
            SURE_FOREGROUND.. => 0,
            ..=SURE_BACKGROUND => 5,
            _ => continue,
        };
        let sums = &mut sums[(at / SIDE / 2) * HALF + at % SIDE / 2][side..side + 5];
        let colour = scaled([*luma, *cb, *cr]);
        sums[0] += 1.0;
        for (sum, value) in sums[1..].iter_mut().zip(colour) {
            *sum += value;
        }
        sums[4] += colour.iter().map(|value| value * value).sum::<f32>();
    }
    let area = ((2 * AVERAGE_REACH + 1) * (2 * AVERAGE_REACH + 1)) as f32;
    let blurred = blurred(&blurred(&sums, HALF, AVERAGE_REACH), HALF, AVERAGE_REACH);
    blurred.iter().map(|sums| line(sums, 4.0 * area * area)).collect()
}

fn scaled([luma, cb, cr]: [u8; 3]) -> [f32; 3] {
    [f32::from(luma) / 255.0, f32::from(cb) / 255.0 * CHROMA_WEIGHT, f32::from(cr) / 255.0 * CHROMA_WEIGHT]
}

/// From sums to the line between both means; `full` is the number when all cells are of one kind.
fn line(sums: &Sums, full: f32) -> Line {
    let mean = |sums: &[f32]| {
        let count = sums[0].max(1e-3);
        let mean = [sums[1] / count, sums[2] / count, sums[3] / count];
        let spread = sums[4] / count - mean.iter().map(|value| value * value).sum::<f32>();
        (mean, spread.max(0.0))
    };
    let (foreground, foreground_spread) = mean(&sums[..5]);
    let (background, background_spread) = mean(&sums[5..]);
    let apart: [f32; 3] = std::array::from_fn(|index| foreground[index] - background[index]);
    let distance: f32 = apart.iter().map(|value| value * value).sum();
    let is_known = (sums[0] / full * 30.0).min(1.0) * (sums[5] / full * 30.0).min(1.0);
    let spread = 0.5 * (foreground_spread + background_spread) + SPREAD_MIN;
    let weights = apart.map(|value| value / (distance + 1e-5));
    let offset = -weights.iter().zip(background).map(|(weight, value)| weight * value).sum::<f32>();
    let [luma, cb, cr] = weights;
    let belief = is_known * distance / (distance + SPREADS_APART * spread);
    [belief, luma / 255.0, cb * CHROMA_WEIGHT / 255.0, cr * CHROMA_WEIGHT / 255.0, offset]
}

/// The half grid at a cell of the whole one, bilinear.
fn between(lines: &[Line], row: usize, column: usize) -> Line {
    let place = |index: usize| {
        let place = (index as f32 + 0.5) / 2.0 - 0.5;
        let low = place.max(0.0) as usize;
        (low, (low + 1).min(HALF - 1), (place - low as f32).clamp(0.0, 1.0))
    };
    let ((top, bottom, down), (left, right, across)) = (place(row), place(column));
    let mix = |one: Line, other: Line, share: f32| -> Line {
        std::array::from_fn(|index| one[index] + (other[index] - one[index]) * share)
    };
    let at = |row: usize, column: usize| lines[row * HALF + column];
    mix(mix(at(top, left), at(top, right), across), mix(at(bottom, left), at(bottom, right), across), down)
}

/// Mean of 3 × 3 cells.
fn smoothed(plane: &[f32]) -> Vec<f32> {
    let cells: Vec<[f32; 1]> = plane.iter().map(|value| [*value]).collect();
    blurred(&cells, SIDE, 1).into_iter().map(|[value]| if value < 1e-4 { 0.0 } else { value / 9.0 }).collect()
}

/// The mask, 0 to 1, without the checks of every second row and column that a network's last layers leave.
fn evened(mask: &[u8]) -> Vec<f32> {
    let tent = |before: f32, at: f32, after: f32| (before + 2.0 * at + after) / 4.0;
    let across: Vec<f32> = mask
        .chunks_exact(SIDE)
        .flat_map(|row| {
            (0..SIDE).map(move |column| {
                let cell = |column: usize| f32::from(row[column]) / 255.0;
                tent(cell(column.saturating_sub(1)), cell(column), cell((column + 1).min(SIDE - 1)))
            })
        })
        .collect();
    let rows = across.len() / SIDE;
    let cell = |row: usize, column: usize| across[row * SIDE + column];
    (0..across.len())
        .map(|at| (at / SIDE, at % SIDE))
        .map(|(row, column)| {
            tent(
                cell(row.saturating_sub(1), column),
                cell(row, column),
                cell((row + 1).min(rows - 1), column),
            )
        })
        .collect()
}

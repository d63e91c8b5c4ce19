//! The colour of what is in front, without the screen that shines through and on it.

use super::distance::LIGHT_STEP;
use super::front::{FRONT_STEP, Front, TILE, Tile};
use super::grid::Grid;
use crate::picture::Picture;

/// Where less than this share is in front, the colour is taken from around: what is left after the screen is noise.
const SEEN: f32 = 0.5;
/// How much of the screen's hue another hue may hold, as a part of what lies across it: yellow is not spill.
const HUE: f32 = 0.4;

/// Turns the picture into the colours of the foreground; black where nothing of it is near.
pub(super) fn clean(
    picture: &mut Picture,
    light: &Grid,
    front: &Front,
    (shares, alpha): (&[u8], &[u8]),
    full_range: bool,
) {
    let (width, height) = (picture.width(), picture.height());
    let (across, down) = picture.chroma_size();
    let black = if full_range { 0 } else { 16 };
    let [luma, plane_cb, plane_cr] = picture.planes_mut();
    for y in 0..down {
        for column in 0..front.tiles_across {
            let (x, tile) = (column * TILE, front.tiles[y / TILE * front.tiles_across + column]);
            let line = y * across + x..y * across + (x + TILE).min(across);
            let pixels = |py: usize| py * width + 2 * x..py * width + (2 * (x + TILE)).min(width);
            let rows = 2 * y..(2 * y + 2).min(height);
            if tile == Tile::Empty {
                rows.for_each(|py| luma[pixels(py)].fill(black));
                plane_cb[line.clone()].fill(128);
                plane_cr[line].fill(128);
                continue;
            }
            let back = light.run::<LIGHT_STEP, TILE>(x, y);
            let (mut cb, mut cr) = (centred(&plane_cb[line.clone()]), centred(&plane_cr[line.clone()]));
            if tile == Tile::Mixed {
                let before = front.colour.run::<FRONT_STEP, TILE>(x, y);
                let (back_luma, front_luma) = (doubled(&back[0]), doubled(&before[0]));
                for (index, share) in shares[line.clone()].iter().enumerate() {
                    cb[index] = uncovered(cb[index], back[1][index], before[1][index], *share);
                    cr[index] = uncovered(cr[index], back[2][index], before[2][index], *share);
                }
                for py in rows {
                    let seen = luma[pixels(py)].iter_mut().zip(&alpha[pixels(py)]);
                    for ((luma, alpha), (back, before)) in seen.zip(back_luma.iter().zip(&front_luma)) {
                        let value = uncovered((*luma).into(), *back, *before, *alpha);
                        *luma = (value + 0.5).clamp(0.0, 255.0) as u8;
                    }
                }
            }
            despill(&mut cb, &mut cr, (back[1][TILE / 2], back[2][TILE / 2]));
            let rounded = |value: &f32| (value + 128.5).clamp(0.0, 255.0) as u8;
            plane_cb[line.clone()].iter_mut().zip(&cb).for_each(|(out, cb)| *out = rounded(cb));
            plane_cr[line].iter_mut().zip(&cr).for_each(|(out, cr)| *out = rounded(cr));
        }
    }
}

fn centred(line: &[u8]) -> [f32; TILE] {
    let mut out = [0.0; TILE];
    out.iter_mut().zip(line).for_each(|(out, value)| *out = f32::from(*value) - 128.0);
    out
}

/// Each place's value for its two pixels in a row.
fn doubled(places: &[f32; TILE]) -> [f32; 2 * TILE] {
    let mut out = [0.0; 2 * TILE];
    out.chunks_exact_mut(2).zip(places).for_each(|(pair, value)| pair.fill(*value));
    out
}

/// The front's part of a mixture; where little of it is seen, what is around counts more.
fn uncovered(seen: f32, back: f32, front: f32, share: u8) -> f32 {
    let share = f32::from(share) / 255.0;
    let trust = (share / SEEN).min(1.0);
    let own = back + (seen - back) / share.max(0.05);
    front + (own - front) * trust * trust
}

/// Colours with no more of the screen's hue than their own hue has.
fn despill(cb: &mut [f32; TILE], cr: &mut [f32; TILE], (back_cb, back_cr): (f32, f32)) {
    let strength = (back_cb * back_cb + back_cr * back_cr).sqrt().max(1.0);
    let (axis_cb, axis_cr) = (back_cb / strength, back_cr / strength);
    for (cb, cr) in cb.iter_mut().zip(cr) {
        let along = *cb * axis_cb + *cr * axis_cr;
        let across = (*cb * axis_cr - *cr * axis_cb).abs();
        let over = (along - HUE * across).max(0.0);
        *cb -= over * axis_cb;
        *cr -= over * axis_cr;
    }
}

//! How far the colour of each place is from the screen behind it.

use super::grid::Grid;
use super::planes::Planes;
use super::screen::Screen;

/// Places a cell of the screen's light.
pub(super) const LIGHT_STEP: usize = 16;
/// A distance as large as the screen's own colour.
pub(super) const ONE: f32 = 120.0;

/// The colour of the screen itself at every place, as if nobody stood before it: its light is seldom even.
pub(super) fn light(planes: &Planes<'_>, screen: Screen) -> Grid {
    let (width, height) = (planes.width, planes.height);
    let mut grid = Grid::new(width.div_ceil(LIGHT_STEP), height.div_ceil(LIGHT_STEP));
    let strength = screen.strength().max(1.0);
    let (cb_axis, cr_axis) = (screen.cb / strength, screen.cr / strength);
    let columns = grid.width;
    let mut sums = vec![[0.0_f32; 5]; columns];
    for (index, cells) in grid.cells.chunks_exact_mut(columns).enumerate() {
        sums.fill([0.0; 5]);
        // Every other row tells as much.
        for y in (index * LIGHT_STEP..((index + 1) * LIGHT_STEP).min(height)).step_by(2) {
            let row = y * width..(y + 1) * width;
            let luma = planes.luma[row.clone()].chunks(LIGHT_STEP);
            let colour = planes.cb[row.clone()].chunks(LIGHT_STEP).zip(planes.cr[row].chunks(LIGHT_STEP));
            for ((sum, luma), (cb, cr)) in sums.iter_mut().zip(luma).zip(colour) {
                for ((luma, cb), cr) in luma.iter().zip(cb).zip(cr) {
                    let (cb, cr) = (f32::from(*cb) - 128.0, f32::from(*cr) - 128.0);
                    let along = (cb * cb_axis + cr * cr_axis) / strength;
                    let beside = (cb * cr_axis - cr * cb_axis) / strength;
                    // Nothing of anybody: the hue of the screen, and not too weak for its light.
                    let fits = along > 0.4 && beside.abs() < 0.12 * along;
                    // The purest count most, or an edge would pull the cell to its middle.
                    let purity = along * along;
                    let weight = if fits { purity * purity * purity * purity } else { 0.0 };
                    let sample = [1.0, f32::from(*luma), cb, cr];
                    sum[4] += if fits { 1.0 } else { 0.0 };
                    sum.iter_mut().zip(sample).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        for (cell, [weight, luma, cb, cr, count]) in cells.iter_mut().zip(&sums) {
            if *weight > 0.0 {
                let known = count / 32.0;
                *cell = [known, luma / weight * known, cb / weight * known, cr / weight * known];
            }
        }
    }
    grid.fill([screen.luma, screen.cb, screen.cr]);
    grid
}

/// The distance of each place in units of the screen's own colour, times [`ONE`].
pub(super) fn distances(planes: &Planes<'_>, light: &Grid, out: &mut Vec<u8>) {
    let width = planes.width;
    out.resize(width * planes.height, 0);
    let rows = planes.cb.chunks_exact(width).zip(planes.cr.chunks_exact(width));
    for (y, (out, (cb, cr))) in out.chunks_exact_mut(width).zip(rows).enumerate() {
        let runs = out.chunks_mut(LIGHT_STEP).zip(cb.chunks(LIGHT_STEP).zip(cr.chunks(LIGHT_STEP)));
        for (index, (out, (cb, cr))) in runs.enumerate() {
            let [_, light_cb, light_cr] = light.run::<LIGHT_STEP, LIGHT_STEP>(index * LIGHT_STEP, y);
            // Its strength changes so slowly that one is enough for a run.
            let (cb_there, cr_there) = (light_cb[LIGHT_STEP / 2], light_cr[LIGHT_STEP / 2]);
            let scale = ONE * ONE / (cb_there * cb_there + cr_there * cr_there).max(1.0);
            let light = light_cb.iter().zip(&light_cr);
            for ((out, (cb, cr)), (light_cb, light_cr)) in out.iter_mut().zip(cb.iter().zip(cr)).zip(light) {
                let (dx, dy) = (f32::from(*cb) - 128.0 - light_cb, f32::from(*cr) - 128.0 - light_cr);
                *out = ((dx * dx + dy * dy) * scale).sqrt().min(255.0) as u8;
            }
        }
    }
}

/// The distance up to which a place is screen and noise: from how far most of the screen is from itself.
pub(super) fn noise(distances: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    distances.iter().step_by(3).for_each(|distance| counts[usize::from(*distance)] += 1);
    let near = &counts[..(0.2 * ONE) as usize];
    let half = near.iter().sum::<u32>() / 2;
    let mut below = 0;
    let median = near.iter().position(|count| {
        below += count;
        below > half
    });
    (2.5 * median.unwrap_or(0) as f32).clamp(0.03 * ONE, 0.15 * ONE)
}

//! The colour in front of each place of a tile: that of what lies deep in something beside it, else the grid's.

use super::front::{FRONT_STEP, Front, TILE};
use super::planes::Planes;

/// Places around one in which something deep is looked for: nothing is deep that is nearer to an edge than two of them.
const REACH: usize = 3;

/// Luma, Cb and Cr before each place of one row of a tile.
pub(super) type Fronts = [[f32; TILE]; 3];

/// One for each row of the tile at `left`, `upper`, which lies in the picture. The grid is smooth, and so tells what is between two
/// surfaces of different colours at neither of them.
pub(super) fn fronts(
    planes: &Planes<'_>,
    front: &Front,
    (inside, distances): (&[bool], &[u8]),
    (left, upper): (usize, usize),
    noise: f32,
) -> [Fronts; TILE] {
    let (width, height) = (planes.width, planes.height);
    std::array::from_fn(|row| {
        let y = (upper + row).min(height - 1);
        let mut out = front.colour.run::<FRONT_STEP, TILE>(left, y);
        for x in 0..TILE.min(width - left) {
            // Whoever is all there, or not at all, needs none.
            let at = y * width + left + x;
            if inside[at] || f32::from(distances[at]) < noise {
                continue;
            }
            if let Some(colour) = nearest(planes, inside, (left + x, y)) {
                out.iter_mut().zip(colour).for_each(|(out, value)| out[x] = value);
            }
        }
        out
    })
}

/// The mean colour of what is deep on the smallest square around this place that has any.
fn nearest(planes: &Planes<'_>, inside: &[bool], (x, y): (usize, usize)) -> Option<[f32; 3]> {
    let (width, height) = (planes.width, planes.height);
    (1..=REACH).find_map(|ring| {
        let (left, right) = (x.saturating_sub(ring), (x + ring).min(width - 1));
        let (upper, lower) = (y.saturating_sub(ring), (y + ring).min(height - 1));
        let mut sum = [0.0_f32; 4];
        for row in upper..=lower {
            let is_whole = row.abs_diff(y) == ring;
            for column in (left..=right).step_by(if is_whole { 1 } else { (right - left).max(1) }) {
                let at = row * width + column;
                if inside[at] {
                    let colour = [planes.cb[at], planes.cr[at]].map(|value| f32::from(value) - 128.0);
                    let sample = [1.0, planes.luma[at].into(), colour[0], colour[1]];
                    sum.iter_mut().zip(sample).for_each(|(sum, value)| *sum += value);
                }
            }
        }
        let [count, luma, cb, cr] = sum;
        (count > 0.0).then(|| [luma, cb, cr].map(|value| value / count))
    })
}

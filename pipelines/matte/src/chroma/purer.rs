//! Hairs have the colour of the body near them: where a cell's colour lies on the way to that, it is a mixture.

use super::distance::LIGHT_STEP;
use super::front::FRONT_STEP;
use super::grid::Grid;

/// Cells around one in which a body is looked for.
const REACH: usize = 6;
/// So many places that lie deep in something make a cell part of a body.
const BODY: u8 = 2;
/// From this part of the way on a colour may be a mixture; below it is another colour.
const WAY: f32 = 0.4;
/// So far from the way, in steps and as a part of its length, it still lies on it.
const BESIDE_STEPS: f32 = 4.0;
const BESIDE_PART: f32 = 0.06;

/// Gives cells of sums (`colour`) that have few places deep in something (`deep`, one count a cell) the colour of a body near them.
pub(super) fn purer(colour: &mut Grid, deep: &[u8], light: &Grid) {
    let (across, down) = (colour.width, colour.height);
    let bodies: Vec<Option<[f32; 3]>> = colour
        .cells
        .iter()
        .zip(deep)
        .map(|([weight, a, b, c], deep)| {
            (*deep >= BODY && *weight > 0.0).then(|| [a / weight, b / weight, c / weight])
        })
        .collect();
    for y in 0..down {
        for x in 0..across {
            let index = y * across + x;
            let [weight, a, b, c] = colour.cells[index];
            if weight <= 0.0 || deep[index] >= BODY {
                continue;
            }
            let own = [a / weight, b / weight, c / weight];
            let cells = FRONT_STEP as f32 / LIGHT_STEP as f32;
            let [_, back @ ..] = light.at((x as f32 + 0.5) * cells - 0.5, (y as f32 + 0.5) * cells - 0.5);
            let mut sum = [0.0_f32; 4];
            for row in y.saturating_sub(REACH)..(y + REACH + 1).min(down) {
                for column in x.saturating_sub(REACH)..(x + REACH + 1).min(across) {
                    let Some(body) = bodies[row * across + column] else { continue };
                    if is_on_the_way(own, back, body) {
                        let (dx, dy) = (column.abs_diff(x) as f32, row.abs_diff(y) as f32);
                        let near = 1.0 / (1.0 + dx * dx + dy * dy);
                        sum[0] += near;
                        sum.iter_mut().skip(1).zip(body).for_each(|(sum, value)| *sum += near * value);
                    }
                }
            }
            if sum[0] > 0.0 {
                let scale = weight / sum[0];
                colour.cells[index] = [weight, sum[1] * scale, sum[2] * scale, sum[3] * scale];
            }
        }
    }
}

/// Whether `own` lies between `back` and `front`, nearer to the latter.
fn is_on_the_way(own: [f32; 3], back: [f32; 3], front: [f32; 3]) -> bool {
    let over = |colour: [f32; 3]| [colour[0] - back[0], colour[1] - back[1], colour[2] - back[2]];
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (own, way) = (over(own), over(front));
    let length = dot(way, way).max(1.0);
    let part = dot(own, way) / length;
    let beside = (dot(own, own) - part * part * length).max(0.0);
    let most = BESIDE_STEPS + BESIDE_PART * length.sqrt();
    (WAY..1.1).contains(&part) && beside <= most * most
}

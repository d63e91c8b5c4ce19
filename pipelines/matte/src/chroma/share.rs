//! How much of each place is in front, from colour alone.

use super::distance::LIGHT_STEP;
use super::front::{Front, TILE, Tile};
use super::grid::Grid;
use super::nearest::{Fronts, fronts};
use super::planes::Planes;

/// 0 is all screen, 255 is none of it; one a place. `before` is filled with what is in front of each mixed tile, row by row.
pub(super) fn shares(
    planes: &Planes<'_>,
    light: &Grid,
    distances: &[u8],
    front: &Front,
    (inside, noise): (&[bool], f32),
    out: &mut Vec<u8>,
    before: &mut Vec<[Fronts; TILE]>,
) {
    let (width, height) = (planes.width, planes.height);
    out.clear();
    out.resize(width * height, 0);
    before.clear();
    for (index, tile) in front.tiles.iter().enumerate() {
        let (left, upper) = (index % front.tiles_across * TILE, index / front.tiles_across * TILE);
        let lines = (upper..(upper + TILE).min(height))
            .map(|y| y * width + left..y * width + (left + TILE).min(width));
        match tile {
            Tile::Empty => {}
            Tile::Full => lines.for_each(|line| out[line].fill(255)),
            Tile::Mixed => {
                let fronts = fronts(planes, front, (inside, distances), (left, upper), noise);
                for (y, (line, before)) in lines.zip(&fronts).enumerate() {
                    let light = light.run::<LIGHT_STEP, TILE>(left, upper + y);
                    let colour = planes.cb[line.clone()].iter().zip(&planes.cr[line.clone()]);
                    let known = distances[line.clone()].iter().zip(&inside[line.clone()]);
                    for (x, ((out, (cb, cr)), (distance, inside))) in
                        out[line].iter_mut().zip(colour).zip(known).enumerate()
                    {
                        let (light_cb, light_cr) = (light[1][x], light[2][x]);
                        let (way_cb, way_cr) = (before[1][x] - light_cb, before[2][x] - light_cr);
                        let (cb, cr) = (f32::from(*cb) - 128.0 - light_cb, f32::from(*cr) - 128.0 - light_cr);
                        let length = (way_cb * way_cb + way_cr * way_cr).max(1.0);
                        let share = ((cb * way_cb + cr * way_cr) / length).clamp(0.0, 1.0);
                        // What is hardly further than noise is nothing, and then it comes in slowly: no step.
                        let over = (f32::from(*distance) / (1.7 * noise) - 1.0).clamp(0.0, 1.0);
                        *out = if *inside { 255 } else { (share * over * 255.0 + 0.5) as u8 };
                    }
                }
                before.push(fronts);
            }
        }
    }
}

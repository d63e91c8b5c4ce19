//! How much of each place is in front, from colour alone.

use super::distance::LIGHT_STEP;
use super::front::{FRONT_STEP, Front, TILE, Tile};
use super::grid::Grid;
use super::planes::Planes;

/// 0 is all screen, 255 is none of it; one a place.
pub(super) fn shares(
    planes: &Planes<'_>,
    light: &Grid,
    distances: &[u8],
    front: &Front,
    inside: &[bool],
    noise: f32,
    out: &mut Vec<u8>,
) {
    let width = planes.width;
    out.clear();
    out.resize(width * planes.height, 0);
    for (y, out) in out.chunks_exact_mut(width).enumerate() {
        let tiles = &front.tiles[y / TILE * front.tiles_across..];
        for (index, (out, tile)) in out.chunks_mut(TILE).zip(tiles).enumerate() {
            let at = y * width + index * TILE;
            let line = at..at + out.len();
            match tile {
                Tile::Empty => {}
                Tile::Full => out.fill(255),
                Tile::Mixed => {
                    let light = light.run::<LIGHT_STEP, TILE>(index * TILE, y);
                    let before = front.colour.run::<FRONT_STEP, TILE>(index * TILE, y);
                    let colour = planes.cb[line.clone()].iter().zip(&planes.cr[line.clone()]);
                    let known = distances[line.clone()].iter().zip(&inside[line]);
                    for (x, ((out, (cb, cr)), (distance, inside))) in
                        out.iter_mut().zip(colour).zip(known).enumerate()
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
            }
        }
    }
}

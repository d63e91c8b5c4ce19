//! What is surely in front of the screen, and the colour of that everywhere near it.

use super::distance::ONE;
use super::grid::Grid;
use super::planes::Planes;
use super::purer::purer;
use super::spread::Spread;

/// Places a cell of the colour in front.
pub(super) const FRONT_STEP: usize = 4;
/// Places a tile: the unit in which the picture is looked at closely or not.
pub(super) const TILE: usize = 16;

/// From here on a place may be all in front.
const FAR: u8 = (0.8 * ONE) as u8;
/// Nothing near such a place is screen.
const RATHER: u8 = (0.6 * ONE) as u8;
/// From here on it is, if no neighbour is much further away.
const SURE: u8 = (0.85 * ONE) as u8;
/// Neighbours so little apart are one surface.
const FLAT: u8 = (0.1 * ONE) as u8;

/// What of a tile is before the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tile {
    /// Nothing.
    Empty,
    /// All of it.
    Full,
    /// An edge, or something fine.
    Mixed,
}

/// What is surely in front.
pub(super) struct Front {
    /// Luma and colour of what is in front, filled in where that is not seen.
    pub(super) colour: Grid,
    pub(super) tiles: Vec<Tile>,
    pub(super) tiles_across: usize,
}

impl Front {
    /// `inside` is filled: whether a place lies deep in something.
    pub(super) fn of(
        planes: &Planes<'_>,
        light: &Grid,
        distances: &[u8],
        noise: f32,
        inside: &mut Vec<bool>,
    ) -> Self {
        let (width, height) = (planes.width, planes.height);
        inside.resize(width * height, false);
        let across = width.div_ceil(FRONT_STEP);
        let mut colour = Grid::new(across, height.div_ceil(FRONT_STEP));
        let mut deep = vec![0_u8; colour.cells.len()];
        let mut around = [
            Spread::least(distances, width, 3),
            Spread::greatest(distances, width, 2),
            Spread::least(distances, width, 1),
            Spread::greatest(distances, width, 1),
        ];
        for (y, inside) in inside.chunks_exact_mut(width).enumerate() {
            let [lowest, highest, low, high] = around.each_mut().map(|spread| spread.row(y));
            let row = &distances[y * width..(y + 1) * width];
            for ((inside, own), ((lowest, low), high)) in
                inside.iter_mut().zip(row).zip(lowest.iter().zip(low).zip(high))
            {
                // Nothing of the screen is near; or it is flat all around: no edge, however far its neighbours are.
                let is_deep = (*own >= FAR) & (*lowest >= RATHER);
                *inside = is_deep | ((*own >= SURE) & (high - low <= FLAT));
            }
            // Every other row tells as much.
            if y % 2 == 0 {
                let cells = &mut colour.cells[y / FRONT_STEP * across..][..across];
                sum(planes, cells, y, |x| {
                    // On a slope the place beside it is still further away: it is not all there yet.
                    let is_top = u16::from(row[x]) * 256 >= u16::from(highest[x]) * 237;
                    row[x] >= SURE && (is_top || inside[x])
                });
                let deep = &mut deep[y / FRONT_STEP * across..][..across];
                for (deep, inside) in deep.iter_mut().zip(inside.chunks(FRONT_STEP)) {
                    *deep += inside.iter().map(|inside| u8::from(*inside)).sum::<u8>();
                }
            }
        }
        purer(&mut colour, &deep, light);
        colour.fill([128.0, 0.0, 0.0]);
        let (tiles_across, tiles_down) = (width.div_ceil(TILE), height.div_ceil(TILE));
        let mut tiles = Vec::with_capacity(tiles_across * tiles_down);
        for row in 0..tiles_down {
            for column in 0..tiles_across {
                tiles.push(tile(distances, inside, width, height, (column * TILE, row * TILE), noise));
            }
        }
        Self { colour, tiles, tiles_across }
    }

    /// Empty tiles that so many pixels of a softer or larger matte may reach are looked at for their colour.
    pub(super) fn grow(&mut self, pixels: u32) {
        for _ in 0..(pixels as usize).div_ceil(2 * TILE).min(4) {
            let before = self.tiles.clone();
            let across = self.tiles_across;
            for (index, tile) in self.tiles.iter_mut().enumerate().filter(|(_, tile)| **tile == Tile::Empty) {
                let column = index % across;
                let beside = [
                    (column > 0).then(|| index - 1),
                    (column + 1 < across).then_some(index + 1),
                    index.checked_sub(across),
                    Some(index + across),
                ];
                let is_filled = |at: usize| before.get(at).is_some_and(|tile| *tile != Tile::Empty);
                if beside.into_iter().flatten().any(is_filled) {
                    *tile = Tile::Mixed;
                }
            }
        }
    }
}

/// Adds the places of a row that are sure to their cells.
fn sum(planes: &Planes<'_>, cells: &mut [[f32; 4]], y: usize, is_sure: impl Fn(usize) -> bool) {
    for (index, cell) in cells.iter_mut().enumerate() {
        for x in index * FRONT_STEP..((index + 1) * FRONT_STEP).min(planes.width) {
            if is_sure(x) {
                let at = y * planes.width + x;
                let luma = f32::from(planes.luma[at]);
                let (cb, cr) = (f32::from(planes.cb[at]) - 128.0, f32::from(planes.cr[at]) - 128.0);
                cell.iter_mut().zip([1.0, luma, cb, cr]).for_each(|(sum, value)| *sum += value);
            }
        }
    }
}

fn tile(
    distances: &[u8],
    inside: &[bool],
    width: usize,
    height: usize,
    (x, y): (usize, usize),
    noise: f32,
) -> Tile {
    let (mut farthest, mut is_full) = (0, true);
    for row in y..(y + TILE).min(height) {
        let line = row * width + x..row * width + (x + TILE).min(width);
        farthest =
            distances[line.clone()].iter().fold(farthest, |farthest, distance| farthest.max(*distance));
        is_full = inside[line].iter().fold(is_full, |is_full, inside| is_full & *inside);
    }
    match (f32::from(farthest) < noise, is_full) {
        (true, _) => Tile::Empty,
        (_, true) => Tile::Full,
        _ => Tile::Mixed,
    }
}

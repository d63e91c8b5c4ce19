//! From a share for four pixels to one for each, by luma.

use super::distance::LIGHT_STEP;
use super::front::{FRONT_STEP, Front, TILE, Tile};
use super::grid::Grid;
use super::planes::Planes;
use crate::picture::Picture;

/// Places around one that tell how luma and share go together.
const REACH: usize = 2;
const WIDE: usize = TILE + 2 * REACH;
const COUNT: f32 = ((2 * REACH + 1) * (2 * REACH + 1)) as f32;
/// Differences of luma between front and screen so small, squared, promise nothing.
const NOISE: f32 = 60.0;
/// What the colours in front and behind promise counts as much as so much variance of luma.
const PRIOR: f32 = 5.0;
/// The variance of shares from which on that counts in full.
const SPREAD: f32 = 1000.0;
/// Variance of luma that is noise.
const FLOOR: f32 = 1.0;

/// What is so near to nothing or all, in steps, is that.
const EDGE: f32 = 8.0;

/// A tile and what is around it.
type Around = [[f32; WIDE]; WIDE];

/// Alpha for each pixel.
pub(super) fn sharpen(
    picture: &Picture,
    planes: &Planes<'_>,
    light: &Grid,
    shares: &[u8],
    front: &Front,
) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let mut alpha = vec![0_u8; width * height];
    for (index, tile) in front.tiles.iter().enumerate() {
        let (left, upper) = (index % front.tiles_across * TILE, index / front.tiles_across * TILE);
        match tile {
            Tile::Empty => {}
            Tile::Full => {
                for y in 2 * upper..(2 * (upper + TILE)).min(height) {
                    alpha[y * width + 2 * left..y * width + (2 * (left + TILE)).min(width)].fill(255);
                }
            }
            Tile::Mixed => {
                let close = Close {
                    left,
                    upper,
                    luma: around(planes.luma, planes, (left, upper)),
                    shares: around(shares, planes, (left, upper)),
                };
                close.sharpen(picture, light, front, &mut alpha);
            }
        }
    }
    alpha
}

/// One tile that is looked at closely.
struct Close {
    left: usize,
    upper: usize,
    luma: Around,
    shares: Around,
}

impl Close {
    fn sharpen(&self, picture: &Picture, light: &Grid, front: &Front, alpha: &mut [u8]) {
        let (width, height) = (picture.width(), picture.height());
        let luma = picture.luma();
        let rows = self.rows();
        for y in 0..TILE.min(height.div_ceil(2) - self.upper) {
            let (slopes, untold) = self.slopes(&rows, y, light, front);
            let mut four = [[0.0_f32; TILE]; 4];
            for (index, out) in four.iter_mut().enumerate() {
                let (dx, dy) = (index % 2, index / 2);
                let py = (2 * (self.upper + y) + dy).min(height - 1);
                let line = &luma[py * width..(py + 1) * width];
                let mut seen = [0.0_f32; TILE];
                for (x, seen) in seen.iter_mut().enumerate() {
                    *seen =
                        line.get(2 * (self.left + x) + dx).or(line.last()).map_or(0.0, |luma| (*luma).into());
                }
                for x in 0..TILE {
                    let detail = seen[x] - smooth(&self.luma, (x, y), (dx, dy));
                    let share = smooth(&self.shares, (x, y), (dx, dy)) + slopes[x] * detail;
                    out[x] = share.clamp(0.0, 255.0);
                }
            }
            // What luma does not tell was smoothed over the neighbours, and comes back.
            let [a, b, c, d] = &four;
            let mut lack = [0.0_f32; TILE];
            for x in 0..TILE {
                let own = self.shares[y + REACH][x + REACH];
                lack[x] = untold[x] * (own - (a[x] + b[x] + c[x] + d[x]) / 4.0) + 0.5;
            }
            for (dy, pair) in four.chunks_exact(2).enumerate() {
                let py = 2 * (self.upper + y) + dy;
                if py >= height {
                    continue;
                }
                let begin = py * width + 2 * self.left;
                let end = begin + (2 * TILE).min(width - 2 * self.left);
                for (x, out) in alpha[begin..end].iter_mut().enumerate() {
                    let share = pair[x % 2][x / 2] + lack[x / 2];
                    *out = ((share - EDGE) * (255.0 / (255.0 - 2.0 * EDGE))).clamp(0.0, 255.0) as u8;
                }
            }
        }
    }

    /// Sums along rows of luma, share, their product and their squares, around each place of the tile.
    fn rows(&self) -> Vec<[[f32; TILE]; 5]> {
        let sums = |(luma, shares): (&[f32; WIDE], &[f32; WIDE])| {
            let mut sums = [[0.0; TILE]; 5];
            for step in 0..=2 * REACH {
                for x in 0..TILE {
                    let (luma, share) = (luma[x + step], shares[x + step]);
                    sums[0][x] += luma;
                    sums[1][x] += share;
                    sums[2][x] += luma * share;
                    sums[3][x] += luma * luma;
                    sums[4][x] += share * share;
                }
            }
            sums
        };
        self.luma.iter().zip(&self.shares).map(sums).collect()
    }

    /// By how much the share grows with luma around each place of a row, and which part of its differences luma does not tell.
    fn slopes(
        &self,
        rows: &[[[f32; TILE]; 5]],
        y: usize,
        light: &Grid,
        front: &Front,
    ) -> ([f32; TILE], [f32; TILE]) {
        let mut sums = [[0.0_f32; TILE]; 5];
        for row in &rows[y..=y + 2 * REACH] {
            for (sums, row) in sums.iter_mut().zip(row) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
        let [behind, ..] = light.run::<LIGHT_STEP, TILE>(self.left, self.upper + y);
        let [before, ..] = front.colour.run::<FRONT_STEP, TILE>(self.left, self.upper + y);
        let (mut slopes, mut untold) = ([0.0; TILE], [0.0; TILE]);
        for x in 0..TILE {
            let [luma, share, product, square, share_square] = sums.each_ref().map(|sum| sum[x] / COUNT);
            let (together, luma_spread) = (product - luma * share, (square - luma * luma).max(0.0));
            let share_spread = (share_square - share * share).max(0.0);
            // What one colour in front and one behind would give; where the share is the same all around, nothing.
            let distance = before[x] - behind[x];
            let expected = 255.0 * distance / (distance * distance + NOISE);
            let prior = PRIOR * (share_spread / SPREAD).min(1.0);
            slopes[x] = (together + prior * expected) / (luma_spread + prior + FLOOR);
            let told = together * together / ((luma_spread + FLOOR) * share_spread.max(1.0));
            untold[x] = 1.0 - told.min(1.0);
        }
        (slopes, untold)
    }
}

/// A pixel lies a quarter of a place from the middle: three parts of its own, one of the neighbour's.
#[inline(always)]
fn smooth(plane: &Around, (x, y): (usize, usize), (dx, dy): (usize, usize)) -> f32 {
    let (own, over) = (&plane[y + REACH], &plane[y + REACH + 2 * dy - 1]);
    let (x, beside) = (x + REACH, x + REACH + 2 * dx - 1);
    (9.0 * own[x] + 3.0 * own[beside] + 3.0 * over[x] + over[beside]) / 16.0
}

/// A tile with its neighbourhood; beyond the border the border goes on.
fn around(plane: &[u8], planes: &Planes<'_>, (left, upper): (usize, usize)) -> Around {
    let mut out = [[0.0; WIDE]; WIDE];
    for (dy, out) in out.iter_mut().enumerate() {
        let y = (upper + dy).saturating_sub(REACH).min(planes.height - 1);
        let line = &plane[y * planes.width..(y + 1) * planes.width];
        for (dx, out) in out.iter_mut().enumerate() {
            *out = line[(left + dx).saturating_sub(REACH).min(planes.width - 1)].into();
        }
    }
    out
}

//! From a share for four pixels to one for each, by luma.

use super::distance::LIGHT_STEP;
use super::front::{Front, TILE, Tile};
use super::grid::Grid;
use super::nearest::Fronts;
use super::planes::Planes;
use crate::picture::Picture;

/// Places around one that tell what is in front of it.
const REACH: usize = 2;
const WIDE: usize = TILE + 2 * REACH;
const COUNT: f32 = ((2 * REACH + 1) * (2 * REACH + 1)) as f32;
/// The colour that the grid tells counts as much as so many places that are all in front.
const PRIOR: f32 = 2.0;
/// Luma differs so much from its place's by noise alone, squared.
const NOISE: f32 = 16.0;
/// How much of what the neighbours' luma does not explain counts as noise.
const DOUBT: f32 = 1.0;
/// Colour against luma where a place's share is told by both.
const COLOUR: f32 = 0.1;
/// What is so near to nothing or all, in steps, is that.
const EDGE: f32 = 4.0;

/// A tile and what is around it.
type Around = [[f32; WIDE]; WIDE];

/// Alpha for each pixel.
pub(super) fn sharpen(
    picture: &Picture,
    planes: &Planes<'_>,
    light: &Grid,
    (shares, before): (&[u8], &[[Fronts; TILE]]),
    front: &Front,
) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let mut alpha = vec![0_u8; width * height];
    let mut before = before.iter();
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
                if let Some(before) = before.next() {
                    close.sharpen(picture, light, before, &mut alpha);
                }
            }
        }
    }
    alpha
}

/// What is known of the places of a row: luma behind, how much brighter it is in front, how far luma can be trusted to tell the
/// four pixels of a place apart, and the share of the whole place.
struct Row {
    behind: [f32; TILE],
    brighter: [f32; TILE],
    trust: [f32; TILE],
    share: [f32; TILE],
}

/// One tile that is looked at closely.
struct Close {
    left: usize,
    upper: usize,
    luma: Around,
    shares: Around,
}

impl Close {
    fn sharpen(&self, picture: &Picture, light: &Grid, before: &[Fronts; TILE], alpha: &mut [u8]) {
        let (width, height) = (picture.width(), picture.height());
        let luma = picture.luma();
        let rows = self.rows();
        for (y, before) in before.iter().enumerate().take(height.div_ceil(2) - self.upper) {
            let Row { behind, brighter, trust, share } = self.row(&rows, y, light, before);
            let mut four = [[0.0_f32; TILE]; 4];
            for (index, out) in four.iter_mut().enumerate() {
                let (dx, dy) = (index % 2, index / 2);
                let py = (2 * (self.upper + y) + dy).min(height - 1);
                let line = &luma[py * width..(py + 1) * width];
                for (x, out) in out.iter_mut().enumerate() {
                    let seen = line
                        .get(2 * (self.left + x) + dx)
                        .or(line.last())
                        .map_or(0.0, |luma| f32::from(*luma));
                    let told = (seen - behind[x]) / brighter[x] * 255.0;
                    let near = smooth(&self.shares, (x, y), (dx, dy));
                    *out = near + (told - near) * trust[x];
                }
            }
            settle(&mut four, &share);
            for (dy, pair) in four.chunks_exact(2).enumerate() {
                let py = 2 * (self.upper + y) + dy;
                if py >= height {
                    continue;
                }
                let begin = py * width + 2 * self.left;
                let end = begin + (2 * TILE).min(width - 2 * self.left);
                for (x, out) in alpha[begin..end].iter_mut().enumerate() {
                    let share = pair[x % 2][x / 2];
                    *out = ((share - EDGE) * (255.0 / (255.0 - 2.0 * EDGE)) + 0.5).clamp(0.0, 255.0) as u8;
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
                    let (luma, share) = (luma[x + step], shares[x + step] / 255.0);
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

    fn row(&self, rows: &[[[f32; TILE]; 5]], y: usize, light: &Grid, before: &Fronts) -> Row {
        let mut sums = [[0.0_f32; TILE]; 5];
        for row in &rows[y..=y + 2 * REACH] {
            for (sums, row) in sums.iter_mut().zip(row) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
        let [behind, back_cb, back_cr] = light.run::<LIGHT_STEP, TILE>(self.left, self.upper + y);
        let [before, front_cb, front_cr] = before;
        let (mut brighter, mut trust, mut shares) = ([1.0; TILE], [0.0; TILE], [0.0; TILE]);
        for x in 0..TILE {
            let [luma, share, product, square, share_square] = sums.each_ref().map(|sum| sum[x]);
            let back = behind[x];
            // Over the luma behind, and what of that goes with the share: the mixture is linear.
            let together = product - back * share;
            let over_square = (square - 2.0 * back * luma + COUNT * back * back).max(0.0);
            let distance = (together + PRIOR * (before[x] - back)) / (share_square + PRIOR);
            let untold = (over_square - 2.0 * distance * together + distance * distance * share_square)
                .max(0.0)
                / COUNT;
            let doubt = NOISE + DOUBT * untold;
            let strength = distance * distance;
            trust[x] = strength / (strength + doubt);
            brighter[x] = if distance.abs() < 1.0 { 1.0_f32.copysign(distance) } else { distance };
            let own = self.shares[y + REACH][x + REACH];
            let told = (self.luma[y + REACH][x + REACH] - back) / brighter[x] * 255.0;
            let (cb, cr) = (front_cb[x] - back_cb[x], front_cr[x] - back_cr[x]);
            let (by_luma, by_colour) = (strength / doubt, COLOUR * (cb * cb + cr * cr) / NOISE);
            shares[x] = own + (told - own) * by_luma / (by_luma + by_colour + 1e-3);
            shares[x] = if own == 0.0 || own == 255.0 { own } else { shares[x].clamp(0.0, 255.0) };
        }
        Row { behind, brighter, trust, share: shares }
    }
}

/// Four pixels between nothing and all, with the mean that their place has.
fn settle(four: &mut [[f32; TILE]; 4], share: &[f32; TILE]) {
    for _ in 0..3 {
        let [a, b, c, d] = &*four;
        let mut lack = [0.0_f32; TILE];
        for x in 0..TILE {
            lack[x] = share[x] - (a[x] + b[x] + c[x] + d[x]) / 4.0;
        }
        for pixel in four.iter_mut() {
            for x in 0..TILE {
                // Of a place that is nothing or all each pixel is.
                let (least, most) =
                    (if share[x] < 255.0 { 0.0 } else { 255.0 }, if share[x] > 0.0 { 255.0 } else { 0.0 });
                pixel[x] = (pixel[x] + lack[x]).max(least).min(most);
            }
        }
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

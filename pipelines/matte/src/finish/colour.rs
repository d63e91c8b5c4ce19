//! Colours of the foreground alone: nothing of the background shines through where somebody is half there, and nothing at all is left where
//! nobody is.
//!
//! A pixel at an edge is C = αF + (1−α)B. F and B are taken from what is sure nearby, then F is moved so that the sum is right
//! again. Luma and both planes of colour are each done at their own size.

use super::grid::blurred;
use super::means::{Mean, Sums, add_block, flat, foreground, mean_of, mix};
use crate::picture::Picture;

/// The side of a block, in pixels of luma; even, so that planes of colour have whole blocks too.
const BLOCK: usize = 8;
/// Blocks on each side over which sure colours are averaged.
const AVERAGE_REACH: usize = 2;
/// Blocks around somebody that keep somebody's colours: a codec's transforms and filters reach as far as 32 pixels.
const CODEC_REACH: usize = 3;
/// The blank: black.
const BLANK: [u8; 3] = [16, 128, 128];

/// Replaces the colours of a picture by those of the foreground that its alpha tells of.
pub(super) fn clean(picture: &mut Picture, alpha: &[u8]) {
    let (width, height) = (picture.width(), picture.height());
    if width == 0 || height == 0 {
        return;
    }
    let small = halved(alpha, width, height);
    let blocks = Blocks::of(alpha, width, height);
    let sums = blocks.sums(picture, alpha, &small);
    let sums = blurred(&sums, blocks.columns, AVERAGE_REACH);
    let (chroma_width, _) = picture.chroma_size();
    let means = |channel| -> Vec<Mean> { sums.iter().map(|sums| mean_of(sums, channel)).collect() };
    let [luma, cb, cr] = picture.planes_mut();
    blocks.paint(luma, alpha, width, BLOCK, &means(0), BLANK[0]);
    blocks.paint(cb, &small, chroma_width, BLOCK / 2, &means(1), BLANK[1]);
    blocks.paint(cr, &small, chroma_width, BLOCK / 2, &means(2), BLANK[2]);
}

/// Alpha at the size of the planes of colour.
fn halved(alpha: &[u8], width: usize, height: usize) -> Vec<u8> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = vec![0; half_width * half_height];
    for (row, out) in out.chunks_exact_mut(half_width).enumerate() {
        let upper = &alpha[2 * row * width..(2 * row + 1) * width];
        let lower_row = (2 * row + 1).min(height - 1);
        let lower = &alpha[lower_row * width..(lower_row + 1) * width];
        for ((out, upper), lower) in out.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2)) {
            let sum = u16::from(upper[0]) + u16::from(upper[1]) + u16::from(lower[0]) + u16::from(lower[1]);
            *out = ((sum + 2) / 4) as u8;
        }
        if width % 2 == 1 {
            out[half_width - 1] = upper[width - 1].midpoint(lower[width - 1]);
        }
    }
    out
}

/// What there is of somebody in a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Nobody, and nobody near.
    Far,
    /// Nobody, but somebody is near.
    Near,
    /// An edge.
    Edge,
    /// Nothing but somebody.
    Inside,
}

struct Blocks {
    columns: usize,
    kinds: Vec<Kind>,
    /// Blocks whose sure colours an edge may need.
    is_asked: Vec<u8>,
}

impl Blocks {
    fn of(alpha: &[u8], width: usize, height: usize) -> Self {
        let (columns, rows) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        // Whether anything is not foreground, and whether anything is not background.
        let (mut least, mut greatest) = (vec![255u8; columns * rows], vec![0u8; columns * rows]);
        for (row, alpha) in alpha.chunks_exact(width).enumerate() {
            let at = row / BLOCK * columns;
            let bounds = least[at..at + columns].iter_mut().zip(&mut greatest[at..at + columns]);
            let (whole, rest) = alpha.as_chunks::<BLOCK>();
            let last = (!rest.is_empty()).then(|| {
                let mut last = [rest[0]; BLOCK];
                last[..rest.len()].copy_from_slice(rest);
                last
            });
            for ((least, greatest), alpha) in bounds.zip(whole.iter().chain(&last)) {
                let all = u64::from_ne_bytes(*alpha);
                *least &= if all == u64::MAX { 255 } else { 0 };
                *greatest |= if all == 0 { 0 } else { 255 };
            }
        }
        let is_near = super::grid::dilated(&greatest, columns, CODEC_REACH);
        let kind = |((least, greatest), near): ((&u8, &u8), &u8)| match (least, greatest, near) {
            (_, _, 0) => Kind::Far,
            (_, 0, _) => Kind::Near,
            (255, _, _) => Kind::Inside,
            _ => Kind::Edge,
        };
        let kinds: Vec<_> = least.iter().zip(&greatest).zip(&is_near).map(kind).collect();
        let is_edge: Vec<_> =
            kinds.iter().map(|kind| u8::from(matches!(kind, Kind::Edge | Kind::Near))).collect();
        let is_asked = super::grid::dilated(&is_edge, columns, AVERAGE_REACH);
        Self { columns, kinds, is_asked }
    }

    fn sums(&self, picture: &Picture, alpha: &[u8], small: &[u8]) -> Vec<Sums> {
        let mut sums = vec![[0.0; 10]; self.kinds.len()];
        let [luma, cb, cr] = picture.planes();
        let (width, height) = (picture.width(), picture.height());
        let (chroma_width, chroma_height) = picture.chroma_size();
        for (index, sums) in sums.iter_mut().enumerate().filter(|(index, _)| self.is_asked[*index] > 0) {
            let (column, row) = (index % self.columns, index / self.columns);
            let span =
                |at: usize, side: usize, limit: usize| (at * side).min(limit)..((at + 1) * side).min(limit);
            let (rows, columns) = (span(row, BLOCK, height), span(column, BLOCK, width));
            add_block(luma, alpha, width, rows, columns, sums, (0, 1));
            let (rows, columns) =
                (span(row, BLOCK / 2, chroma_height), span(column, BLOCK / 2, chroma_width));
            add_block(cb, small, chroma_width, rows.clone(), columns.clone(), sums, (2, 3));
            // The number of colours is that of Cb.
            let (one, other) = (sums[2], sums[7]);
            add_block(cr, small, chroma_width, rows, columns, sums, (2, 4));
            (sums[2], sums[7]) = (one, other);
        }
        sums
    }

    /// One plane of the picture, whose blocks have sides of `side`.
    fn paint(&self, plane: &mut [u8], alpha: &[u8], width: usize, side: usize, means: &[Mean], blank: u8) {
        let row_last = self.kinds.len() / self.columns - 1;
        let mut mixed = vec![Mean::default(); self.columns];
        for (y, (out, alpha)) in plane.chunks_exact_mut(width).zip(alpha.chunks_exact(width)).enumerate() {
            let row = y / side;
            let means_of = |row: usize| &means[row * self.columns..(row + 1) * self.columns];
            let (other, share) = neighbour(y % side, side);
            let beside = if other { (row + 1).min(row_last) } else { row.saturating_sub(1) };
            for (kind, columns) in runs(&self.kinds[row * self.columns..(row + 1) * self.columns]) {
                let range = (columns.start * side).min(width)..(columns.end * side).min(width);
                let out = &mut out[range.clone()];
                match kind {
                    Kind::Inside => {}
                    Kind::Far => out.fill(blank),
                    Kind::Near => {
                        for (out, mean) in out.chunks_mut(side).zip(&means_of(row)[columns]) {
                            out.fill(flat(mean).unwrap_or(blank));
                        }
                    }
                    Kind::Edge => {
                        let around = columns.start.saturating_sub(1)..(columns.end + 1).min(self.columns);
                        let rows =
                            means_of(row)[around.clone()].iter().zip(&means_of(beside)[around.clone()]);
                        for (mixed, (own, beside)) in mixed[around].iter_mut().zip(rows) {
                            *mixed = mix(own, beside, share);
                        }
                        let blocks = out.chunks_mut(side).zip(alpha[range].chunks(side)).zip(columns);
                        for ((out, alpha), column) in blocks {
                            let flat = flat(&means_of(row)[column]).unwrap_or(blank);
                            let own = &mixed[column];
                            let left = &mixed[column.saturating_sub(1)];
                            let right = &mixed[(column + 1).min(self.columns - 1)];
                            for (x, (out, alpha)) in out.iter_mut().zip(alpha).enumerate() {
                                *out = match *alpha {
                                    255 => continue,
                                    0 => flat,
                                    alpha => {
                                        let (other, share) = neighbour(x, side);
                                        let mean = mix(own, if other { right } else { left }, share);
                                        foreground(&mean, *out, alpha)
                                    }
                                };
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a pixel of a block is nearer to the block after it than to the one before, and that one's share.
#[inline]
fn neighbour(pixel: usize, side: usize) -> (bool, f32) {
    let place = (pixel as f32 + 0.5) / side as f32 - 0.5;
    (place > 0.0, place.abs())
}

/// Blocks of one kind that follow each other.
fn runs(kinds: &[Kind]) -> impl Iterator<Item = (Kind, std::ops::Range<usize>)> {
    let mut start = 0;
    kinds.chunk_by(|one, other| one == other).map(move |run| {
        let range = start..start + run.len();
        start = range.end;
        (run[0], range)
    })
}

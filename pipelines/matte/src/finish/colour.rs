//! Colours of the foreground alone: nothing of the background shines through where somebody is half there, and nothing at all is left where
//! nobody is.
//!
//! A pixel at an edge is C = αF + (1−α)B. F and B are taken from what is sure nearby, then F is moved so that the sum is right
//! again. Luma and both planes of colour are each done at their own size.

use super::grid::blurred;
use crate::picture::Picture;

/// The side of a block, in pixels of luma; even, so that planes of colour have whole blocks too.
const BLOCK: usize = 8;
const SURE_FOREGROUND: u8 = 245;
const SURE_BACKGROUND: u8 = 10;
/// Blocks on each side over which sure colours are averaged.
const AVERAGE_REACH: usize = 2;
/// So many sure samples around a block are enough.
const SAMPLES_ENOUGH: f32 = 8.0;
/// Blocks around somebody that keep somebody's colours: a codec's transforms and filters reach as far as 32 pixels.
const CODEC_REACH: usize = 3;
/// The blank: black.
const BLANK: [u8; 3] = [16, 128, 128];

/// Foreground: number of lumas, their sum, number of colours, sums of Cb and Cr; the same of the background.
type Sums = [f32; 10];

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
    let means: Vec<Means> = sums.iter().map(Means::of).collect();
    let (chroma_width, chroma_height) = picture.chroma_size();
    let [luma, cb, cr] = picture.planes_mut();
    let size = (width, height);
    let chroma_size = (chroma_width, chroma_height);
    blocks.paint(luma, alpha, size, BLOCK, &means, 0);
    blocks.paint(cb, &small, chroma_size, BLOCK / 2, &means, 1);
    blocks.paint(cr, &small, chroma_size, BLOCK / 2, &means, 2);
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
        let (chroma_width, chroma_height) = picture.chroma_size();
        let (width, height) = (picture.width(), picture.height());
        for (index, sums) in sums.iter_mut().enumerate().filter(|(index, _)| self.is_asked[*index] > 0) {
            let (column, row) = (index % self.columns, index / self.columns);
            add_plane(luma, alpha, (width, height), (column, row), BLOCK, sums, (0, 1));
            let place = (column, row);
            let chroma_size = (chroma_width, chroma_height);
            add_plane(cb, small, chroma_size, place, BLOCK / 2, sums, (2, 3));
            // The number of colours is that of Cb.
            let (one, other) = (sums[2], sums[7]);
            add_plane(cr, small, chroma_size, place, BLOCK / 2, sums, (2, 4));
            (sums[2], sums[7]) = (one, other);
        }
        sums
    }

    /// One plane of the picture, whose blocks have sides of `side`.
    fn paint(
        &self,
        plane: &mut [u8],
        alpha: &[u8],
        (width, height): (usize, usize),
        side: usize,
        all: &[Means],
        channel: usize,
    ) {
        for (row, kinds) in self.kinds.chunks_exact(self.columns).enumerate() {
            let runs: Vec<_> = runs(kinds).collect();
            for y in row * side..((row + 1) * side).min(height) {
                let line = y * width;
                for (kind, columns) in &runs {
                    let range = (columns.start * side).min(width)..(columns.end * side).min(width);
                    let out = &mut plane[line + range.start..line + range.end];
                    let means = &all[row * self.columns..];
                    match kind {
                        Kind::Inside => {}
                        Kind::Far => out.fill(BLANK[channel]),
                        Kind::Near => {
                            for (out, mean) in out.chunks_mut(side).zip(&means[columns.clone()]) {
                                out.fill(mean.flat(channel));
                            }
                        }
                        Kind::Edge => {
                            let alpha = &alpha[line + range.start..line + range.end];
                            let blocks = out.chunks_mut(side).zip(alpha.chunks(side)).zip(columns.clone());
                            for ((out, alpha), column) in blocks {
                                let flat = means[column].flat(channel);
                                self.paint_edge(out, alpha, flat, (column * side, y), side, channel, all);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Some pixels of one row, from `(x, y)` on.
    #[expect(clippy::too_many_arguments, reason = "one step of a loop, kept apart to be read")]
    fn paint_edge(
        &self,
        out: &mut [u8],
        alpha: &[u8],
        flat: u8,
        (x, y): (usize, usize),
        side: usize,
        channel: usize,
        means: &[Means],
    ) {
        let above = self.rows_around(y, side);
        for (index, (out, alpha)) in out.iter_mut().zip(alpha).enumerate() {
            match *alpha {
                255 => {}
                0 => *out = flat,
                alpha => {
                    let left = self.columns_around(x + index, side);
                    let mean = Means::between(means, self.columns, above, left, channel);
                    *out = mean.foreground(*out, alpha);
                }
            }
        }
    }

    fn columns_around(&self, x: usize, side: usize) -> (usize, (usize, f32)) {
        around(x, side, self.columns)
    }

    fn rows_around(&self, y: usize, side: usize) -> (usize, (usize, f32)) {
        around(y, side, self.kinds.len() / self.columns)
    }
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

/// The block whose middle is before a pixel, the one after, and how far it is between them.
fn around(pixel: usize, side: usize, count: usize) -> (usize, (usize, f32)) {
    let place = ((pixel as f32 + 0.5) / side as f32 - 0.5).max(0.0);
    let first = (place as usize).min(count - 1);
    (first, ((first + 1).min(count - 1), (place - first as f32).clamp(0.0, 1.0)))
}

fn add_plane(
    plane: &[u8],
    alpha: &[u8],
    (width, height): (usize, usize),
    (column, row): (usize, usize),
    side: usize,
    sums: &mut Sums,
    (count_at, sum_at): (usize, usize),
) {
    let (mut counts, mut totals) = ([0u32; 2], [0u32; 2]);
    for y in row * side..((row + 1) * side).min(height) {
        let range = (y * width + (column * side).min(width))..(y * width + ((column + 1) * side).min(width));
        for (value, alpha) in plane[range.clone()].iter().zip(&alpha[range]) {
            let kind = match *alpha {
                SURE_FOREGROUND.. => 0,
                ..=SURE_BACKGROUND => 1,
                _ => continue,
            };
            counts[kind] += 1;
            totals[kind] += u32::from(*value);
        }
    }
    for kind in 0..2 {
        sums[kind * 5 + count_at] += counts[kind] as f32;
        sums[kind * 5 + sum_at] += totals[kind] as f32;
    }
}

/// Mean colours around a block, and how well they are known, 0 to 1; first of luma, then of colours.
#[derive(Clone, Copy, Default)]
struct Means {
    /// For each channel: foreground and background.
    colours: [[f32; 2]; 3],
    /// The same for luma and for both colours.
    known: [[f32; 2]; 2],
}

/// The same of one channel at one pixel.
struct Mean {
    foreground: f32,
    background: f32,
    has_foreground: f32,
    has_background: f32,
}

impl Means {
    fn of(sums: &Sums) -> Self {
        let mut means = Self::default();
        for (kind, sums) in sums.chunks_exact(5).enumerate() {
            for (channel, (sum, count)) in [(1, 0), (3, 2), (4, 2)].into_iter().enumerate() {
                means.colours[channel][kind] = sums[sum] / sums[count].max(1.0);
                means.known[channel.min(1)][kind] = (sums[count] / SAMPLES_ENOUGH).min(1.0);
            }
        }
        means
    }

    /// What fills a place where nobody is: somebody's colour, where it is known.
    fn flat(&self, channel: usize) -> u8 {
        if self.known[channel.min(1)][0] > 0.1 { self.colours[channel][0] as u8 } else { BLANK[channel] }
    }

    /// Between four blocks; those that know nothing do not count.
    #[inline]
    fn between(
        means: &[Self],
        columns: usize,
        (above, (below, down)): (usize, (usize, f32)),
        (left, (right, across)): (usize, (usize, f32)),
        channel: usize,
    ) -> Mean {
        let corners = [
            (above * columns + left, (1.0 - down) * (1.0 - across)),
            (above * columns + right, (1.0 - down) * across),
            (below * columns + left, down * (1.0 - across)),
            (below * columns + right, down * across),
        ];
        let (mut sums, mut known) = ([0.0; 2], [0.0; 2]);
        for (index, weight) in corners {
            let mean = &means[index];
            for kind in 0..2 {
                let weight = weight * mean.known[channel.min(1)][kind];
                known[kind] += weight;
                sums[kind] += weight * mean.colours[channel][kind];
            }
        }
        Mean {
            foreground: sums[0] / known[0].max(1e-6),
            background: sums[1] / known[1].max(1e-6),
            has_foreground: known[0],
            has_background: known[1],
        }
    }
}

impl Mean {
    /// F for a pixel; the pixel itself where too little is known.
    #[inline]
    fn foreground(&self, pixel: u8, alpha: u8) -> u8 {
        let share = f32::from(alpha) / 255.0;
        let pixel = f32::from(pixel);
        let corrected = if self.has_background > 0.05 {
            let sum = share * self.foreground + (1.0 - share) * self.background;
            self.foreground + share * (pixel - sum)
        } else {
            self.foreground + share * (pixel - self.foreground)
        };
        let trust = (self.has_foreground * 4.0).min(1.0);
        (pixel + (corrected - pixel) * trust + 0.5).clamp(0.0, 255.0) as u8
    }
}

//! Mean colours of sure foreground and sure background around blocks of a picture.

/// Foreground: number of lumas, their sum, number of colours, sums of Cb and Cr; the same of the background.
pub(super) type Sums = [f32; 10];

const SURE_FOREGROUND: u8 = 245;
const SURE_BACKGROUND: u8 = 10;
/// So many sure samples around a block are enough.
const SAMPLES_ENOUGH: f32 = 8.0;

/// Of one channel around one block: the foreground's mean times how well it is known (0 to 1), how well that is; the same of the background.
/// Kept so that blocks that know nothing do not count when some are mixed.
pub(super) type Mean = [f32; 4];

/// Adds the sure samples of a block of a plane: their number and their sum, at these places for the foreground, 5 further on for the background.
pub(super) fn add_block(
    plane: &[u8],
    alpha: &[u8],
    width: usize,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    sums: &mut Sums,
    (count_at, sum_at): (usize, usize),
) {
    let (mut counts, mut totals) = ([0u32; 2], [0u32; 2]);
    for y in rows {
        let range = y * width + columns.start..y * width + columns.end;
        for (value, alpha) in plane[range.clone()].iter().zip(&alpha[range]) {
            // Without a branch: edges are all there is here.
            let is_foreground = u32::from(*alpha >= SURE_FOREGROUND);
            let is_background = u32::from(*alpha <= SURE_BACKGROUND);
            counts[0] += is_foreground;
            totals[0] += is_foreground * u32::from(*value);
            counts[1] += is_background;
            totals[1] += is_background * u32::from(*value);
        }
    }
    for kind in 0..2 {
        sums[kind * 5 + count_at] += counts[kind] as f32;
        sums[kind * 5 + sum_at] += totals[kind] as f32;
    }
}

/// The mean of one channel: 0 is luma, 1 is Cb, 2 is Cr.
pub(super) fn mean_of(sums: &Sums, channel: usize) -> Mean {
    let (sum, count) = [(1, 0), (3, 2), (4, 2)][channel];
    let mut mean = [0.0; 4];
    for kind in 0..2 {
        let count = sums[kind * 5 + count];
        let known = (count / SAMPLES_ENOUGH).min(1.0);
        mean[kind * 2] = known * sums[kind * 5 + sum] / count.max(1.0);
        mean[kind * 2 + 1] = known;
    }
    mean
}

/// Between two.
#[inline]
pub(super) fn mix(one: &Mean, other: &Mean, share: f32) -> Mean {
    std::array::from_fn(|index| one[index] + (other[index] - one[index]) * share)
}

/// The foreground's colour, if it is known at all.
pub(super) fn flat(mean: &Mean) -> Option<u8> {
    (mean[1] > 0.1).then(|| (mean[0] / mean[1]) as u8)
}

/// F of a pixel C = αF + (1−α)B: the mean of the foreground, moved by what the means do not explain; the pixel itself where too little is known.
#[inline]
pub(super) fn foreground(mean: &Mean, pixel: u8, alpha: u8) -> u8 {
    let [foreground, has_foreground, background, has_background] = *mean;
    if has_foreground <= 0.0 {
        return pixel;
    }
    let share = f32::from(alpha) / 255.0;
    let pixel = f32::from(pixel);
    let foreground = foreground / has_foreground;
    let background = if has_background > 0.05 { background / has_background } else { foreground };
    let explained = share * foreground + (1.0 - share) * background;
    let corrected = foreground + share * (pixel - explained);
    let trust = (has_foreground * 4.0).min(1.0);
    (pixel + (corrected - pixel) * trust + 0.5).clamp(0.0, 255.0) as u8
}

//! A picture as the key works on it: everything at the size of the colour planes, four luma samples a place.

use crate::picture::Picture;

/// Luma averaged over the four pixels that share a colour, beside that colour.
pub(super) struct Planes<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: &'a [u8],
    pub(super) cb: &'a [u8],
    pub(super) cr: &'a [u8],
}

impl<'a> Planes<'a> {
    /// `halved_luma` is filled here.
    pub(super) fn of(picture: &'a Picture, halved_luma: &'a mut Vec<u8>) -> Self {
        let (width, height) = picture.chroma_size();
        let [luma, cb, cr] = picture.planes();
        halve(luma, picture.width(), picture.height(), halved_luma);
        Self { width, height, luma: halved_luma, cb, cr }
    }
}

/// Means of two by two; a last odd row or column stands for two.
fn halve(luma: &[u8], width: usize, height: usize, out: &mut Vec<u8>) {
    let (half_width, pairs) = (width.div_ceil(2), width / 2);
    out.resize(half_width * height.div_ceil(2), 0);
    if width == 0 {
        return;
    }
    for (out, rows) in out.chunks_exact_mut(half_width).zip(luma.chunks(2 * width)) {
        let (upper, lower) = rows.split_at(width);
        let lower = if lower.is_empty() { upper } else { lower };
        let (upper_pairs, upper_rest) = upper.split_at(2 * pairs);
        let (lower_pairs, lower_rest) = lower.split_at(2 * pairs);
        for ((out, a), b) in out.iter_mut().zip(upper_pairs.chunks_exact(2)).zip(lower_pairs.chunks_exact(2))
        {
            let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
            *out = ((sum + 2) >> 2) as u8;
        }
        if let (Some(out), Some(a), Some(b)) = (out.get_mut(pairs), upper_rest.first(), lower_rest.first()) {
            *out = (u16::from(*a) + u16::from(*b)).div_ceil(2) as u8;
        }
    }
}

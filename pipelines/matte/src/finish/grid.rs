//! Sums, least and greatest over the neighbourhood of each place of a plane.

/// Sums over the square of `reach` around each place; nothing lies outside of the plane.
pub(super) fn blurred<const N: usize>(plane: &[[f32; N]], width: usize, reach: usize) -> Vec<[f32; N]> {
    let height = plane.len().checked_div(width).unwrap_or(0);
    let mut across = vec![[0.0; N]; plane.len()];
    for (row, out) in plane.chunks_exact(width.max(1)).zip(across.chunks_exact_mut(width.max(1))) {
        for (column, out) in out.iter_mut().enumerate() {
            for cell in &row[column.saturating_sub(reach)..(column + reach + 1).min(width)] {
                add(out, cell);
            }
        }
    }
    let mut sums = vec![[0.0; N]; plane.len()];
    for (row, out) in sums.chunks_exact_mut(width.max(1)).enumerate() {
        for near in row.saturating_sub(reach)..(row + reach + 1).min(height) {
            for (out, cell) in out.iter_mut().zip(&across[near * width..(near + 1) * width]) {
                add(out, cell);
            }
        }
    }
    sums
}

#[inline]
fn add<const N: usize>(sum: &mut [f32; N], cell: &[f32; N]) {
    for (sum, value) in sum.iter_mut().zip(cell) {
        *sum += value;
    }
}

/// The least within the square of `reach` around each place.
pub(super) fn eroded(plane: &[u8], width: usize, reach: usize) -> Vec<u8> {
    extreme(plane, width, reach, u8::min)
}

/// The greatest within it.
pub(super) fn dilated(plane: &[u8], width: usize, reach: usize) -> Vec<u8> {
    extreme(plane, width, reach, u8::max)
}

fn extreme(plane: &[u8], width: usize, reach: usize, pick: impl Fn(u8, u8) -> u8) -> Vec<u8> {
    let height = plane.len().checked_div(width).unwrap_or(0);
    let mut across = plane.to_vec();
    for (row, out) in plane.chunks_exact(width.max(1)).zip(across.chunks_exact_mut(width.max(1))) {
        for step in 1..=reach.min(width.saturating_sub(1)) {
            for (out, cell) in out.iter_mut().zip(&row[step..]) {
                *out = pick(*out, *cell);
            }
            for (out, cell) in out[step..].iter_mut().zip(row) {
                *out = pick(*out, *cell);
            }
        }
    }
    let mut result = across.clone();
    for (row, out) in result.chunks_exact_mut(width.max(1)).enumerate() {
        for near in row.saturating_sub(reach)..(row + reach + 1).min(height) {
            for (out, cell) in out.iter_mut().zip(&across[near * width..(near + 1) * width]) {
                *out = pick(*out, *cell);
            }
        }
    }
    result
}

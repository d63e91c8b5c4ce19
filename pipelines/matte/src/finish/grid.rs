//! Sums, least and greatest over the neighbourhood of each place of a plane.

/// Sums over the square of `reach` around each place; nothing lies outside of the plane. Whole numbers stay exact up to 2^24.
pub(super) fn blurred<const N: usize>(plane: &[[f32; N]], width: usize, reach: usize) -> Vec<[f32; N]> {
    let height = plane.len().checked_div(width).unwrap_or(0);
    let mut across = vec![[0.0; N]; plane.len()];
    for (row, out) in plane.chunks_exact(width.max(1)).zip(across.chunks_exact_mut(width.max(1))) {
        let mut sum = [0.0; N];
        row.iter().take(reach).for_each(|cell| add(&mut sum, cell));
        for (column, out) in out.iter_mut().enumerate() {
            if let Some(enters) = row.get(column + reach) {
                add(&mut sum, enters);
            }
            *out = sum;
            if let Some(leaves) = column.checked_sub(reach) {
                subtract(&mut sum, &row[leaves]);
            }
        }
    }
    let row = |index: usize| &across[index * width..(index + 1) * width];
    let mut sum = vec![[0.0; N]; width];
    for near in 0..reach.min(height) {
        sum.iter_mut().zip(row(near)).for_each(|(sum, cell)| add(sum, cell));
    }
    let mut sums = Vec::with_capacity(plane.len());
    for index in 0..height {
        if index + reach < height {
            sum.iter_mut().zip(row(index + reach)).for_each(|(sum, cell)| add(sum, cell));
        }
        sums.extend_from_slice(&sum);
        if let Some(leaves) = index.checked_sub(reach) {
            sum.iter_mut().zip(row(leaves)).for_each(|(sum, cell)| subtract(sum, cell));
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

#[inline]
fn subtract<const N: usize>(sum: &mut [f32; N], cell: &[f32; N]) {
    for (sum, value) in sum.iter_mut().zip(cell) {
        *sum -= value;
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

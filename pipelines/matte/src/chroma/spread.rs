//! The least and the greatest of a place's neighbourhood, a row at a time.

/// Rows of one plane, each the least or the greatest around its places.
pub(super) struct Spread<'a> {
    plane: &'a [u8],
    width: usize,
    radius: usize,
    pick: fn(&mut [u8], &[u8]),
    down: Vec<u8>,
    out: Vec<u8>,
}

impl<'a> Spread<'a> {
    /// The least of all places at most `radius` away in both directions.
    pub(super) fn least(plane: &'a [u8], width: usize, radius: usize) -> Self {
        Self::new(plane, width, radius, |into, from| {
            into.iter_mut().zip(from).for_each(|(a, b)| *a = (*a).min(*b))
        })
    }

    /// The greatest of all places at most `radius` away in both directions.
    pub(super) fn greatest(plane: &'a [u8], width: usize, radius: usize) -> Self {
        Self::new(plane, width, radius, |into, from| {
            into.iter_mut().zip(from).for_each(|(a, b)| *a = (*a).max(*b))
        })
    }

    fn new(plane: &'a [u8], width: usize, radius: usize, pick: fn(&mut [u8], &[u8])) -> Self {
        Self { plane, width, radius, pick, down: vec![0; width], out: vec![0; width] }
    }

    /// One row; it is there.
    pub(super) fn row(&mut self, y: usize) -> &[u8] {
        let (width, pick) = (self.width, self.pick);
        let row = |y: usize| self.plane.get(y * width..(y + 1) * width);
        self.down.copy_from_slice(row(y).unwrap_or(&self.out));
        for distance in 1..=self.radius {
            let (over, under) = (y.checked_sub(distance).and_then(row), row(y + distance));
            over.into_iter().chain(under).for_each(|row| pick(&mut self.down, row));
        }
        self.out.copy_from_slice(&self.down);
        for distance in 1..=self.radius.min(width.saturating_sub(1)) {
            let end = width - distance;
            pick(&mut self.out[..end], &self.down[distance..]);
            pick(&mut self.out[distance..], &self.down[..end]);
        }
        &self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_reaches_its_neighbours_and_no_further() {
        let mut plane = vec![5; 7 * 6];
        plane[2 * 7 + 1] = 9;
        let (mut greatest, mut least) = (Spread::greatest(&plane, 7, 2), Spread::least(&plane, 7, 1));
        for y in 0..6 {
            for (x, value) in greatest.row(y).iter().enumerate() {
                assert_eq!(*value, if y <= 4 && x <= 3 { 9 } else { 5 }, "{x} {y}");
            }
            assert_eq!(least.row(y), [5; 7]);
        }
        assert_eq!(Spread::greatest(&[1, 2], 2, 9).row(0), [2, 2]);
    }
}

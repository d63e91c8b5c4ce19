//! Bytes as the colours of cells, and back.

use super::grid::{Grid, Radix};

/// The colours of all cells, row by row. Rows before `first_row` and what `body` does not fill are colour 0.
///
/// `body` may be shorter than the cells hold; what is longer is left out.
pub fn cells_of(grid: &Grid, first_row: usize, body: &[u8]) -> Vec<u8> {
    let (columns, rows) = (grid.columns(), grid.rows());
    let mut cells = vec![0; columns * rows];
    let below = cells.get_mut(first_row.min(rows) * columns..).unwrap_or_default();
    let mut bits = Bits { bytes: body, at: 0 };
    match grid.colours.whole_bits() {
        Some(planes) => {
            for row in below.chunks_exact_mut(columns.max(1)) {
                for plane in 0..planes {
                    for cells in row.chunks_mut(32) {
                        let word = bits.take(cells.len() as u32);
                        for (place, cell) in cells.iter_mut().enumerate() {
                            *cell |= ((word >> place & 1) as u8) << plane;
                        }
                    }
                }
            }
        }
        None => {
            let radix = Radix::new(grid.colours.count());
            for cells in below.chunks_mut(radix.cells) {
                radix.digits(bits.take(radix.bits_of(cells.len())), cells);
            }
        }
    }
    cells
}

/// The bytes that the cells from `first_row` on hold, at most `bytes_max` of them. `below` are those cells, or the first
/// of them.
pub fn bytes_of(grid: &Grid, first_row: usize, below: &[u8], bytes_max: usize) -> Vec<u8> {
    let columns = grid.columns();
    let wanted = grid.capacity_bytes(first_row).min(bytes_max);
    let mut out = Sink { bytes: Vec::with_capacity(wanted + 8), held: 0, held_count: 0 };
    match grid.colours.whole_bits() {
        Some(planes) => {
            for row in below.chunks_exact(columns.max(1)) {
                if out.bytes.len() >= wanted {
                    break;
                }
                for plane in 0..planes {
                    for cells in row.chunks(32) {
                        let bit = |(place, cell): (usize, &u8)| u64::from(cell >> plane & 1) << place;
                        out.put(cells.iter().enumerate().map(bit).sum(), cells.len() as u32);
                    }
                }
            }
        }
        None => {
            let radix = Radix::new(grid.colours.count());
            for cells in below.chunks(radix.cells) {
                if out.bytes.len() >= wanted {
                    break;
                }
                let bits = radix.bits_of(cells.len());
                out.put(radix.number(cells) & ((1 << bits) - 1), bits);
            }
        }
    }
    out.bytes.truncate(wanted);
    out.bytes
}

/// The bits of some bytes, the lowest of each first; zeros behind the end.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, at most 63.
    fn take(&mut self, count: u32) -> u64 {
        let mut word = [0; 16];
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let there = rest.len().min(word.len());
        word[..there].copy_from_slice(&rest[..there]);
        let bits = u128::from_le_bytes(word) >> (self.at % 8);
        self.at += count as usize;
        bits as u64 & ((1 << count) - 1)
    }
}

/// Bits put together to bytes.
struct Sink {
    bytes: Vec<u8>,
    held: u128,
    held_count: u32,
}

impl Sink {
    fn put(&mut self, bits: u64, count: u32) {
        self.held |= u128::from(bits) << self.held_count;
        self.held_count += count;
        while self.held_count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.held_count -= 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::colours::Colours;
    use super::*;

    proptest! {
        #[test]
        fn bytes_come_back_from_cells_of_any_count_of_colours(
            count in 2_u16..=256,
            (width, height) in (64_u32..200, 64_u32..100),
            nine_to_one: bool,
            first_row in 0_usize..40,
            seed: u64,
        ) {
            let grid = Grid { width, height, colours: Colours::new(count).unwrap(), nine_to_one };
            let mut body = vec![0; grid.capacity_bytes(first_row)];
            fastrand::Rng::with_seed(seed).fill(&mut body);
            let cells = cells_of(&grid, first_row, &body);
            prop_assert!(cells.iter().all(|cell| u16::from(*cell) < count));
            prop_assert_eq!(bytes_of(&grid, first_row, cells.get(first_row * grid.columns()..).unwrap_or_default(), usize::MAX), body);
        }
    }

    #[test]
    fn eight_colours_in_full_hd_hold_three_bits_a_cell() {
        let colours = Colours::new(8).unwrap();
        let grid = Grid { width: 1920, height: 1080, colours, nine_to_one: true };
        assert_eq!(grid.capacity_bytes(0), 86_400);
        assert_eq!(Grid { nine_to_one: false, ..grid }.capacity_bytes(0), 777_600);
    }
}

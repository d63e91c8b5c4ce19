//! Made-up work with values as wild as their types allow, by which a device is compared with a twin.

use crate::wave_grid::{STEPS, WaveGrid};

/// Width, height, cell and waves: even and odd sizes, with and without a remainder.
pub(crate) const GRIDS: [(u32, u32, u32, usize); 9] = [
    (64, 48, 8, 10),
    (97, 65, 16, 15),
    (60, 37, 12, 3),
    (80, 73, 36, 6),
    (31, 7, 7, 1),
    (33, 29, 4, 21),
    (17, 19, 1, 2),
    (5, 5, 9, 4),
    (90, 22, 11, 5),
];

/// Width, height and cell of pictures of cells.
pub(crate) const FRAMES: [(u32, u32, u32); 6] =
    [(64, 64, 3), (65, 47, 3), (13, 9, 1), (50, 31, 8), (2, 40, 3), (31, 2, 5)];

/// Noise of a seed: the same everywhere.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// One in eight is as far out as its type allows.
    fn wild(&mut self) -> i16 {
        match self.next() % 16 {
            0 => i16::MIN,
            1 => i16::MAX,
            _ => self.next() as i16,
        }
    }
}

/// A grid of noise, some of whose cells are missing.
pub(crate) fn grid(seed: u64, size: (u32, u32), cell_px: u32, waves: usize) -> WaveGrid {
    let mut noise = Noise::new(seed);
    let samples = (cell_px * cell_px) as usize;
    let tables: Vec<Vec<i16>> = (0..waves).map(|_| (0..samples).map(|_| noise.wild()).collect()).collect();
    let steps: Vec<[i16; STEPS]> = (0..waves).map(|_| std::array::from_fn(|_| noise.wild())).collect();
    let places = (0..size.1 / cell_px).flat_map(|row| (0..size.0 / cell_px).map(move |column| (column, row)));
    let cells = places.filter(|(column, row)| (column + 3 * row) % 5 != 4);
    let cells = cells.map(|(column, row)| (column * cell_px, row * cell_px)).collect();
    WaveGrid::new(size, cell_px, &tables, &steps, cells)
        .unwrap_or_else(|| unreachable!("the sizes are constants"))
}

//! The graph of the code: which block of bits is in which row of checks, rotated by how much.

use super::LANES;
use crate::share::random::Random;

/// One rotated identity matrix: check `t` of the row holds bit `(t + shift) % LANES` of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) block: u16,
    pub(super) shift: u8,
}

/// A code of `info_blocks + parity_blocks` blocks of [`LANES`] bits.
#[derive(Debug, Clone)]
pub(in crate::share) struct Code {
    pub(super) info_blocks: usize,
    pub(super) parity_blocks: usize,
    /// For each row of checks, the information blocks in it.
    pub(super) rows: Vec<Vec<Edge>>,
}

impl Code {
    /// The code with these numbers of blocks; the same for all time, since it is part of the format.
    /// Both numbers are raised to at least 1 and `parity_blocks` to at least 4.
    pub(in crate::share) fn new(info_blocks: usize, parity_blocks: usize) -> Self {
        let (info_blocks, parity_blocks) = (info_blocks.max(1), parity_blocks.max(4));
        Self { info_blocks, parity_blocks, rows: Builder::new(info_blocks, parity_blocks).rows() }
    }

    /// Bytes of information in one codeword.
    #[cfg(test)]
    pub(in crate::share) fn info_bytes(&self) -> usize {
        self.info_blocks * LANES / 8
    }

    /// Bits of one codeword.
    pub(in crate::share) fn coded_bits(&self) -> usize {
        (self.info_blocks + self.parity_blocks) * LANES
    }
}

/// How many checks an information bit is in: a few bits are in many and are known early, the rest in three.
/// The shares are those that broadcasting has settled on for accumulate codes of each rate.
fn weights(info_blocks: usize, parity_blocks: usize) -> (usize, usize) {
    let rate = info_blocks as f64 / (info_blocks + parity_blocks) as f64;
    let (share, weight) = match rate {
        r if r < 0.45 => (1.0 / 3.0, 12),
        r if r < 0.55 => (0.4, 8),
        r if r < 0.63 => (1.0 / 3.0, 12),
        r if r < 0.70 => (0.1, 13),
        r if r < 0.78 => (1.0 / 9.0, 12),
        r if r < 0.82 => (1.0 / 7.0, 11),
        r if r < 0.87 => (0.1, 13),
        _ => (1.0 / 8.0, 4),
    };
    ((info_blocks as f64 * share).round() as usize, weight.min(parity_blocks))
}

struct Builder {
    random: Random,
    info_blocks: usize,
    /// `shifts[row][block]`, parity blocks included.
    shifts: Vec<Vec<Option<u8>>>,
    degrees: Vec<usize>,
}

impl Builder {
    fn new(info_blocks: usize, parity_blocks: usize) -> Self {
        let mut shifts = vec![vec![None; info_blocks + parity_blocks]; parity_blocks];
        for (row, line) in shifts.iter_mut().enumerate() {
            let (before, shift) = if row == 0 { (parity_blocks - 1, LANES - 1) } else { (row - 1, 0) };
            line[info_blocks + row] = Some(0);
            line[info_blocks + before] = Some(shift as u8);
        }
        Self {
            random: Random::new(((info_blocks as u64) << 32) | parity_blocks as u64),
            info_blocks,
            shifts,
            degrees: vec![0; parity_blocks],
        }
    }

    fn rows(mut self) -> Vec<Vec<Edge>> {
        let (heavy_blocks, heavy_weight) = weights(self.info_blocks, self.degrees.len());
        for block in 0..self.info_blocks {
            let weight = if block < heavy_blocks { heavy_weight } else { 3 };
            self.place(block, weight);
        }
        let edge =
            |(block, shift): (usize, &Option<u8>)| shift.map(|shift| Edge { block: block as u16, shift });
        self.shifts
            .iter()
            .map(|line| line.iter().take(self.info_blocks).enumerate().filter_map(edge).collect())
            .collect()
    }

    /// Puts a block into the `weight` rows that hold the fewest blocks so far.
    fn place(&mut self, block: usize, weight: usize) {
        let mut rows: Vec<(usize, u64, usize)> =
            self.degrees.iter().enumerate().map(|(row, degree)| (*degree, self.random.next(), row)).collect();
        rows.sort_unstable();
        for (_, _, row) in rows.into_iter().take(weight) {
            let mut shift = self.random.below(LANES);
            for _ in 0..200 {
                if !self.closes_short_loop(block, row, shift) {
                    break;
                }
                shift = self.random.below(LANES);
            }
            self.shifts[row][block] = Some(shift as u8);
            self.degrees[row] += 1;
        }
    }

    /// Whether two checks would share two bits, which makes a decoder believe its own echo.
    fn closes_short_loop(&self, block: usize, row: usize, shift: usize) -> bool {
        let apart = |a: u8, b: u8| (usize::from(a) + LANES - usize::from(b)) % LANES;
        self.shifts.iter().enumerate().filter(|(other, _)| *other != row).any(|(other, line)| {
            let Some(mine) = line[block] else { return false };
            let here = apart(shift as u8, mine);
            self.shifts[row]
                .iter()
                .zip(&self.shifts[other])
                .any(|pair| matches!(pair, (Some(a), Some(b)) if apart(*a, *b) == here))
        })
    }
}

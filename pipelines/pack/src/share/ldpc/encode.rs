//! From information to a codeword.

use super::{Code, LANES};

impl Code {
    /// The codeword of `info`, as blocks of 128 bits: the information first, then the parity. Bytes beyond
    /// [`Code::info_bytes`] are not read, missing ones are 0.
    pub(in crate::share) fn encode(&self, info: &[u8]) -> Vec<u128> {
        let mut blocks: Vec<u128> = info.chunks(LANES / 8).take(self.info_blocks).map(word).collect();
        blocks.resize(self.info_blocks, 0);
        let mut sum = 0u128;
        let mut sums = Vec::with_capacity(self.parity_blocks);
        for row in &self.rows {
            for edge in row {
                let bits = blocks.get(usize::from(edge.block)).copied().unwrap_or(0);
                sum ^= bits.rotate_right(u32::from(edge.shift));
            }
            sums.push(sum);
        }
        // The chain of sums runs through all rows for lane 0, then on through lane 1: what the last row of one lane
        // holds is carried into the next.
        let carry = running_sum(sum) << 1;
        blocks.extend(sums.into_iter().map(|sum| sum ^ carry));
        blocks
    }

    /// Whether all checks hold.
    pub(super) fn is_codeword(&self, blocks: &[u128]) -> bool {
        let bits = |block: usize| blocks.get(block).copied().unwrap_or(0);
        let mut before = bits(self.info_blocks + self.parity_blocks - 1) << 1;
        self.rows.iter().enumerate().all(|(row, edges)| {
            let own = bits(self.info_blocks + row);
            let checks = edges.iter().fold(own ^ before, |sum, edge| {
                sum ^ bits(usize::from(edge.block)).rotate_right(u32::from(edge.shift))
            });
            before = own;
            checks == 0
        })
    }
}

fn word(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u128::from(*byte))
}

/// Bit t of the result is the sum of bits 0 to t.
fn running_sum(mut bits: u128) -> u128 {
    for step in [1, 2, 4, 8, 16, 32, 64] {
        bits ^= bits << step;
    }
    bits
}

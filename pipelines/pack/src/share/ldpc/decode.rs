//! From soft values back to information: layered min-sum.

use super::{Code, LANES};

type Lanes = [f32; LANES];

/// Stands for "known for certain" where a check has no second parity bit.
const CERTAIN: f32 = 1e6;

impl Code {
    /// Decodes one codeword. `soft[i]` is the logarithm of how much likelier bit i is 0 than 1; missing values are 0,
    /// which says nothing. `None` when the checks do not hold after `rounds_max` rounds.
    pub(in crate::share) fn decode(&self, soft: &[f32], rounds_max: usize) -> Option<Vec<u8>> {
        let (mut state, damping) = (State::new(self, soft), self.damping());
        for _ in 0..rounds_max {
            let bits = state.bits();
            if self.is_codeword(&bits) {
                return Some(
                    bits.iter().take(self.info_blocks).flat_map(|word| word.to_le_bytes()).collect(),
                );
            }
            state.round(damping);
        }
        None
    }

    /// What min-sum believes too much is scaled down by this. Measured: the value that bears the most noise, for the shares
    /// of heavy bits that each rate has.
    fn damping(&self) -> f32 {
        match self.info_blocks as f32 / (self.info_blocks + self.parity_blocks) as f32 {
            rate if rate < 0.55 => 0.85,
            rate if rate < 0.63 => 0.75,
            _ => 0.82,
        }
    }
}

/// A block of a row and how its bits are turned.
#[derive(Clone, Copy)]
struct Link {
    block: usize,
    shift: usize,
}

struct State {
    beliefs: Vec<Lanes>,
    rows: Vec<Vec<Link>>,
    /// What each row said last about each of its bits.
    said: Vec<Vec<Lanes>>,
    heard: Vec<Lanes>,
}

impl State {
    fn new(code: &Code, soft: &[f32]) -> Self {
        let blocks = code.info_blocks + code.parity_blocks;
        let mut beliefs = vec![[0.0; LANES]; blocks];
        for (block, values) in beliefs.iter_mut().zip(soft.chunks(LANES)) {
            for (belief, value) in block.iter_mut().zip(values) {
                *belief = value.clamp(-60.0, 60.0);
            }
        }
        let links = |(row, edges): (usize, &Vec<super::graph::Edge>)| {
            // The link to the parity bit before stands last: `round` treats its first lane in row 0 apart.
            let mut links: Vec<Link> = edges
                .iter()
                .map(|edge| Link { block: edge.block.into(), shift: edge.shift.into() })
                .collect();
            links.push(Link { block: code.info_blocks + row, shift: 0 });
            links.push(match row {
                0 => Link { block: blocks - 1, shift: LANES - 1 },
                _ => Link { block: code.info_blocks + row - 1, shift: 0 },
            });
            links
        };
        let rows: Vec<Vec<Link>> = code.rows.iter().enumerate().map(links).collect();
        let said = rows.iter().map(|row| vec![[0.0; LANES]; row.len()]).collect();
        let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
        Self { beliefs, rows, said, heard: vec![[0.0; LANES]; widest] }
    }

    fn bits(&self) -> Vec<u128> {
        let word = |lanes: &Lanes| {
            lanes.iter().rev().fold(0u128, |word, value| (word << 1) | u128::from(*value < 0.0))
        };
        self.beliefs.iter().map(word).collect()
    }

    fn round(&mut self, damping: f32) {
        for (number, (row, said)) in self.rows.iter().zip(&mut self.said).enumerate() {
            let open_end = (number == 0).then_some(row.len() - 1);
            let (mut least, mut second) = ([f32::MAX; LANES], [f32::MAX; LANES]);
            let mut signs = [0u32; LANES];
            for (index, (link, (said, heard))) in row.iter().zip(said.iter().zip(&mut self.heard)).enumerate()
            {
                turned(&self.beliefs[link.block], link.shift, heard);
                for (heard, said) in heard.iter_mut().zip(said) {
                    *heard -= said;
                }
                if open_end == Some(index) {
                    heard[0] = CERTAIN;
                }
                weigh(heard, &mut least, &mut second, &mut signs);
            }
            for (index, (link, (said, heard))) in
                row.iter().zip(said.iter_mut().zip(&mut self.heard)).enumerate()
            {
                answer(heard, said, damping, (&least, &second, &signs));
                if open_end == Some(index) {
                    // The lane that is not there must leave the last parity bit alone.
                    let kept = self.beliefs[link.block][LANES - 1];
                    turned(heard, LANES - link.shift, &mut self.beliefs[link.block]);
                    self.beliefs[link.block][LANES - 1] = kept;
                    said[0] = 0.0;
                } else {
                    turned(heard, LANES - link.shift, &mut self.beliefs[link.block]);
                }
            }
        }
    }
}

/// `to[t] = from[(t + shift) % LANES]`.
fn turned(from: &Lanes, shift: usize, to: &mut Lanes) {
    let (low, high) = from.split_at(shift % LANES);
    let (head, tail) = to.split_at_mut(high.len());
    head.copy_from_slice(high);
    tail.copy_from_slice(low);
}

/// Takes one bit's values into the two least of the row and the product of signs.
fn weigh(heard: &Lanes, least: &mut Lanes, second: &mut Lanes, signs: &mut [u32; LANES]) {
    for lane in 0..LANES {
        let size = heard[lane].abs();
        second[lane] = second[lane].min(size.max(least[lane]));
        least[lane] = least[lane].min(size);
        signs[lane] ^= heard[lane].to_bits();
    }
}

/// What the row says to one bit; `heard` becomes the new belief.
fn answer(heard: &mut Lanes, said: &mut Lanes, damping: f32, row: (&Lanes, &Lanes, &[u32; LANES])) {
    let (least, second, signs) = row;
    for lane in 0..LANES {
        let size = if heard[lane].abs() > least[lane] { least[lane] } else { second[lane] };
        let sign = (signs[lane] ^ heard[lane].to_bits()) & 0x8000_0000;
        said[lane] = f32::from_bits((size * damping).to_bits() | sign);
        heard[lane] += said[lane];
    }
}

//! From soft values back to information: layered min-sum, and layered sum-product where that is not enough.

use super::{Code, LANES};

type Lanes = [f32; LANES];

/// Stands for "known for certain" where a check has no second parity bit.
const CERTAIN: f32 = 1e6;

/// How a check tells one of its bits what the others say of it.
#[derive(Clone, Copy)]
enum Rule {
    /// As sure as the least sure of the others, scaled down. Cheap.
    MinSum { damping: f32 },
    /// What really follows from the others. It bears about 0.3 dB more noise, and takes many times as long.
    SumProduct,
}

impl Code {
    /// Decodes one codeword. `soft[i]` is the logarithm of how much likelier bit i is 0 than 1; missing values are 0,
    /// which says nothing. `None` when the checks do not hold after `rounds_max` rounds of each rule.
    pub(in crate::share) fn decode(&self, soft: &[f32], rounds_max: usize) -> Option<Vec<u8>> {
        let rate = self.info_blocks as f32 / (self.info_blocks + self.parity_blocks) as f32;
        self.decode_by(Rule::MinSum { damping: damping(rate) }, soft, rounds_max).or_else(|| {
            // With less information than the rate asks for no rule finds the word.
            let enough = information(soft) * soft.len() as f32 / self.coded_bits() as f32 > rate;
            enough.then(|| self.decode_by(Rule::SumProduct, soft, rounds_max)).flatten()
        })
    }

    fn decode_by(&self, rule: Rule, soft: &[f32], rounds_max: usize) -> Option<Vec<u8>> {
        let mut state = State::new(self, soft);
        for _ in 0..rounds_max {
            let bits = state.bits();
            if self.is_codeword(&bits) {
                return Some(
                    bits.iter().take(self.info_blocks).flat_map(|word| word.to_le_bytes()).collect(),
                );
            }
            state.round(rule);
        }
        None
    }
}

/// What min-sum believes too much is scaled down by this. Measured: the value that bears the most noise, for the shares
/// of heavy bits that each rate has.
fn damping(rate: f32) -> f32 {
    match rate {
        rate if rate < 0.55 => 0.85,
        rate if rate < 0.63 => 0.75,
        _ => 0.82,
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

    fn round(&mut self, rule: Rule) {
        for (number, (row, said)) in self.rows.iter().zip(&mut self.said).enumerate() {
            let open_end = (number == 0).then_some(row.len() - 1);
            for (index, (link, (said, heard))) in row.iter().zip(said.iter().zip(&mut self.heard)).enumerate()
            {
                turned(&self.beliefs[link.block], link.shift, heard);
                for (heard, said) in heard.iter_mut().zip(said) {
                    *heard -= said;
                }
                if open_end == Some(index) {
                    heard[0] = CERTAIN;
                }
            }
            match rule {
                Rule::MinSum { damping } => min_sum(said, &mut self.heard, damping),
                Rule::SumProduct => sum_product(said, &mut self.heard),
            }
            for (index, (link, (said, heard))) in row.iter().zip(said.iter_mut().zip(&self.heard)).enumerate()
            {
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

/// What the row says to each of its bits, from what they said; `heard` becomes the new beliefs.
fn min_sum(said: &mut [Lanes], heard: &mut [Lanes], damping: f32) {
    let (mut least, mut second) = ([f32::MAX; LANES], [f32::MAX; LANES]);
    let mut signs = [0u32; LANES];
    for heard in heard.iter().take(said.len()) {
        weigh(heard, &mut least, &mut second, &mut signs);
    }
    for (said, heard) in said.iter_mut().zip(heard) {
        answer(heard, said, damping, (&least, &second, &signs));
    }
}

/// The same as [`min_sum`] with nothing left out.
fn sum_product(said: &mut [Lanes], heard: &mut [Lanes]) {
    let (mut doubts, mut signs) = ([0.0f32; LANES], [0u32; LANES]);
    for (said, heard) in said.iter_mut().zip(heard.iter()) {
        for lane in 0..LANES {
            said[lane] = doubt(heard[lane].abs());
            doubts[lane] += said[lane];
            signs[lane] ^= heard[lane].to_bits();
        }
    }
    for (said, heard) in said.iter_mut().zip(heard) {
        for lane in 0..LANES {
            let size = doubt(doubts[lane] - said[lane]);
            let sign = (signs[lane] ^ heard[lane].to_bits()) & 0x8000_0000;
            said[lane] = f32::from_bits(size.to_bits() | sign);
            heard[lane] += said[lane];
        }
    }
}

/// −ln tanh(x / 2), its own inverse: the doubts of a check's bits add up.
fn doubt(sure: f32) -> f32 {
    let wrong = (-sure.clamp(1e-6, 40.0)).exp();
    ((1.0 + wrong) / (1.0 - wrong)).ln()
}

/// Mean over the bits of one less the entropy that is left.
pub(in crate::share) fn information(soft: &[f32]) -> f32 {
    let told = |value: &f32| {
        let wrong = 1.0 / (1.0 + value.abs().min(30.0).exp());
        1.0 + wrong * wrong.max(1e-12).log2() + (1.0 - wrong) * (1.0 - wrong).log2()
    };
    soft.iter().map(told).sum::<f32>() / soft.len().max(1) as f32
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

//! Which cells the bits of a block stand for: what [`Patterns`] is, the other way round.

use super::codes::Codes;
use super::patterns::{Entry, Patterns, SEEN, TILE_BLOCKS};

/// For each block of a tile, across or down: of the cells that it sees, the first one of which no block sees more; and
/// how many of them there are.
const OWNED: [(u32, u32); TILE_BLOCKS] = [(0, 3), (1, 2), (0, 3)];

/// Bits that are looked at at once for whole symbols.
const STEP_BITS: u32 = 13;
/// Longest code of a JPEG.
const CODE_BITS: u32 = 16;
/// Bits that are looked at for a difference of DC.
const DC_BITS: u32 = 12;
/// The block ends with these symbols.
const END: u8 = 0x80;
/// The bits in front of the tail of a key.
const HEAD_BITS: u32 = 120;
/// Bits of a block at most: all that an entry has.
const BLOCK_BITS_MAX: usize = 148;

/// What blocks of a component stand for.
#[derive(Debug)]
pub(super) struct Known {
    /// By the next [`STEP_BITS`] bits: how many of them whole symbols take, and [`END`].
    steps: Vec<u8>,
    /// By the next [`CODE_BITS`] bits: the same for one symbol, with what follows its code.
    symbols: Vec<u8>,
    /// By the next [`DC_BITS`] bits: a difference of DC and how many bits it takes; none of them where it is longer.
    differences: Vec<(i8, u8)>,
    /// By row and column of the block in its tile.
    blocks: [Table; TILE_BLOCKS * TILE_BLOCKS],
}

impl Known {
    /// `None` when two blocks look alike that stand for different cells.
    pub(super) fn new(patterns: &Patterns, ac: &Codes) -> Option<Self> {
        let symbols = symbols(ac);
        let mut blocks = Vec::with_capacity(TILE_BLOCKS * TILE_BLOCKS);
        for (row, column) in
            (0..TILE_BLOCKS).flat_map(|row| (0..TILE_BLOCKS).map(move |column| (row, column)))
        {
            let entries = patterns.at(row, column);
            // A component of one level has a pattern for no cells.
            let cells = |pattern: u32| if entries.len() > 1 { owned(pattern, row, column) } else { 0 };
            let by_hash =
                (0u32..).zip(entries).map(|(pattern, entry)| (Key::of(entry).hash(), cells(pattern)));
            blocks.push(Table::new(by_hash.collect())?);
        }
        let differences = patterns.differences();
        Some(Self {
            steps: steps(&symbols),
            symbols,
            differences: by_bits(&differences)?,
            blocks: blocks.try_into().ok()?,
        })
    }

    /// The cells that a block owns, a byte a row, those of its tile a bit each; `at` and `before` (DC) are moved on.
    ///
    /// It looks at too little to be sure: whoever asks must write the same cells and compare.
    #[inline]
    pub(super) fn block(
        &self,
        (row, column): (usize, usize),
        bits: &[u8],
        at: &mut usize,
        before: &mut i32,
    ) -> Option<u32> {
        let &(difference, count) = self.differences.get((window(bits, *at)? >> (64 - DC_BITS)) as usize)?;
        if count == 0 {
            return None;
        }
        *before += i32::from(difference);
        let begin = *at + usize::from(count);
        *at = self.end(bits, begin)?;
        let key = Key::read(bits, begin, *at - begin, *before)?;
        let cells = u32::from(self.blocks.get(row * TILE_BLOCKS + column)?.get(key.hash())?);
        let rows = cells & 7 | (cells & 0o70) << 5 | (cells & 0o700) << 10;
        Some(rows << (SEEN[column].0 + OWNED[column].0))
    }

    /// Where the block ends whose first bit behind DC is at `begin`.
    #[inline]
    fn end(&self, bits: &[u8], begin: usize) -> Option<usize> {
        let mut at = begin;
        while at <= begin + BLOCK_BITS_MAX {
            // 57 bits at least: three steps leave 18.
            let mut window = window(bits, at)?;
            for _ in 0..4 {
                let mut step = *self.steps.get((window >> (64 - STEP_BITS)) as usize)?;
                if step == 0 {
                    step = *self.symbols.get((window >> (64 - CODE_BITS)) as usize)?;
                    at += usize::from(step & !END);
                    match step {
                        0 => return None,
                        END.. => return Some(at),
                        _ => break,
                    }
                }
                let count = step & !END;
                at += usize::from(count);
                if step & END != 0 {
                    return Some(at);
                }
                window <<= count;
            }
        }
        None
    }
}

/// The cells of a pattern that a block owns, three bits a row.
fn owned(pattern: u32, row: usize, column: usize) -> u16 {
    let (across, seen) = (OWNED[column], SEEN[column]);
    let (down, mask) = (OWNED[row], (1 << across.1) - 1);
    let line = |y: u32| pattern >> ((down.0 + y) * seen.1 + across.0) & mask;
    (0..down.1).map(|y| (line(y) << (3 * y)) as u16).sum()
}

/// The first row of its tile whose cells a block owns.
pub(super) fn first_owned(row: usize) -> usize {
    (SEEN[row].0 + OWNED[row].0) as usize
}

/// By the first bits of a symbol: how many it takes with what follows its code.
fn symbols(ac: &Codes) -> Vec<u8> {
    let mut out = vec![0; 1 << CODE_BITS];
    for symbol in &ac.symbols {
        let (code, count) = ac.code(*symbol);
        let end = if *symbol == 0 { END } else { 0 };
        let begin = (code << (CODE_BITS - count)) as usize;
        let places = out.get_mut(begin..begin + (1 << (CODE_BITS - count)));
        places.unwrap_or_default().fill((count + u32::from(symbol & 15)) as u8 | end);
    }
    out
}

/// By the first bits of several symbols: how many the whole ones take.
fn steps(symbols: &[u8]) -> Vec<u8> {
    let step = |bits: usize| {
        let mut taken = 0;
        loop {
            let next = bits << (CODE_BITS - STEP_BITS) << taken & 0xFFFF;
            let step = symbols.get(next).copied().unwrap_or(0);
            let count = u32::from(step & !END);
            if count == 0 || taken + count > STEP_BITS {
                return taken as u8;
            }
            taken += count;
            if step & END != 0 {
                return taken as u8 | END;
            }
        }
    };
    (0..1 << STEP_BITS).map(step).collect()
}

/// Differences by the bits that they begin with; `None` when one has more bits than are looked at.
fn by_bits(differences: &[(i32, u64, u32)]) -> Option<Vec<(i8, u8)>> {
    let mut out = vec![(0, 0); 1 << DC_BITS];
    for (difference, bits, count) in differences {
        let spare = DC_BITS.checked_sub(*count)?;
        let begin = (bits >> (64 - DC_BITS)) as usize;
        out.get_mut(begin..begin + (1 << spare))?.fill((i8::try_from(*difference).ok()?, *count as u8));
    }
    Some(out)
}

/// 57 bits or more from bit `at` on, from the highest on; `None` where they end.
#[inline(always)]
fn window(bits: &[u8], at: usize) -> Option<u64> {
    let bytes = bits.get(at / 8..)?.first_chunk()?;
    Some(u64::from_be_bytes(*bytes) << (at % 8))
}

/// What tells a block from others: its bits and its DC.
struct Key {
    /// The first [`HEAD_BITS`] of them, from the highest on.
    head: u128,
    /// The others, from the highest on.
    tail: u64,
    count: u32,
    dc: i32,
}

impl Key {
    fn of(entry: &Entry) -> Self {
        let [first, second, third] = entry.words.map(|word| u128::from(word) << 64);
        let [one, two, three] = entry.counts.map(u32::from);
        let all = first | second >> one | third >> (one + two);
        let tail = (one + two + three > HEAD_BITS).then(|| entry.words[2] << (HEAD_BITS - one - two));
        let count = one + two + three;
        Self { head: all & mask(count), tail: tail.unwrap_or(0), count, dc: entry.dc.into() }
    }

    #[inline(always)]
    fn read(bits: &[u8], at: usize, count: usize, dc: i32) -> Option<Self> {
        let bytes = bits.get(at / 8..)?.first_chunk()?;
        let head = u128::from_be_bytes(*bytes) << (at % 8) & mask(count as u32);
        let tail = match (count as u32).checked_sub(HEAD_BITS + 1) {
            None => 0,
            Some(more) => window(bits, at + HEAD_BITS as usize)? & !(u64::MAX >> 1 >> more.min(62)),
        };
        Some(Self { head, tail, count: count as u32, dc })
    }

    #[inline(always)]
    fn hash(&self) -> u64 {
        let other = u64::from(self.count) << 8 | u64::from(self.dc as u8);
        let high = ((self.head >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let low = (self.head as u64 ^ self.tail.rotate_left(21)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let sum = high ^ low.rotate_left(32) ^ other.wrapping_mul(0x94D0_49BB_1331_11EB);
        (sum ^ sum >> 29).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}

/// The first `count` bits, no more than a head has.
#[inline(always)]
fn mask(count: u32) -> u128 {
    !(u128::MAX >> count.min(HEAD_BITS))
}

/// Cells by the hash of a block: a hash without collisions, so that nothing is compared and no jump is guessed wrong.
#[derive(Debug)]
struct Table {
    /// By bucket: what moves all of its blocks to places of their own.
    moves: Vec<u16>,
    slots: Vec<u16>,
    shift: u32,
}

impl Table {
    /// `None` when the same block stands for different cells.
    fn new(mut blocks: Vec<(u64, u16)>) -> Option<Self> {
        blocks.sort_unstable();
        blocks.dedup();
        if blocks.array_windows().any(|[one, two]| one.0 == two.0) {
            return None;
        }
        let bits = (2 * blocks.len().max(4)).next_power_of_two().ilog2();
        let mut table = Self { moves: vec![0; 1 << (bits - 3)], slots: vec![0; 1 << bits], shift: 64 - bits };
        let mut buckets = vec![Vec::new(); table.moves.len()];
        for block in blocks {
            buckets.get_mut(table.bucket(block.0))?.push(block);
        }
        let mut order: Vec<usize> = (0..buckets.len()).collect();
        order.sort_by_key(|bucket| std::cmp::Reverse(buckets.get(*bucket).map_or(0, Vec::len)));
        let mut is_taken = vec![false; table.slots.len()];
        for (bucket, blocks) in order.into_iter().filter_map(|bucket| Some((bucket, buckets.get(bucket)?))) {
            let places = |by: u16| {
                let mut places: Vec<usize> = blocks.iter().map(|(hash, _)| table.slot(*hash, by)).collect();
                let all = places.iter().all(|place| is_taken.get(*place) == Some(&false));
                places.sort_unstable();
                all && places.array_windows().all(|[one, two]| one != two)
            };
            let by = (0..=u16::MAX).find(|by| places(*by))?;
            *table.moves.get_mut(bucket)? = by;
            for (hash, cells) in blocks {
                let slot = table.slot(*hash, by);
                *is_taken.get_mut(slot)? = true;
                *table.slots.get_mut(slot)? = *cells;
            }
        }
        Some(table)
    }

    /// What a block that is there stands for, and anything for others.
    #[inline(always)]
    fn get(&self, hash: u64) -> Option<u16> {
        let by = *self.moves.get(self.bucket(hash))?;
        self.slots.get(self.slot(hash, by)).copied()
    }

    #[inline(always)]
    fn bucket(&self, hash: u64) -> usize {
        hash as usize & (self.moves.len() - 1)
    }

    #[inline(always)]
    fn slot(&self, hash: u64, by: u16) -> usize {
        let moved = hash ^ u64::from(by).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (moved.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> self.shift) as usize
    }
}

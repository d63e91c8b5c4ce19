//! Huffman codes of any baseline JPEG, and the bits they are read from.

use super::header::{CODE_COUNTS, CODE_SYMBOLS};

/// Bits that one look into the table decides.
const LOOK_BITS: u32 = 9;

/// A table as the file gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table<'a> {
    /// Counts of codes of 1 to 16 bits.
    pub counts: &'a [u8; 16],
    /// What they mean.
    pub symbols: &'a [u8],
}

impl Table<'_> {
    /// Whether it gives each coefficient our byte.
    pub fn is_ours(&self) -> bool {
        *self.counts == CODE_COUNTS && self.symbols == CODE_SYMBOLS
    }
}

/// A table made ready to decode with.
#[derive(Debug)]
pub(crate) struct Decoder<'a> {
    symbols: &'a [u8],
    /// By the next [`LOOK_BITS`] bits: length of the code (0: longer) and symbol.
    look: Vec<(u8, u8)>,
    /// By length − 1: the first code that is longer, aligned to 16 bits; what to add to a code for its symbol's index.
    lengths: [(u32, i32); 16],
}

impl<'a> Decoder<'a> {
    /// Nothing when the counts promise more codes than there are.
    pub fn new(table: Table<'a>) -> Option<Self> {
        let mut look = vec![(0, 0); 1 << LOOK_BITS];
        let mut lengths = [(0, 0); 16];
        let (mut code, mut index) = (0u32, 0usize);
        for (length, (&count, entry)) in (1u32..).zip(table.counts.iter().zip(&mut lengths)) {
            entry.1 = index as i32 - code as i32;
            for _ in 0..count {
                let &symbol = table.symbols.get(index)?;
                if length <= LOOK_BITS {
                    let spare = LOOK_BITS - length;
                    let span = (code as usize) << spare..(code as usize + 1) << spare;
                    look.get_mut(span)?.fill((length as u8, symbol));
                }
                code += 1;
                index += 1;
            }
            if code > 1 << length {
                return None;
            }
            entry.0 = code << (16 - length);
            code <<= 1;
        }
        Some(Self { symbols: table.symbols, look, lengths })
    }

    /// The next symbol; nothing when the bits are no code or the data ended.
    #[inline]
    pub fn read(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let next = bits.peek16();
        let &(length, symbol) = self.look.get((next >> (16 - LOOK_BITS)) as usize)?;
        if length > 0 {
            return bits.consume(u32::from(length)).then_some(symbol);
        }
        let long = self.lengths.iter().enumerate().skip(LOOK_BITS as usize);
        for (index, &(end, offset)) in long {
            if next < end {
                let length = index as u32 + 1;
                let symbol = self.symbols.get(((next >> (16 - length)) as i32 + offset) as usize)?;
                return bits.consume(length).then_some(*symbol);
            }
        }
        None
    }
}

/// The bits of entropy-coded data, stuffing removed. A marker ends them.
#[derive(Debug)]
pub(crate) struct Bits<'a> {
    rest: &'a [u8],
    held: u64,
    held_count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self { rest: data, held: 0, held_count: 0 }
    }

    /// The next 16 bits; behind the end zeros.
    #[inline]
    pub fn peek16(&mut self) -> u32 {
        if self.held_count < 16 {
            self.fill();
        }
        if self.held_count >= 16 {
            (self.held >> (self.held_count - 16)) as u32 & 0xFFFF
        } else {
            (self.held << (16 - self.held_count)) as u32 & 0xFFFF
        }
    }

    /// Steps over `count` (at most 16) bits; false when there were fewer.
    #[inline]
    pub fn consume(&mut self, count: u32) -> bool {
        match self.held_count.checked_sub(count) {
            Some(left) => {
                self.held_count = left;
                true
            }
            None => false,
        }
    }

    /// The value of the coefficient whose size was read just before; size at most 15.
    #[inline]
    pub fn value(&mut self, size: u32) -> Option<i32> {
        if size == 0 {
            return Some(0);
        }
        let bits = (self.peek16() >> (16 - size)) as i32;
        let value = if bits >> (size - 1) == 0 { bits - (1 << size) + 1 } else { bits };
        self.consume(size).then_some(value)
    }

    /// Drops what is left of the byte and steps over a restart marker; false when there is none.
    pub fn restart(&mut self) -> bool {
        if self.held_count >= 8 {
            return false;
        }
        (self.held, self.held_count) = (0, 0);
        while let [0xFF, 0xFF, ..] = self.rest {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        match self.rest {
            [0xFF, 0xD0..=0xD7, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn fill(&mut self) {
        while self.held_count <= 48 {
            let (byte, rest) = match self.rest {
                [0xFF, 0x00, rest @ ..] => (0xFF, rest),
                [0xFF, ..] | [] => return,
                [byte, rest @ ..] => (*byte, rest),
            };
            self.rest = rest;
            self.held = self.held << 8 | u64::from(byte);
            self.held_count += 8;
        }
    }
}

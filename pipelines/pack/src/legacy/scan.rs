//! Quantised blocks as the bits of a scan.

use super::codes::Codes;
use super::transform::{Block, ZIGZAG};

/// A scan under way: bits, with a zero behind each byte of ones.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) out: Vec<u8>,
    held: u64,
    held_count: u32,
}

impl Scan {
    /// Goes on behind what `out` holds.
    pub(super) fn new(out: Vec<u8>) -> Self {
        Self { out, held: 0, held_count: 0 }
    }

    /// Appends the lower `count` bits, at most 32.
    #[inline]
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.held = self.held << count | u64::from(bits);
        self.held_count += count;
        while self.held_count >= 8 {
            self.held_count -= 8;
            let byte = (self.held >> self.held_count) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(&mut self) {
        let missing = (8 - self.held_count) % 8;
        self.put((1 << missing) - 1, missing);
    }
}

/// Hands the symbols of a block to `each`, with the bits that follow each and their count; the first is that of DC.
#[inline]
pub(super) fn symbols(block: &Block, dc_before: i32, mut each: impl FnMut(u8, u32, u32)) {
    let (size, bits) = sized(block[0] - dc_before);
    each(size as u8, bits, size);
    let mut run = 0;
    for place in &ZIGZAG[1..] {
        let value = block[usize::from(*place)];
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            each(0xF0, 0, 0);
            run -= 16;
        }
        let (size, bits) = sized(value);
        each((run << 4) as u8 | size as u8, bits, size);
        run = 0;
    }
    if run > 0 {
        each(0, 0, 0);
    }
}

/// Appends a block.
pub(super) fn put_block(block: &Block, dc_before: &mut i32, (dc, ac): (&Codes, &Codes), scan: &mut Scan) {
    let mut table = dc;
    symbols(block, *dc_before, |symbol, bits, size| {
        let (code, count) = table.code(symbol);
        scan.put(code << size | bits, count + size);
        table = ac;
    });
    *dc_before = block[0];
}

/// How many bits a value takes, and those bits.
#[inline]
pub(super) fn sized(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = if value < 0 { value - 1 } else { value };
    (size, bits as u32 & ((1 << size) - 1))
}

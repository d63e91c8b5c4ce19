//! A frame of ours with the Huffman tables and restart markers of another program.

/// Rewrites `jpeg`: every size of a coefficient gets a code of `code_bits` (4 to 16) bits, and a restart marker stands after each
/// `restart_interval` MCUs (none for 0) of `mcu_block_count` blocks.
pub fn rewrite(jpeg: &[u8], code_bits: u8, restart_interval: u16, mcu_block_count: u32) -> Option<Vec<u8>> {
    let tables_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC4])?;
    let scan_header_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xDA])?;
    let (head, scan) = jpeg.split_at_checked(scan_header_at + 14)?;
    let mut out = jpeg.get(..tables_at)?.to_vec();
    if restart_interval > 0 {
        out.extend([0xFF, 0xDD, 0, 4]);
        out.extend(restart_interval.to_be_bytes());
    }
    out.extend([0xFF, 0xC4, 0, 2 + 2 * (1 + 16 + 8)]);
    for class in [0x00, 0x10] {
        out.push(class);
        out.extend((1..=16).map(|bits| if bits == code_bits { 8 } else { 0 }));
        out.extend(0..8);
    }
    out.extend(head.get(scan_header_at..)?);
    let mut bits = Bits { out, held: 0, count: 0 };
    let (mut block_count, mut within) = (0u32, 0);
    for &byte in scan.iter().take_while(|byte| **byte != 0xFF) {
        let interval = u32::from(restart_interval) * mcu_block_count;
        if within == 0 && interval > 0 && block_count > 0 && block_count.is_multiple_of(interval) {
            bits.flush();
            bits.out.extend([0xFF, 0xD0 + ((block_count / interval - 1) % 8) as u8]);
        }
        // The ones before the first zero are the code, what follows it the value.
        let size = 7 - byte.leading_ones().min(7);
        bits.put(size, u32::from(code_bits));
        bits.put(u32::from(byte) & ((1 << size) - 1), size);
        within += 1;
        if within == 64 || (within > 1 && size == 0) {
            within = 0;
            block_count += 1;
        }
    }
    bits.flush();
    bits.out.extend([0xFF, 0xD9]);
    Some(bits.out)
}

struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.held = self.held << count | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
    }

    /// Fills up the last byte with ones.
    fn flush(&mut self) {
        if self.count > 0 {
            let spare = 8 - self.count;
            self.put((1 << spare) - 1, spare);
        }
    }
}

//! Frames as another program would write the same coefficients, for tests.

use super::geometry::Geometry;
use super::markers::read_header;

/// How the copy is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Foreign {
    /// MCUs between restart markers; 0 without.
    pub restart_interval: u16,
    /// Bits of the longest codes, 10 to 16.
    pub long_bits: u32,
}

impl Foreign {
    /// The same coefficients with codes of 8 and more bits, which need stuffing and fill bits.
    pub fn rewrite(self, jpeg: &[u8], geometry: Geometry) -> Vec<u8> {
        let header = read_header(jpeg).unwrap();
        let scan_at = jpeg.len() - header.scan.len();
        let mut out = jpeg[..2].to_vec();
        if self.restart_interval > 0 {
            out.extend([0xFF, 0xDD, 0, 4]);
            out.extend(self.restart_interval.to_be_bytes());
        }
        let tables_at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC4]).unwrap();
        let tables_end = tables_at + 2 + 0x34;
        out.extend(&jpeg[2..tables_at]);
        out.extend(self.tables());
        out.extend(&jpeg[tables_end..scan_at]);
        out.extend(self.scan(header.scan, geometry));
        out.extend([0xFF, 0xD9]);
        out
    }

    /// 100 symbols with codes of 8 bits, 156 with long ones.
    fn tables(self) -> Vec<u8> {
        let mut counts = [0u8; 16];
        counts[7] = 100;
        counts[self.long_bits as usize - 1] = 156;
        let table: Vec<u8> = counts.into_iter().chain(0..=255).collect();
        let mut out = vec![0xFF, 0xC4];
        out.extend((2 + 2 * (1 + table.len()) as u16).to_be_bytes());
        for class in [0x00, 0x10] {
            out.push(class);
            out.extend(&table);
        }
        out
    }

    fn code(self, symbol: u8) -> (u32, u32) {
        match u32::from(symbol) {
            short @ ..100 => (short, 8),
            long => ((100 << (self.long_bits - 8)) + long - 100, self.long_bits),
        }
    }

    fn scan(self, ours: &[u8], geometry: Geometry) -> Vec<u8> {
        let mut bits = BitWriter::default();
        let mut blocks = 0u32;
        let mut at = 0;
        let blocks_per_mcu = geometry.chroma.mcu_block_count();
        let interval = u32::from(self.restart_interval) * blocks_per_mcu;
        while u64::from(blocks) < geometry.block_count() {
            if interval > 0 && blocks > 0 && blocks.is_multiple_of(interval) {
                bits.flush();
                bits.out.extend([0xFF, 0xD0 + ((blocks / interval - 1) % 8) as u8]);
            }
            for coefficient in 0..64 {
                let byte = ours[at];
                at += 1;
                let size = (byte.leading_ones()).min(7);
                let size = 7 - size;
                let (code, length) = self.code(size as u8);
                bits.put(code, length);
                bits.put(u32::from(byte) & ((1 << size) - 1), size);
                if coefficient > 0 && size == 0 {
                    break;
                }
            }
            blocks += 1;
        }
        bits.flush();
        bits.out
    }
}

#[derive(Default)]
struct BitWriter {
    out: Vec<u8>,
    held: u64,
    held_count: u32,
}

impl BitWriter {
    fn put(&mut self, bits: u32, count: u32) {
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

    fn flush(&mut self) {
        if self.held_count > 0 {
            let count = 8 - self.held_count;
            self.put((1 << count) - 1, count);
        }
    }
}

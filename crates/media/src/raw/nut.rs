//! What NUT's reader and writer share: names, numbers, the check sum.
//!
//! The format is described in `nut.txt` of FFmpeg; only what a single stream of raw pictures needs is here.

pub(super) const FILE_ID: &[u8; 25] = b"nut/multimedia container\0";

pub(super) const MAIN: u64 = 0x4E4D_7A56_1F5F_04AD;
pub(super) const STREAM: u64 = 0x4E53_1140_5BF2_F9DB;
pub(super) const SYNCPOINT: u64 = 0x4E4B_E4AD_EECA_4569;

pub(super) const FLAG_KEY: u64 = 1;
pub(super) const FLAG_CODED_PTS: u64 = 1 << 3;
pub(super) const FLAG_STREAM_ID: u64 = 1 << 4;
pub(super) const FLAG_SIZE_MSB: u64 = 1 << 5;
pub(super) const FLAG_CHECKSUM: u64 = 1 << 6;
pub(super) const FLAG_RESERVED: u64 = 1 << 7;
pub(super) const FLAG_HEADER_INDEX: u64 = 1 << 10;
pub(super) const FLAG_MATCH_TIME: u64 = 1 << 11;
pub(super) const FLAG_CODED: u64 = 1 << 12;
pub(super) const FLAG_INVALID: u64 = 1 << 13;

/// Seven bits a byte, the highest first; all but the last byte have the top bit set.
pub(super) fn put_number(out: &mut Vec<u8>, value: u64) {
    let bits = 64 - value.leading_zeros().min(63);
    for group in (0..bits.div_ceil(7)).rev() {
        let more = if group > 0 { 0x80 } else { 0 };
        out.push((value >> (7 * group)) as u8 & 0x7f | more);
    }
}

/// CRC-32 with polynomial 04C11DB7, highest bit first, from 0.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0_u32, |sum, byte| {
        let mut sum = sum ^ u32::from(*byte) << 24;
        for _ in 0..8 {
            sum = if sum & 1 << 31 == 0 { sum << 1 } else { sum << 1 ^ 0x04C1_1DB7 };
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_seven_bits_a_byte() {
        let check = |value: u64, expected: &[u8]| {
            let mut out = Vec::new();
            put_number(&mut out, value);
            assert_eq!(out, expected);
        };
        check(0, &[0]);
        check(127, &[0x7f]);
        check(128, &[0x81, 0x00]);
        check(60_000, &[0x83, 0xd4, 0x60]);
        check(u64::MAX, &[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    }

    #[test]
    fn the_check_sum_is_that_of_ffmpeg() {
        // The stream header of 32x16 rgb24 at 30000/1001 as FFmpeg 5.1 writes it, then its check sum.
        let body = [0, 0, 4, b'R', b'G', b'B', 0x18, 0, 0x0e, 0x83, 0xd4, 0x60, 0, 0, 0, 0x20, 0x10, 1, 1, 0];
        assert_eq!(checksum(&body), 0x6c8a_77b1);
    }
}

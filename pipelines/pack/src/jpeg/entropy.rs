//! The code in which every coefficient is one byte.

use super::group::ZERO_BYTE;

/// The largest magnitude that has a byte.
pub(super) const MAGNITUDE_MAX: i32 = 127;

/// The byte of a coefficient (or of a difference of DC); nothing when its magnitude is above [`MAGNITUDE_MAX`].
pub(super) fn byte_from_coefficient(value: i32) -> Option<u8> {
    let magnitude = value.unsigned_abs();
    if magnitude == 0 {
        return Some(ZERO_BYTE);
    }
    if magnitude > MAGNITUDE_MAX as u32 {
        return None;
    }
    let size = 32 - magnitude.leading_zeros();
    // Size 7 is `0`, each smaller size one more `1` in front: 8 − size bits of code, then `size` bits of value.
    let code = 0xFFu32 << (size + 1) & 0xFF;
    let bits = if value > 0 { magnitude } else { magnitude ^ ((1 << size) - 1) };
    Some((code | bits) as u8)
}

#[cfg(test)]
mod tests {
    use super::byte_from_coefficient;

    #[test]
    fn every_coefficient_has_its_own_byte_below_the_end_of_block() {
        let mut bytes: Vec<u8> =
            (-127..=127).filter(|&value| value != 0).filter_map(byte_from_coefficient).collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=0xFD).collect::<Vec<u8>>());
        assert_eq!(byte_from_coefficient(0), Some(0xFE));
        assert_eq!(byte_from_coefficient(128), None);
        assert_eq!(byte_from_coefficient(i32::MIN), None);
    }

    #[test]
    fn bytes_are_those_of_the_table_in_the_format() {
        let check = |value, byte| assert_eq!(byte_from_coefficient(value), Some(byte), "{value}");
        check(-127, 0x00);
        check(127, 0x7F);
        check(-63, 0x80);
        check(63, 0xBF);
        check(-31, 0xC0);
        check(-1, 0xFC);
        check(1, 0xFD);
    }
}

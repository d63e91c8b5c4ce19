//! The header of a picture: what the cells hold, which data it shows, of which file.

use super::layout::{Canvas, Layout};

/// Bits of a header: 17 of the layout, 24 of the number, 16 of the file, 16 of CRC.
pub(super) const HEADER_BITS: usize = 73;

/// Turns a calm header into a lively one.
const MASK: u128 = 0x01_5A_3C_96_E1_78_2D_C3_4B_A5;

/// Which data a picture shows, of which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameTag {
    /// 16 bits that tell one file from another; the rest of its id is in the body.
    pub file: u16,
    /// Number of the data frame in the video, below 2^24 / [`Layout::spread`]. All pictures of its body share it.
    pub number: u32,
}

/// The bits of the header of one of a body's pictures, or `None` when the layout cannot be named or a number
/// is too large.
pub(super) fn bits_from_header(layout: &Layout, tag: FrameTag, picture: usize) -> Option<Vec<bool>> {
    let number = u128::from(tag.number) * u128::from(layout.spread) + picture as u128;
    if picture >= usize::from(layout.spread) || number >> 24 != 0 {
        return None;
    }
    let fields = u128::from(layout.to_bits()?) | number << 17 | u128::from(tag.file) << 41;
    let word = (fields | u128::from(check(layout.canvas, fields)) << 57) ^ MASK;
    Some((0..HEADER_BITS).map(|bit| word >> bit & 1 == 1).collect())
}

/// The header that these bits are, if they are one.
pub(super) fn header_from_bits(
    canvas: Canvas,
    bits: impl Iterator<Item = bool>,
) -> Option<(Layout, FrameTag, usize)> {
    let read =
        bits.take(HEADER_BITS).enumerate().fold(0u128, |word, (index, bit)| word | u128::from(bit) << index);
    let word = read ^ (MASK & ((1 << HEADER_BITS) - 1));
    let fields = word & ((1 << 57) - 1);
    if (word >> 57) as u16 != check(canvas, fields) {
        return None;
    }
    let layout = Layout::from_bits(canvas, fields as u32 & 0x1_FFFF)?;
    let spread = u32::from(layout.spread);
    let number = (fields >> 17) as u32 & 0xFF_FFFF;
    let tag = FrameTag { file: (fields >> 41) as u16, number: number / spread };
    Some((layout, tag, (number % spread) as usize))
}

/// The version of the format and the canvas are part of the sum, so another one's header is none.
fn check(canvas: Canvas, fields: u128) -> u16 {
    let mut bytes = b"reel share 1".to_vec();
    bytes.push(canvas.rows() as u8);
    bytes.extend_from_slice(&fields.to_le_bytes());
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, &bytes) as u32;
    (sum ^ sum >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::{Canvas, FrameTag, bits_from_header, header_from_bits};
    use crate::share::{Layout, Target};

    #[test]
    fn a_header_comes_back_and_one_with_a_wrong_bit_does_not() {
        let layout = Layout::for_target(Target::Hd1080At10M);
        let tag = FrameTag { file: 0xBEEF, number: 0x2BCDEF };
        let bits = bits_from_header(&layout, tag, 3).expect("header");
        assert_eq!(header_from_bits(Canvas::Fine, bits.iter().copied()), Some((layout, tag, 3)));
        assert_eq!(header_from_bits(Canvas::Coarse, bits.iter().copied()), None);
        for wrong in 0..bits.len() {
            let bits = bits.iter().enumerate().map(|(index, bit)| bit ^ (index == wrong));
            assert_eq!(header_from_bits(Canvas::Fine, bits), None, "bit {wrong}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_has_no_header() {
        let layout = Layout::for_target(Target::Paranoid);
        assert_eq!(bits_from_header(&layout, FrameTag { file: 0, number: 1 << 22 }, 0), None);
    }
}

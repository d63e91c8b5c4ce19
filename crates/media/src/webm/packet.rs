//! What the first bytes of a packet tell about it: whether it is a key frame, and how large its picture is.

use super::WebmCodec;

/// What a decoder would see first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PacketHead {
    /// Whether decoding can begin here.
    pub is_key: bool,
    /// Width and height in pixels; of key frames of VP8 and VP9 only.
    pub size: Option<(u32, u32)>,
}

impl PacketHead {
    /// Reads it; nothing for bytes that are no packet of this codec.
    pub fn parse(codec: WebmCodec, packet: &[u8]) -> Option<Self> {
        match codec {
            WebmCodec::Vp8 => vp8(packet),
            WebmCodec::Vp9 => vp9(packet),
            WebmCodec::Av1 => av1(packet),
        }
    }
}

fn vp8(packet: &[u8]) -> Option<PacketHead> {
    let [tag, _, _, rest @ ..] = packet else { return None };
    if tag & 1 != 0 {
        return Some(PacketHead::default());
    }
    let [0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = rest else { return None };
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some(PacketHead { is_key: true, size: Some((side(*w0, *w1), side(*h0, *h1))) })
}

fn vp9(packet: &[u8]) -> Option<PacketHead> {
    let mut bits = Bits { bytes: packet, at: 0 };
    if bits.take(2)? != 2 {
        return None;
    }
    let profile = bits.take(1)? | bits.take(1)? << 1;
    if profile == 3 && bits.take(1)? != 0 {
        return None;
    }
    if bits.take(1)? == 1 {
        return Some(PacketHead::default()); // shows a frame that was decoded before
    }
    let (is_inter, _shown, _resilient) = (bits.take(1)?, bits.take(1)?, bits.take(1)?);
    if is_inter == 1 {
        return Some(PacketHead::default());
    }
    if bits.take(24)? != 0x49_83_42 {
        return None;
    }
    if profile >= 2 {
        bits.take(1)?;
    }
    let is_rgb = bits.take(3)? == 7;
    // Range and, in the odd profiles, how colour is halved.
    let skipped = match (is_rgb, profile & 1) {
        (false, 0) => 1,
        (false, _) => 4,
        (true, 0) => 0,
        (true, _) => 1,
    };
    bits.take(skipped)?;
    let (width, height) = (bits.take(16)? + 1, bits.take(16)? + 1);
    Some(PacketHead { is_key: true, size: Some((width, height)) })
}

/// Looks for the first frame header among the units of a temporal unit.
fn av1(packet: &[u8]) -> Option<PacketHead> {
    let mut rest = packet;
    while let [head, after @ ..] = rest {
        let (kind, has_extension, has_size) = (head >> 3 & 15, head & 4 != 0, head & 2 != 0);
        let after = if has_extension { after.get(1..)? } else { after };
        let (size, body) = if has_size { leb128(after)? } else { (after.len(), after) };
        let unit = body.get(..size)?;
        // A frame, or the header of one: its first bits say whether it shows an old one, and its sort.
        if matches!(kind, 3 | 6) {
            let is_key = unit.first()? & 0b1110_0000 == 0;
            return Some(PacketHead { is_key, size: None });
        }
        rest = body.get(size..)?;
    }
    None
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(4) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next bits, the highest first.
    fn take(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |value, _| {
            let byte = *self.bytes.get(self.at / 8)?;
            let bit = byte >> (7 - self.at % 8) & 1;
            self.at += 1;
            Some(value << 1 | u32::from(bit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_of_vp9_tells_its_size() {
        // Profile 0, shown, BT.709, 200x100.
        let bits = 0x49_8342_u128 << 40 | 2 << 37 | 199 << 20 | 99 << 4;
        let mut packet = vec![0b1000_0010];
        packet.extend_from_slice(&bits.to_be_bytes()[8..]);
        let head = PacketHead::parse(WebmCodec::Vp9, &packet);
        assert_eq!(head, Some(PacketHead { is_key: true, size: Some((200, 100)) }));
        let inter = PacketHead::parse(WebmCodec::Vp9, &[0b1000_0110, 0]);
        assert_eq!(inter, Some(PacketHead::default()));
        assert_eq!(PacketHead::parse(WebmCodec::Vp9, &[0, 0]), None);
        for end in 0..7 {
            assert_eq!(PacketHead::parse(WebmCodec::Vp9, &packet[..end]), None, "{end}");
        }
    }

    #[test]
    fn av1_is_asked_past_its_delimiter() {
        let key = [0x12, 0, 0x0a, 1, 0, 0x32, 1, 0x10];
        assert!(PacketHead::parse(WebmCodec::Av1, &key).unwrap().is_key);
        assert!(!PacketHead::parse(WebmCodec::Av1, &[0x12, 0, 0x32, 1, 0x30]).unwrap().is_key);
        assert_eq!(PacketHead::parse(WebmCodec::Av1, &[0x12, 0x80, 0x80]), None);
    }
}

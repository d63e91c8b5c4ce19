//! A body as coded bits in the order of the cells, and back.

use std::collections::HashSet;

use super::layout::Layout;
use super::ldpc::{Code, LANES};
use super::pilot;
use super::random::Random;

/// Bytes of the CRC-32C at the end of a part.
pub(super) const CHECK_BYTES: usize = 4;

/// Rounds after which a part is given up.
const ROUNDS_MAX: usize = 40;

/// Codes bodies of one layout.
#[derive(Debug)]
pub(super) struct Coder {
    code: Code,
    part_count: usize,
    part_bytes: usize,
    spread: usize,
    picture_bits: usize,
    cell_bits: usize,
    pilots: Vec<u32>,
    /// Where in the pictures, one after the other, coded bit i goes: errors of a codec come in clusters, those of a codeword must not.
    places: Vec<u32>,
}

impl Coder {
    pub(super) fn new(layout: &Layout) -> Self {
        let (picture_bits, cell_bits) = (layout.picture_bits().max(1), layout.cell_bits().max(1));
        let pilots = pilot::cells(layout);
        let is_pilot: HashSet<u32> = pilots.iter().copied().collect();
        let mut places = Random::new(0x7265_656C_0001).shuffled(usize::from(layout.spread) * picture_bits);
        places.retain(|place| !is_pilot.contains(&((*place as usize % picture_bits / cell_bits) as u32)));
        let (part_count, part_bytes) = (layout.part_count(), layout.part_bytes());
        Self {
            code: layout.code(),
            part_count,
            part_bytes,
            spread: layout.spread.into(),
            picture_bits,
            cell_bits,
            pilots,
            places,
        }
    }

    /// The bit of each place. Missing bytes of `body` are 0.
    pub(super) fn bits_from_body(&self, frame_number: u32, body: &[u8]) -> Vec<u8> {
        let mut bits = vec![0; self.spread * self.picture_bits];
        self.set_pilots(frame_number, &mut bits);
        let mut places = self.places.iter();
        for part in 0..self.part_count {
            let start = (part * self.part_bytes).min(body.len());
            let end = (start + self.part_bytes).min(body.len());
            let mut info = body.get(start..end).unwrap_or_default().to_vec();
            info.resize(self.part_bytes, 0);
            info.extend(check(frame_number, part, &info).to_le_bytes());
            whiten(frame_number, part, &mut info);
            for word in self.code.encode(&info) {
                for (lane, place) in (0..LANES).zip(&mut places) {
                    if let Some(bit) = bits.get_mut(*place as usize) {
                        *bit = (word >> lane & 1) as u8;
                    }
                }
            }
        }
        // What no codeword fills is noise too, so that the picture has no flat patch.
        let mut rest = Random::new(u64::from(frame_number));
        for place in places {
            if let Some(bit) = bits.get_mut(*place as usize) {
                *bit = (rest.next() & 1) as u8;
            }
        }
        bits
    }

    fn set_pilots(&self, frame_number: u32, bits: &mut [u8]) {
        for (picture, bits) in bits.chunks_mut(self.picture_bits).enumerate() {
            let mut known = pilot::bits(frame_number, picture);
            for cell in &self.pilots {
                let start = *cell as usize * self.cell_bits;
                let places = bits.get_mut(start..start + self.cell_bits).unwrap_or_default();
                places.iter_mut().zip(&mut known).for_each(|(place, bit)| *place = bit);
            }
        }
    }

    /// Each part of the body, `None` where it is lost. `soft` holds a value for each place, above 0 where a 0 is likelier.
    pub(super) fn parts_from_soft(&self, frame_number: u32, soft: &[f32]) -> Vec<Option<Vec<u8>>> {
        let bits = self.code.coded_bits();
        let part = |(part, places): (usize, &[u32])| {
            let values: Vec<f32> =
                places.iter().map(|place| soft.get(*place as usize).copied().unwrap_or(0.0)).collect();
            let mut info = self.code.decode(&values, ROUNDS_MAX)?;
            whiten(frame_number, part, &mut info);
            let stored = info.split_off(self.part_bytes);
            (stored == check(frame_number, part, &info).to_le_bytes()).then_some(info)
        };
        self.places.chunks(bits.max(1)).take(self.part_count).enumerate().map(part).collect()
    }
}

fn check(frame_number: u32, part: usize, info: &[u8]) -> u32 {
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
    digest.update(&frame_number.to_le_bytes());
    digest.update(&[part as u8]);
    digest.update(info);
    digest.finalize() as u32
}

/// Turns any bytes into noise and back.
fn whiten(frame_number: u32, part: usize, info: &mut [u8]) {
    let mut random = Random::new((u64::from(frame_number) << 16) | part as u64);
    for bytes in info.chunks_mut(8) {
        for (byte, mask) in bytes.iter_mut().zip(random.next().to_le_bytes()) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Coder;
    use crate::share::{Layout, Target};

    #[test]
    fn a_body_comes_back_from_sure_values_and_not_under_another_number() {
        let layout = Layout::for_target(Target::Hd720At2M);
        let coder = Coder::new(&layout);
        let body: Vec<u8> = (0..layout.body_bytes()).map(|index| (index * 7) as u8).collect();
        let soft: Vec<f32> =
            coder.bits_from_body(5, &body).into_iter().map(|bit| if bit == 0 { 4.0 } else { -4.0 }).collect();
        let parts = coder.parts_from_soft(5, &soft);
        assert_eq!(parts.into_iter().map(|part| part.expect("sure")).collect::<Vec<_>>().concat(), body);
        assert!(coder.parts_from_soft(6, &soft).iter().all(Option::is_none));
    }
}

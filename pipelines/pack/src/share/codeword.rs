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
        let mut known = self.pilots(frame_number);
        for part in 0..self.part_count {
            let start = (part * self.part_bytes).min(body.len());
            let end = (start + self.part_bytes).min(body.len());
            self.tell(frame_number, part, body.get(start..end).unwrap_or_default(), &mut known);
        }
        // What no codeword fills is noise too, so that the picture has no flat patch.
        let mut rest = Random::new(u64::from(frame_number));
        for place in self.places.iter().skip(self.part_count * self.code.coded_bits()) {
            if let Some(known) = known.get_mut(*place as usize) {
                *known = Some(rest.next() & 1 == 1);
            }
        }
        known.into_iter().map(|bit| u8::from(bit == Some(true))).collect()
    }

    /// For each place the bit that a reader knows beforehand: those of the pilots.
    pub(super) fn pilots(&self, frame_number: u32) -> Vec<Option<bool>> {
        let mut known = vec![None; self.spread * self.picture_bits];
        for (picture, known) in known.chunks_mut(self.picture_bits).enumerate() {
            let mut bits = pilot::bits(frame_number, picture);
            for cell in &self.pilots {
                let start = *cell as usize * self.cell_bits;
                let places = known.get_mut(start..start + self.cell_bits).unwrap_or_default();
                places.iter_mut().zip(&mut bits).for_each(|(place, bit)| *place = Some(bit == 1));
            }
        }
        known
    }

    /// Enters the bits of one part of the body. Missing bytes of `body` are 0.
    pub(super) fn tell(&self, frame_number: u32, part: usize, body: &[u8], known: &mut [Option<bool>]) {
        let mut info = body.to_vec();
        info.resize(self.part_bytes, 0);
        info.extend(check(frame_number, part, &info).to_le_bytes());
        whiten(frame_number, part, &mut info);
        let mut places = self.places_of(part).iter();
        for word in self.code.encode(&info) {
            for (lane, place) in (0..LANES).zip(&mut places) {
                if let Some(known) = known.get_mut(*place as usize) {
                    *known = Some(word >> lane & 1 == 1);
                }
            }
        }
    }

    /// One part of the body, `None` where it is lost. `soft` holds a value for each place, above 0 where a 0 is likelier.
    pub(super) fn part_from_soft(&self, frame_number: u32, part: usize, soft: &[f32]) -> Option<Vec<u8>> {
        let places = self.places_of(part).iter();
        let values: Vec<f32> =
            places.map(|place| soft.get(*place as usize).copied().unwrap_or(0.0)).collect();
        let mut info = self.code.decode(&values, ROUNDS_MAX)?;
        whiten(frame_number, part, &mut info);
        let stored = info.split_off(self.part_bytes);
        (stored == check(frame_number, part, &info).to_le_bytes()).then_some(info)
    }

    fn places_of(&self, part: usize) -> &[u32] {
        self.places.chunks(self.code.coded_bits().max(1)).nth(part).unwrap_or_default()
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
        let parts = (0..layout.part_count()).map(|part| coder.part_from_soft(5, part, &soft).expect("sure"));
        assert_eq!(parts.collect::<Vec<_>>().concat(), body);
        assert!((0..layout.part_count()).all(|part| coder.part_from_soft(6, part, &soft).is_none()));
    }
}

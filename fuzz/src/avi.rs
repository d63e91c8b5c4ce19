//! Changes to an AVI by somebody who knows that its numbers are places and sizes.

use fastrand::Rng;

/// Names of chunks that others point at.
const NAMES: [&[u8; 4]; 9] =
    [b"ix00", b"00dc", b"movi", b"idx1", b"indx", b"RIFF", b"LIST", b"JUNK", b"01dc"];

/// Writes the place of a chunk, or the way to one, over four or eight bytes somewhere; now and then a chunk over another.
pub fn point(bytes: &mut [u8], random: &mut Rng) {
    if bytes.len() < 16 {
        return;
    }
    let name = NAMES[random.usize(..NAMES.len())];
    let places: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, four)| four == name).map(|(at, _)| at).collect();
    let Some(&to) = places.get(random.usize(..places.len().max(1))) else { return };
    let at = random.usize(..bytes.len() - 8);
    match random.u8(..5) {
        0 => {
            let place = (to as u64).wrapping_add(8 * random.u64(..2));
            bytes[at..at + 8].copy_from_slice(&place.to_le_bytes());
        }
        1 => bytes[at..at + 4].copy_from_slice(&(to as u32).to_le_bytes()),
        2 => {
            let way = (to as u32).wrapping_sub(at as u32 + 4);
            bytes[at..at + 4].copy_from_slice(&way.to_le_bytes());
        }
        3 => {
            let size = [0, 1, u32::MAX, 1 << 30, (1 << 30) + 1, 1 << 31][random.usize(..6)];
            if let Some(field) = bytes.get_mut(to + 4..to + 8) {
                field.copy_from_slice(&u32::to_le_bytes(size));
            }
        }
        _ => {
            let length = random.usize(8..64).min(bytes.len() - to).min(bytes.len() - at);
            bytes.copy_within(to..to + length, at);
        }
    }
}

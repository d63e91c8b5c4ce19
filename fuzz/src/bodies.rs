//! Several bodies of frames in one input, each behind its length; and changes after which all checksums hold.

use fastrand::Rng;
use reel_pack::block::{BlockDigest, SYMBOL_BYTES_MAX, SYMBOL_BYTES_MIN};
use reel_pack::frame::{CRC_BYTES, FileId, METADATA_BYTES_MAX, RUN_BYTES, header_bytes, symbol_crc};

const FIXED_BYTES: usize = 24;

/// The bodies of an input; the last may be cut off.
pub fn split(mut input: &[u8]) -> Vec<&[u8]> {
    let mut bodies = Vec::new();
    while let Some((length, rest)) = input.split_first_chunk() {
        let (body, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        bodies.push(body);
        input = rest;
    }
    bodies
}

/// The input of these bodies.
pub fn join<B: AsRef<[u8]>>(bodies: &[B]) -> Vec<u8> {
    let mut input = Vec::new();
    for body in bodies.iter().map(AsRef::as_ref) {
        let body = body.get(..usize::from(u16::MAX)).unwrap_or(body);
        input.extend((body.len() as u16).to_le_bytes());
        input.extend(body);
    }
    input
}

/// Makes a body's header plausible, and all its checksums hold.
pub fn reseal(body: &mut [u8]) {
    if body.len() < header_bytes(0, 0) {
        return;
    }
    body[..5].copy_from_slice(b"RLPK\x01");
    body[5] &= 3;
    let symbol_bytes = u16_at(body, 18).clamp(SYMBOL_BYTES_MIN, SYMBOL_BYTES_MAX) / 8 * 8;
    let room = body.len() - header_bytes(0, 0);
    let metadata_bytes = usize::from(u16_at(body, 22)).min(METADATA_BYTES_MAX).min(room);
    let run_count = usize::from(u16_at(body, 20)).min((room - metadata_bytes) / RUN_BYTES);
    put_u16(body, 18, symbol_bytes);
    put_u16(body, 20, run_count as u16);
    put_u16(body, 22, metadata_bytes as u16);
    if metadata_bytes > 0 {
        let id = FileId::of(&body[FIXED_BYTES..FIXED_BYTES + metadata_bytes]);
        body[6..14].copy_from_slice(&id.0);
    }
    let end = header_bytes(metadata_bytes, run_count) - CRC_BYTES;
    let crc = crc_fast::crc32_iscsi(&body[..end]);
    body[end..end + CRC_BYTES].copy_from_slice(&crc.to_le_bytes());
    let mut file_id = FileId([0; 8]);
    file_id.0.copy_from_slice(&body[6..14]);
    let (header, mut symbols) = body.split_at_mut(end + CRC_BYTES);
    let runs = &header[FIXED_BYTES + metadata_bytes..end];
    for run in runs.chunks_exact(RUN_BYTES) {
        let (index, first_esi) = (u32_at(run, 0), u32_at(run, 8));
        for within in 0..u32::from(u16_at(run, 12)) {
            let size = usize::from(symbol_bytes);
            let Some((wire, rest)) = symbols.split_at_mut_checked(size + CRC_BYTES) else { return };
            let crc = symbol_crc(file_id, index, first_esi.wrapping_add(within), &wire[..size]);
            wire[size..].copy_from_slice(&crc.to_le_bytes());
            symbols = rest;
        }
    }
}

/// One change to what a run says, at the place where it says it.
pub fn forge_run(body: &mut [u8], random: &mut Rng) {
    let begin = FIXED_BYTES + usize::from(u16_at(body, 22));
    let run_count = usize::from(u16_at(body, 20));
    let at = begin + RUN_BYTES * random.usize(..run_count.max(1));
    let Some(run) = body.get_mut(at..at + RUN_BYTES) else { return };
    let stored_bytes = u32_at(run, 4);
    let numbers = [0, 1, 2, 3, 63, 64, 65, 127, 128, stored_bytes.wrapping_add(1), 1 << 20, (1 << 24) - 1];
    let number = numbers[random.usize(..numbers.len())];
    match random.u8(..6) {
        0 => run[..4].copy_from_slice(&(number & 3).to_le_bytes()),
        1 => run[4..8].copy_from_slice(&number.to_le_bytes()),
        2 => run[8..12].copy_from_slice(&number.to_le_bytes()),
        3 => put_u16(run, 12, number as u16),
        4 => run[14] = number as u8 & 3,
        _ => run[16 + random.usize(..16)] ^= 1 << random.u8(..8),
    }
}

/// Gives the first run the digest of the symbols that follow it, so that they are believed as they stand.
pub fn believe(body: &mut [u8]) {
    let end = header_bytes(usize::from(u16_at(body, 22)), usize::from(u16_at(body, 20)));
    let at = FIXED_BYTES + usize::from(u16_at(body, 22));
    let Some(run) = body.get(at..at + RUN_BYTES) else { return };
    let (stored_bytes, count) = (u32_at(run, 4) as usize, usize::from(u16_at(run, 12)));
    let size = usize::from(u16_at(body, 18));
    let wires = body.get(end..).unwrap_or_default().chunks_exact(size + CRC_BYTES).take(count);
    let mut stored: Vec<u8> = wires.flat_map(|wire| wire[..size].to_vec()).collect();
    stored.truncate(stored_bytes);
    if !stored.is_empty() {
        let length = (stored.len() as u32).to_le_bytes();
        body[at + 4..at + 8].copy_from_slice(&length);
        body[at + 8..at + 12].fill(0);
        body[at + 16..at + 32].copy_from_slice(&BlockDigest::of(&stored).0);
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |two| u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}

fn put_u16(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&value.to_le_bytes());
    }
}

//! A group: 6 blocks that carry 375 to 377 bytes of anything.
//!
//! No byte on the wire may be 0xFE (end of block) or 0xFF (marker). A pair of values {2m, 2m+1} that the data does not
//! hold is moved onto these two by XOR, and m is written in front.

/// Blocks in a group.
pub(super) const GROUP_BLOCK_COUNT: usize = 6;

/// Bytes of a group in the scan: 6 blocks of a DC byte and 63 AC bytes.
pub(super) const GROUP_SCAN_BYTES: usize = GROUP_BLOCK_COUNT * BLOCK_BYTES;

/// Body bytes of a group with one key.
pub(super) const GROUP_BYTES_FORM_A: usize = 377;

/// Body bytes of a group with three keys.
pub(super) const GROUP_BYTES_FORM_B: usize = 3 * PART_BYTES;

/// No difference of DC; end of block of AC.
pub(super) const ZERO_BYTE: u8 = 0xFE;

const BLOCK_BYTES: usize = 64;
const BLOCK_AC_BYTES: usize = 63;
const PART_BYTES: usize = 125;
const PART_COUNT: usize = 3;
const AC_BYTES: usize = GROUP_BLOCK_COUNT * BLOCK_AC_BYTES;

/// Writes the head of `body` as one group and says how many bytes it took: [`GROUP_BYTES_FORM_A`] or
/// [`GROUP_BYTES_FORM_B`].
pub(super) fn write_group(body: &[u8; GROUP_BYTES_FORM_A], scan: &mut [u8; GROUP_SCAN_BYTES]) -> usize {
    if let Some(pair) = free_pair(body) {
        write_form_a(body, pair, scan);
        GROUP_BYTES_FORM_A
    } else {
        write_form_b(body, scan);
        GROUP_BYTES_FORM_B
    }
}

/// Reads one group into the head of `body` and says how many bytes it holds. Any bytes are read without complaint.
pub(super) fn read_group(scan: &[u8; GROUP_SCAN_BYTES], body: &mut [u8; GROUP_BYTES_FORM_A]) -> usize {
    let key = scan[1];
    if key < 0x80 {
        read_form_a(scan, mask(key), body);
        GROUP_BYTES_FORM_A
    } else {
        read_form_b(scan, body);
        GROUP_BYTES_FORM_B
    }
}

/// What moves the pair {2m, 2m+1} onto {0xFE, 0xFF}, and back.
fn mask(pair: u8) -> u8 {
    (pair << 1) ^ 0xFE
}

/// The first m such that `data` holds neither 2m nor 2m+1.
fn free_pair(data: &[u8]) -> Option<u8> {
    let mut seen = [0u8; 128];
    // This loop is bound by its stores, one a cycle; loading words, bit sets and vector compares of a few candidates
    // were all slower.
    for byte in data {
        seen[usize::from(byte >> 1)] = 1;
    }
    let (words, _) = seen.as_chunks::<8>();
    for (index, word) in (0u8..).zip(words) {
        let free = !u64::from_le_bytes(*word) & 0x0101_0101_0101_0101;
        if free != 0 {
            return Some(index * 8 + (free.trailing_zeros() / 8) as u8);
        }
    }
    None
}

fn write_form_a(body: &[u8; GROUP_BYTES_FORM_A], pair: u8, scan: &mut [u8; GROUP_SCAN_BYTES]) {
    let mask = mask(pair);
    let (first, rest) = body.split_at(BLOCK_AC_BYTES - 1);
    let (blocks, _) = scan.as_chunks_mut::<BLOCK_BYTES>();
    let [first_block, blocks @ ..] = blocks else { return };
    first_block[0] = ZERO_BYTE;
    first_block[1] = pair;
    for (to, from) in first_block[2..].iter_mut().zip(first) {
        *to = from ^ mask;
    }
    let (rest, _) = rest.as_chunks::<BLOCK_AC_BYTES>();
    for (block, data) in blocks.iter_mut().zip(rest) {
        block[0] = ZERO_BYTE;
        for (to, from) in block[1..].iter_mut().zip(data) {
            *to = from ^ mask;
        }
    }
}

fn read_form_a(scan: &[u8; GROUP_SCAN_BYTES], mask: u8, body: &mut [u8; GROUP_BYTES_FORM_A]) {
    let (first, rest) = body.split_at_mut(BLOCK_AC_BYTES - 1);
    let (blocks, _) = scan.as_chunks::<BLOCK_BYTES>();
    let [first_block, blocks @ ..] = blocks else { return };
    for (to, from) in first.iter_mut().zip(&first_block[2..]) {
        *to = from ^ mask;
    }
    let (rest, _) = rest.as_chunks_mut::<BLOCK_AC_BYTES>();
    for (data, block) in rest.iter_mut().zip(blocks) {
        for (to, from) in data.iter_mut().zip(&block[1..]) {
            *to = from ^ mask;
        }
    }
}

#[cold]
fn write_form_b(body: &[u8; GROUP_BYTES_FORM_A], scan: &mut [u8; GROUP_SCAN_BYTES]) {
    let mut ac = [0u8; AC_BYTES];
    let (parts, _) = ac.as_chunks_mut::<{ PART_BYTES + 1 }>();
    for (index, (part, data)) in parts.iter_mut().zip(body.chunks_exact(PART_BYTES)).enumerate() {
        // 125 bytes hold at most 125 of the 128 pairs, so one is free among the first 126.
        let pair = free_pair(data).unwrap_or(0);
        part[0] = if index == 0 { 0x80 + pair } else { pair };
        for (to, from) in part[1..].iter_mut().zip(data) {
            *to = from ^ mask(pair);
        }
    }
    for (block, data) in scan.chunks_exact_mut(BLOCK_BYTES).zip(ac.chunks_exact(BLOCK_AC_BYTES)) {
        block[0] = ZERO_BYTE;
        block[1..].copy_from_slice(data);
    }
}

#[cold]
fn read_form_b(scan: &[u8; GROUP_SCAN_BYTES], body: &mut [u8; GROUP_BYTES_FORM_A]) {
    let mut ac = [0u8; AC_BYTES];
    for (data, block) in ac.chunks_exact_mut(BLOCK_AC_BYTES).zip(scan.chunks_exact(BLOCK_BYTES)) {
        data.copy_from_slice(&block[1..]);
    }
    let parts = ac.chunks_exact(PART_BYTES + 1).take(PART_COUNT);
    for (part, data) in parts.zip(body.chunks_exact_mut(PART_BYTES)) {
        let mask = mask(part[0] & 0x7F);
        for (to, from) in data.iter_mut().zip(&part[1..]) {
            *to = from ^ mask;
        }
    }
}

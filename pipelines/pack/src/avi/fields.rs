//! Numbers and names in the byte order of RIFF.

/// The four characters and the size of a chunk.
pub(super) fn chunk_header(name: [u8; 4], size: u32) -> [u8; 8] {
    let [a, b, c, d] = name;
    let [s0, s1, s2, s3] = size.to_le_bytes();
    [a, b, c, d, s0, s1, s2, s3]
}

/// The header of a `RIFF` or `LIST` with its kind; `size` counts the kind.
pub(super) fn list_header(name: [u8; 4], size: u32, kind: [u8; 4]) -> [u8; 12] {
    let mut out = [0; 12];
    let (head, tail) = out.split_at_mut(8);
    head.copy_from_slice(&chunk_header(name, size));
    tail.copy_from_slice(&kind);
    out
}

/// Bytes with the padding to an even count.
pub(super) fn padded(size: u64) -> u64 {
    size.saturating_add(size & 1)
}

/// The four bytes at `at`; zeros behind the end.
pub(super) fn four(bytes: &[u8], at: usize) -> [u8; 4] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
}

/// The number at `at`; 0 behind the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(four(bytes, at))
}

/// The number at `at`; 0 behind the end.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at.saturating_add(4))) << 32
}

//! Large buffers written in pieces.
//!
//! Linux puts what one call writes into pages as large as the call allows. In a virtual machine whose host takes back free
//! memory, large pages are always ones that the host has to give anew: 8 MB at a time cost four times what 128 kB do. On
//! other machines a call more costs nothing that can be measured.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

/// Bytes of one call.
const PIECE_BYTES: usize = 128 << 10;

/// Writes all of `bytes`, as `write_all` does.
pub(crate) fn write_pieces(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    bytes.chunks(PIECE_BYTES).try_for_each(|piece| to.write_all(piece))
}

/// Writes all of `bytes` from `offset` on, as `write_all_at` does.
pub(crate) fn write_pieces_at(to: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut at = offset;
    for piece in bytes.chunks(PIECE_BYTES) {
        to.write_all_at(piece, at)?;
        at += piece.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn pieces_make_the_whole() {
        for size in [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 1] {
            let bytes: Vec<u8> = (0..size).map(|at| (at / 7) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            write_pieces_at(&file, &bytes, 0).unwrap();
            let mut back = Vec::new();
            file.read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{size}");
            let mut written = Vec::new();
            write_pieces(&mut written, &bytes).unwrap();
            assert!(written == bytes, "{size}");
        }
    }
}

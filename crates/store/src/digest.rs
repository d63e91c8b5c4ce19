//! SHA-256 of a stream, counted while it passes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Passes bytes through and digests them.
pub struct Sha256Reader<R> {
    inner: R,
    hasher: Sha256,
    size_bytes: u64,
}

impl<R: Read> Sha256Reader<R> {
    /// Nothing read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), size_bytes: 0 }
    }

    /// How many bytes passed, and their SHA-256 in hex.
    pub fn finish(self) -> (u64, String) {
        let digest = self.hasher.finalize();
        (self.size_bytes, digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl<R: Read> Read for Sha256Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.size_bytes += count as u64;
        Ok(count)
    }
}

/// Size and SHA-256 (hex) of a file.
///
/// # Errors
/// What the system says when the file cannot be opened or read.
pub fn sha256_of_file(path: &Path) -> io::Result<(u64, String)> {
    let mut reader = Sha256Reader::new(File::open(path)?);
    let mut buffer = vec![0_u8; 1 << 18];
    while reader.read(&mut buffer)? > 0 {}
    Ok(reader.finish())
}

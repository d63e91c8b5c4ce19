//! Bytes that behave like a file on a disk: no place beyond the largest signed number can be sought.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// Where a `Cursor` takes any place, a file refuses those that are negative to the system.
pub struct Disk<'a>(Cursor<&'a [u8]>);

impl<'a> Disk<'a> {
    /// A file with these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Cursor::new(bytes))
    }
}

impl Read for Disk<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for Disk<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) if at > i64::MAX as u64 => Err(io::ErrorKind::InvalidInput.into()),
            to => self.0.seek(to),
        }
    }
}

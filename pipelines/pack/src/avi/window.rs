//! A few bytes at any place of a file.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once while walking from chunk to chunk.
const WALK_BYTES: usize = 4096;

/// Bytes read at once while searching.
const SEARCH_BYTES: usize = 1 << 20;

/// A source whose last-read stretch is kept.
#[derive(Debug)]
pub(super) struct Window<R> {
    from: R,
    file_bytes: u64,
    start: u64,
    held: Vec<u8>,
}

impl<R: Read + Seek> Window<R> {
    pub fn new(mut from: R) -> io::Result<Self> {
        let file_bytes = from.seek(SeekFrom::End(0))?;
        Ok(Self { from, file_bytes, start: 0, held: Vec::new() })
    }

    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Up to `count` bytes from `at` on; fewer at the end of the file.
    pub fn bytes_at(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let held = self.held_from(at, count, WALK_BYTES)?;
        Ok(held.get(..count).unwrap_or(held))
    }

    /// The first place from `at` up to `end` where `size` bytes satisfy `matches`.
    pub fn search(
        &mut self,
        at: u64,
        end: u64,
        size: usize,
        matches: impl Fn(&[u8]) -> bool,
    ) -> io::Result<Option<u64>> {
        let mut at = at;
        // What is searched for is often near: a whole stretch for each of many finds would be read again and again.
        let mut ahead = WALK_BYTES;
        while at < end {
            let bytes = self.held_from(at, size, ahead)?;
            if let Some(offset) = bytes.windows(size).position(&matches) {
                return Ok(Some(at + offset as u64).filter(|found| *found < end));
            }
            // Windows that hang over the end of this stretch are looked at in the next one.
            match bytes.len().saturating_sub(size - 1) {
                0 => return Ok(None),
                step => at += step as u64,
            }
            ahead = (2 * ahead).min(SEARCH_BYTES);
        }
        Ok(None)
    }

    /// All that is held from `at` on: at least `count` bytes, fewer only at the end of the file. What is not held is read, up
    /// to `ahead` bytes of it.
    fn held_from(&mut self, at: u64, count: usize, ahead: usize) -> io::Result<&[u8]> {
        let available = usize::try_from(self.file_bytes.saturating_sub(at)).unwrap_or(usize::MAX);
        let count = count.min(available);
        // A file cannot even be asked for a place that is far enough behind its end.
        if count == 0 {
            return Ok(&[]);
        }
        let held_end = self.start + self.held.len() as u64;
        if at < self.start || at.saturating_add(count as u64) > held_end {
            self.from.seek(SeekFrom::Start(at))?;
            self.held.clear();
            self.start = at;
            self.from.by_ref().take(count.max(ahead) as u64).read_to_end(&mut self.held)?;
        }
        let offset = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        Ok(self.held.get(offset..).unwrap_or_default())
    }
}

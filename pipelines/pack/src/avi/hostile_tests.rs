//! Files whose numbers were chosen to send a reader where there is nothing, or to the same place again and again.

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::find_frames;
use super::reader::list_frames;
use super::tests::{frame, write_avi};

/// A file that counts the bytes read from it.
struct Counted<'a> {
    bytes: Cursor<&'a [u8]>,
    read_bytes: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(out)?;
        self.read_bytes.set(self.read_bytes.get() + count as u64);
        Ok(count)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn sample() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let segments: Vec<Vec<_>> = (0..2).map(|segment| vec![frame(60, segment), frame(61, segment)]).collect();
    std::fs::read(write_avi(folder.path(), &segments)).unwrap()
}

fn position_of(bytes: &[u8], name: &[u8]) -> usize {
    bytes.windows(name.len()).position(|window| window == name).unwrap()
}

#[test]
fn an_index_that_points_further_than_files_go_is_not_believed() {
    let mut bytes = sample();
    let frames = find_frames(Cursor::new(&bytes)).unwrap();
    let at = position_of(&bytes, b"indx") + 8 + 24;
    for place in [u64::MAX, i64::MAX as u64 + 1, i64::MAX as u64, 1 << 40] {
        bytes[at..at + 8].copy_from_slice(&place.to_le_bytes());
        // The system refuses places that a cursor takes.
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, &bytes).unwrap();
        let list = list_frames(file).unwrap();
        assert!(list.recovered, "{place}");
        assert_eq!(list.frames, frames, "{place}");
    }
}

#[test]
fn an_index_that_is_named_often_is_read_once() {
    let (names, entries) = (2000u32, 8000u32);
    let mut bytes = sample();
    let index_at = bytes.len() as u64;
    bytes.extend(b"ix00");
    bytes.extend((24 + 8 * entries).to_le_bytes());
    bytes.extend([2, 0, 0, 1]);
    bytes.extend(entries.to_le_bytes());
    bytes.extend(b"00dc");
    // Entries of frames without a byte.
    bytes.resize(bytes.len() + 12 + 8 * entries as usize, 0);
    let super_at = bytes.len();
    bytes.extend(b"indx");
    bytes.extend((24 + 16 * names).to_le_bytes());
    bytes.extend([4, 0, 0, 0]);
    bytes.extend(names.to_le_bytes());
    bytes.extend(b"00dc");
    bytes.extend([0; 12]);
    for _ in 0..names {
        bytes.extend(index_at.to_le_bytes());
        bytes.extend([0; 8]);
    }
    // What stands before the frames leads there: the old super index becomes a chunk that ends where the new one begins.
    let at = position_of(&bytes, b"indx");
    bytes[at..at + 4].copy_from_slice(b"JUNK");
    let way = (super_at - at - 8) as u32;
    bytes[at + 4..at + 8].copy_from_slice(&way.to_le_bytes());
    let read_bytes = Cell::new(0);
    let list = list_frames(Counted { bytes: Cursor::new(&bytes), read_bytes: &read_bytes });
    assert!(list.unwrap().recovered);
    assert!(read_bytes.get() < 20 * bytes.len() as u64, "{} of {}", read_bytes.get(), bytes.len());
}

#[test]
fn small_pictures_with_wrong_lengths_are_searched_without_reading_the_rest_each_time() {
    let picture_count = 10_000;
    let mut bytes = b"RIFF\xFF\xFF\xFF\xFFAVI LIST\xFF\xFF\xFF\xFFmovi".to_vec();
    for _ in 0..picture_count {
        bytes.extend(b"00dc\x99\x99\x99\x00\xFF\xD8\xFF\0");
    }
    let read_bytes = Cell::new(0);
    let list = list_frames(Counted { bytes: Cursor::new(&bytes), read_bytes: &read_bytes }).unwrap();
    assert_eq!(list.frames.len(), picture_count);
    let of_each = read_bytes.get() / picture_count as u64;
    assert!(of_each < 3 * 4096, "{of_each} bytes for each picture of 12");
}

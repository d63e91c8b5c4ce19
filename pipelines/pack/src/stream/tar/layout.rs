//! Where each byte of a tar stream comes from, known before any file is read.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::{Deserialize, Serialize};
use tar::{EntryType, Header};

use super::RawName;

const RECORD_BYTES: u64 = 512;
/// Two empty records end a stream.
const END_BYTES: u64 = 2 * RECORD_BYTES;
/// Longest path or link target that is taken; no system opens a longer one.
const NAME_BYTES_MAX: usize = 4096;
/// What 11 octal digits can count.
const OCTAL_MAX: i64 = 0o777_7777_7777;

/// One file, folder or link of the stream.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Relative path.
    pub name: RawName,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits; only the lowest nine are written.
    pub mode: u32,
    /// Time of the last change, in seconds since 1970.
    pub mtime_secs: i64,
}

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A file.
    File {
        /// Length in bytes.
        size: u64,
    },
    /// A folder.
    Dir,
    /// A symbolic link.
    Symlink {
        /// Where it points, as written in it.
        target: RawName,
    },
}

/// Why entries make no stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Not a relative path inside the stream.
    #[error("{name:?} is no name for an entry of an archive")]
    Name {
        /// As given.
        name: String,
    },
    /// Two entries would become one.
    #[error("two inputs are named {name:?}")]
    Twice {
        /// Their name.
        name: String,
    },
    /// More than 64 bits can count.
    #[error("the inputs are too large together")]
    TooLarge,
}

/// Why a part of the stream cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TarReadError {
    /// A file cannot be opened or read.
    #[error("cannot read {name:?}: {source}")]
    Source {
        /// Number of the entry.
        index: usize,
        /// Its name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A file is not as long as it was when the stream was laid out.
    #[error("{name:?} changed its length from {planned_bytes} to {found_bytes} bytes")]
    Changed {
        /// Number of the entry.
        index: usize,
        /// Its name.
        name: String,
        /// As laid out.
        planned_bytes: u64,
        /// As found.
        found_bytes: u64,
    },
}

/// A tar stream (ustar with pax records) that is the same for the same entries, readable at any place.
#[derive(Clone, Debug)]
pub struct TarLayout {
    entries: Vec<Entry>,
    /// Where each entry begins, then where the last one ends.
    begins: Vec<u64>,
}

impl TarLayout {
    /// The stream of these entries, in this order.
    ///
    /// # Errors
    /// When a name is empty, absolute, climbs (`..`) or stands there twice.
    pub fn new(entries: Vec<Entry>) -> Result<Self, LayoutError> {
        let mut names = HashSet::with_capacity(entries.len());
        let mut begins = Vec::with_capacity(entries.len() + 1);
        let mut begin = 0u64;
        for entry in &entries {
            let name = || entry.name.shown().into_owned();
            if !is_inside(entry.name.as_bytes()) || !entry.link().is_none_or(is_link_target) {
                return Err(LayoutError::Name { name: name() });
            }
            if !names.insert(&entry.name) {
                return Err(LayoutError::Twice { name: name() });
            }
            begins.push(begin);
            let body_bytes = entry.size().checked_next_multiple_of(RECORD_BYTES);
            let entry_bytes = body_bytes.and_then(|bytes| bytes.checked_add(entry.head().len() as u64));
            begin = entry_bytes.and_then(|bytes| begin.checked_add(bytes)).ok_or(LayoutError::TooLarge)?;
        }
        begin.checked_add(END_BYTES).ok_or(LayoutError::TooLarge)?;
        begins.push(begin);
        Ok(Self { entries, begins })
    }

    /// The entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of the stream.
    pub fn len(&self) -> u64 {
        self.begins.last().copied().unwrap_or_default() + END_BYTES
    }

    /// Never: even a stream without entries has its end.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Fills `buf` with the bytes from `offset` on and says how many there were; fewer than asked for only at the end.
    ///
    /// `open_source` opens the file of an entry by its number; it is asked once for each file that the range touches.
    ///
    /// # Errors
    /// When a file cannot be read or has changed its length.
    pub fn read_at(
        &self,
        offset: u64,
        buf: &mut [u8],
        open_source: &mut impl FnMut(usize) -> io::Result<File>,
    ) -> Result<usize, TarReadError> {
        let count = usize::try_from(self.len().saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
        let buf = &mut buf[..count];
        buf.fill(0);
        let end = offset + count as u64;
        // The last entry that begins at or before the offset.
        let first = self.begins.partition_point(|&begin| begin <= offset).saturating_sub(1);
        for (index, (entry, &begin)) in self.entries.iter().zip(&self.begins).enumerate().skip(first) {
            if begin >= end {
                break;
            }
            let head = entry.head();
            let body_begin = begin + head.len() as u64;
            if let Some((from, place)) = overlap(offset, buf, begin, head.len() as u64) {
                place.copy_from_slice(&head[from as usize..from as usize + place.len()]);
            }
            if let Some((from, place)) = overlap(offset, buf, body_begin, entry.size()) {
                self.read_body(index, entry, from, place, open_source)?;
            }
        }
        Ok(count)
    }

    fn read_body(
        &self,
        index: usize,
        entry: &Entry,
        from: u64,
        place: &mut [u8],
        open_source: &mut impl FnMut(usize) -> io::Result<File>,
    ) -> Result<(), TarReadError> {
        let name = || entry.name.shown().into_owned();
        let unreadable = |source| TarReadError::Source { index, name: name(), source };
        let file = open_source(index).map_err(unreadable)?;
        let changed = |found_bytes| TarReadError::Changed {
            index,
            name: name(),
            planned_bytes: entry.size(),
            found_bytes,
        };
        let length = |file: &File| file.metadata().map(|facts| facts.len()).map_err(unreadable);
        match file.read_exact_at(place, from) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(changed(length(&file)?));
            }
            result => result.map_err(unreadable)?,
        }
        match length(&file)? {
            found_bytes if found_bytes == entry.size() => Ok(()),
            found_bytes => Err(changed(found_bytes)),
        }
    }
}

/// The part of `buf`, which begins at `offset`, that lies in the `length` bytes from `begin` on; and where in those
/// it begins.
fn overlap(offset: u64, buf: &mut [u8], begin: u64, length: u64) -> Option<(u64, &mut [u8])> {
    let from = offset.max(begin);
    let to = (offset + buf.len() as u64).min(begin + length);
    let place =
        buf.get_mut(usize::try_from(from - offset).ok()?..usize::try_from(to.checked_sub(offset)?).ok()?)?;
    (!place.is_empty()).then_some((from - begin, place))
}

fn is_inside(name: &[u8]) -> bool {
    let good = |part: &[u8]| !part.is_empty() && part != b"." && part != b"..";
    name.len() <= NAME_BYTES_MAX && !name.contains(&0) && name.split(|&byte| byte == b'/').all(good)
}

fn is_link_target(target: &RawName) -> bool {
    let target = target.as_bytes();
    !target.is_empty() && target.len() <= NAME_BYTES_MAX && !target.contains(&0)
}

impl Entry {
    fn size(&self) -> u64 {
        if let EntryKind::File { size } = self.kind { size } else { 0 }
    }

    fn link(&self) -> Option<&RawName> {
        if let EntryKind::Symlink { target } = &self.kind { Some(target) } else { None }
    }

    /// The records before the content: pax where ustar cannot say it, then ustar.
    fn head(&self) -> Vec<u8> {
        let mut path = self.name.as_bytes().to_vec();
        if self.kind == EntryKind::Dir {
            path.push(b'/');
        }
        let link = self.link().map_or(&[][..], RawName::as_bytes);
        let in_octal = (0..=OCTAL_MAX).contains(&self.mtime_secs);
        let mut pax = Vec::new();
        if !fits_ustar(&path) {
            pax_record("path", &path, &mut pax);
        }
        if !fits_ustar(link) {
            pax_record("linkpath", link, &mut pax);
        }
        if !in_octal {
            pax_record("mtime", self.mtime_secs.to_string().as_bytes(), &mut pax);
        }
        let mut head = Vec::with_capacity(512);
        if !pax.is_empty() {
            let header = record(b"pax_header", b"", EntryType::XHeader, pax.len() as u64, 0o644, 0);
            head.extend_from_slice(header.as_bytes());
            pax.resize(pax.len().next_multiple_of(RECORD_BYTES as usize), 0);
            head.extend_from_slice(&pax);
        }
        let kind = match self.kind {
            EntryKind::File { .. } => EntryType::Regular,
            EntryKind::Dir => EntryType::Directory,
            EntryKind::Symlink { .. } => EntryType::Symlink,
        };
        let mtime = if in_octal { self.mtime_secs as u64 } else { 0 };
        head.extend_from_slice(record(&path, link, kind, self.size(), self.mode & 0o777, mtime).as_bytes());
        head
    }
}

fn fits_ustar(field: &[u8]) -> bool {
    field.len() <= 100 && field.is_ascii()
}

/// A pax record counts its own digits.
fn pax_record(key: &str, value: &[u8], out: &mut Vec<u8>) {
    let rest_bytes = key.len() + value.len() + 3;
    let digits = |bytes: usize| bytes.to_string().len();
    let bytes = rest_bytes + digits(rest_bytes + digits(rest_bytes));
    out.extend_from_slice(format!("{bytes} {key}=").as_bytes());
    out.extend_from_slice(value);
    out.push(b'\n');
}

/// One header record. What does not fit a field is cut; a pax record before it says it whole.
fn record(path: &[u8], link: &[u8], kind: EntryType, size: u64, mode: u32, mtime_secs: u64) -> Header {
    let mut header = Header::new_ustar();
    let fields = header.as_old_mut();
    let put = |field: &mut [u8; 100], value: &[u8]| {
        for (place, &byte) in field.iter_mut().zip(value) {
            *place = if byte.is_ascii() { byte } else { b'_' };
        }
    };
    put(&mut fields.name, path);
    put(&mut fields.linkname, link);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(mtime_secs);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    header
}

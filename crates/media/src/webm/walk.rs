//! The elements of a file, one after another, without reading their bodies.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::ebml;
use crate::error::MediaError;

/// Where the head of an element was found, and what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) id: u32,
    /// Where the element itself begins.
    pub(super) at: u64,
    /// Where its body begins.
    pub(super) start: u64,
    /// Where its body ends; nothing when the file does not say.
    pub(super) end: Option<u64>,
}

/// A place in a file that only moves forward.
pub(super) struct Walk {
    input: BufReader<File>,
    path: PathBuf,
    at: u64,
    size_bytes: u64,
}

impl Walk {
    pub(super) fn open(path: &Path) -> Result<Self, MediaError> {
        let unreadable = |source| MediaError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if !meta.is_file() {
            // A device or a pipe may go on for ever.
            return Err(unreadable(io::Error::other("it is no regular file")));
        }
        let input = BufReader::with_capacity(64 << 10, file);
        Ok(Self { input, path: path.to_owned(), at: 0, size_bytes: meta.len() })
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Of the whole file.
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The element that begins here; nothing at `end`. Its body lies before `end`.
    pub(super) fn head(&mut self, end: u64) -> Result<Option<Head>, MediaError> {
        if self.at >= end {
            return Ok(None);
        }
        let at = self.at;
        let mut bytes = [0; 4];
        let id = self.number(&mut bytes, at)?.iter().fold(0, |id: u32, byte| id << 8 | u32::from(*byte));
        let mut bytes = [0; 8];
        let size = ebml::unmarked(self.number(&mut bytes, at)?);
        let start = self.at;
        let body_end = size.map(|size| start.saturating_add(size));
        if start.max(body_end.unwrap_or(0)) > end {
            return Err(self.too_long(at, end));
        }
        Ok(Some(Head { id, at, start, end: body_end }))
    }

    /// Goes on behind the element.
    pub(super) fn skip_to(&mut self, place: u64) -> Result<(), MediaError> {
        let distance = i64::try_from(place.saturating_sub(self.at)).unwrap_or(i64::MAX);
        self.input.seek_relative(distance).map_err(|source| self.unreadable(source))?;
        self.at = self.at.saturating_add(distance.unsigned_abs());
        Ok(())
    }

    /// The body of an element, at most `bytes_max` long.
    pub(super) fn body(&mut self, head: &Head, bytes_max: usize) -> Result<Vec<u8>, MediaError> {
        let size = head.end.map(|end| end - head.start).and_then(|size| usize::try_from(size).ok());
        let Some(size) = size.filter(|size| *size <= bytes_max) else {
            return Err(self.damaged(format!("a header of impossible size at byte {}", head.at)));
        };
        let mut body = vec![0; size];
        self.read(&mut body)?;
        Ok(body)
    }

    /// The next bytes.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<(), MediaError> {
        match self.input.read_exact(buffer) {
            Ok(()) => {
                self.at += buffer.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.truncated(self.at)),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    /// Bytes of anywhere, without moving.
    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> Result<(), MediaError> {
        match self.input.get_ref().read_exact_at(buffer, at) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.truncated(at)),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    fn number<'a>(&mut self, buffer: &'a mut [u8], element_at: u64) -> Result<&'a [u8], MediaError> {
        let mut first = [0];
        self.read(&mut first)?;
        let no_element = || self.damaged(format!("no element at byte {element_at}"));
        let length = ebml::length_of(first[0], buffer.len()).ok_or_else(no_element)?;
        let number = buffer.get_mut(..length).unwrap_or_default();
        if let Some((head, tail)) = number.split_first_mut() {
            *head = first[0];
            self.read(tail)?;
        }
        Ok(number)
    }

    fn too_long(&self, at: u64, end: u64) -> MediaError {
        if end >= self.size_bytes {
            return self.truncated(at);
        }
        self.damaged(format!("the element at byte {at} is longer than what it lies in"))
    }

    pub(super) fn truncated(&self, at: u64) -> MediaError {
        let detail = format!("it ends within the element at byte {at}");
        MediaError::Truncated { path: self.path.clone(), detail }
    }

    pub(super) fn damaged(&self, detail: String) -> MediaError {
        MediaError::Damaged { path: self.path.clone(), detail }
    }

    fn unreadable(&self, source: io::Error) -> MediaError {
        MediaError::Unreadable { path: self.path.clone(), source }
    }
}

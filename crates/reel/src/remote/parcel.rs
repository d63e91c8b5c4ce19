//! What one upload is made of: a file of this machine, or the tar stream of a folder, made while it is sent.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use reel_pack::stream::tar::{Entry, EntryKind, TarLayout};
use reel_store::Sha256Reader;
use reel_types::FailureKind;

use crate::problem::{Problem, ProblemKind};
use crate::text::shown;

/// So much is read at once: each read of a tar stream opens the files that it touches.
const READ_BYTES: usize = 1 << 20;

/// Bytes that are sent as one file, readable at any place.
pub(super) struct Parcel {
    content: Content,
    /// What a person calls it.
    pub(super) path: PathBuf,
    /// Without any folder.
    pub(super) filename: String,
    pub(super) size_bytes: u64,
}

enum Content {
    File(File),
    /// A stream, and the file of each entry that has one.
    Tar(Box<TarLayout>, Vec<Option<PathBuf>>),
}

impl Parcel {
    /// A file as it is.
    pub(super) fn of_file(path: &Path) -> Result<Self, Problem> {
        let opened = || match fs::metadata(path)? {
            // A pipe would be waited for before anybody could say that it is none.
            meta if !meta.is_file() => Err(io::Error::other("it is no regular file")),
            meta => Ok((File::open(path)?, meta.len())),
        };
        let (file, size_bytes) = opened().map_err(|error: io::Error| {
            cannot_read(path, &error).with_hint("check the name, and that it may be read")
        })?;
        let filename = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { content: Content::File(file), path: path.to_owned(), filename, size_bytes })
    }

    /// The tar stream of these entries, the files among them in the order of `sources`. It is never written anywhere.
    pub(super) fn of_entries(
        path: &Path,
        name: &str,
        entries: Vec<Entry>,
        sources: &[PathBuf],
    ) -> Result<Self, Problem> {
        let mut sources = sources.iter();
        let is_file = |entry: &Entry| matches!(entry.kind, EntryKind::File { .. });
        let paths = entries.iter().map(|entry| is_file(entry).then(|| sources.next().cloned()).flatten());
        let paths = paths.collect();
        let layout = TarLayout::new(entries).map_err(|error| Problem::usage(error.to_string()))?;
        let (filename, size_bytes) = (format!("{name}.tar"), layout.len());
        Ok(Self {
            content: Content::Tar(Box::new(layout), paths),
            path: path.to_owned(),
            filename,
            size_bytes,
        })
    }

    /// SHA-256 of all of it, hex. Tells how many bytes were read.
    pub(super) fn sha256(&self, tell: &dyn Fn(u64)) -> Result<String, Problem> {
        let mut reader = Sha256Reader::new(self.read(0, self.size_bytes, tell));
        let mut buffer = vec![0; READ_BYTES];
        while reader.read(&mut buffer).map_err(|error| self.broken(&error))? > 0 {}
        Ok(reader.finish().1)
    }

    /// The bytes from `from` to `to`. Tells after each read up to where they were taken.
    pub(super) fn read<'a>(&'a self, from: u64, to: u64, tell: &'a dyn Fn(u64)) -> Stretch<'a> {
        Stretch { parcel: self, next: from, to, ahead: Vec::new(), taken: 0, tell, failed: None }
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &self.content {
            Content::File(file) => file.read_exact_at(out, offset),
            Content::Tar(layout, paths) => {
                let mut open = |index: usize| match paths.get(index) {
                    Some(Some(path)) => File::open(path),
                    _ => Err(io::Error::other("an entry without a file")),
                };
                match layout.read_at(offset, out, &mut open).map_err(io::Error::other)? {
                    count if count == out.len() => Ok(()),
                    _ => Err(io::ErrorKind::UnexpectedEof.into()),
                }
            }
        }
    }

    fn broken(&self, error: &io::Error) -> Problem {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => cannot_read(&self.path, error),
        }
    }

    /// The problem of bytes that are not what they were a moment ago.
    pub(super) fn changed(&self) -> Problem {
        let message = format!("{} changed while it was sent", shown(&self.path));
        Problem::new(ProblemKind::Failure(FailureKind::Input), message).with_hint("run the command again")
    }
}

/// A part of a parcel, read once from its beginning to its end.
pub(super) struct Stretch<'a> {
    parcel: &'a Parcel,
    next: u64,
    to: u64,
    ahead: Vec<u8>,
    /// Of what was read ahead.
    taken: usize,
    tell: &'a dyn Fn(u64),
    failed: Option<Problem>,
}

impl Stretch<'_> {
    /// Why reading ended early: whoever only sees that a request failed takes it for the network's fault.
    pub(super) fn failed(&mut self) -> Option<Problem> {
        self.failed.take()
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.to.saturating_sub(self.next)).unwrap_or(usize::MAX);
        self.ahead.resize(left.min(READ_BYTES), 0);
        self.taken = 0;
        if let Err(error) = self.parcel.read_at(self.next, &mut self.ahead) {
            self.ahead.clear();
            self.failed = Some(self.parcel.broken(&error));
            return Err(error);
        }
        self.next += self.ahead.len() as u64;
        Ok(())
    }
}

impl Read for Stretch<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken >= self.ahead.len() {
            self.read_ahead()?;
        }
        let count = self.ahead.get(self.taken..).unwrap_or_default().read(out)?;
        self.taken += count;
        let ahead = self.ahead.len().saturating_sub(self.taken) as u64;
        (self.tell)(self.next.saturating_sub(ahead));
        Ok(count)
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    Problem::new(ProblemKind::Failure(FailureKind::Input), format!("cannot read {}", shown(path)))
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn folder() -> (tempfile::TempDir, Parcel) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, vec![7; 3_000_000]).unwrap();
        let entry = |name: &str, kind| Entry { name: name.into(), kind, mode: 0o644, mtime_secs: 0 };
        let entries = vec![entry("f", EntryKind::Dir), entry("f/a", EntryKind::File { size: 3_000_000 })];
        let parcel = Parcel::of_entries(Path::new("f"), "f", entries, &[path]).unwrap();
        (dir, parcel)
    }

    #[test]
    fn any_stretch_is_that_of_the_whole_and_tells_how_far_it_is() {
        let (_dir, parcel) = folder();
        let at = Cell::new(0);
        let tell = |to| at.set(to);
        let mut whole = Vec::new();
        parcel.read(0, parcel.size_bytes, &tell).read_to_end(&mut whole).unwrap();
        assert_eq!((whole.len() as u64, at.get()), (parcel.size_bytes, parcel.size_bytes));
        for (from, to) in [(0, 0), (1, 2), (500, 2_000_000), (2_999_999, parcel.size_bytes)] {
            let mut part = Vec::new();
            parcel.read(from, to, &tell).read_to_end(&mut part).unwrap();
            assert!(part == whole[from as usize..to as usize], "{from} to {to}");
            assert!(from == to || at.get() == to, "{} of {to}", at.get());
        }
        assert_eq!(parcel.filename, "f.tar");
    }

    #[test]
    fn what_shrinks_meanwhile_is_told_apart_from_a_network_that_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, [1; 1000]).unwrap();
        let parcel = Parcel::of_file(&path).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(10).unwrap();
        let mut reading = parcel.read(0, 1000, &|_| ());
        assert!(reading.read_to_end(&mut Vec::new()).is_err());
        assert!(reading.failed().unwrap().message.contains("changed while it was sent"));
    }
}

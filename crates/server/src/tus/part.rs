//! The file of an upload that is not whole: found, locked, cut to what counts.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The folder of these files.
#[derive(Clone, Debug)]
pub(crate) struct PartFolder {
    folder: PathBuf,
}

/// A file that nobody else writes while this is held.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: File,
}

impl PartFolder {
    /// Makes it.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The file of an upload that is known, made if it is not there. Nothing when somebody else holds it.
    pub(crate) fn lock(&self, id: &str) -> io::Result<Option<Part>> {
        let path = self.folder.join(id);
        let is_new = !path.exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        if is_new {
            // A name that is not on the disk takes the bytes with it when the power goes.
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(Some(Part { path, file }))
    }

    /// Names of all files there.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.folder)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
}

impl Part {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets all beyond so many bytes; what is written next goes there. False when they are not all there.
    pub(crate) fn cut_to(&mut self, bytes: u64) -> io::Result<bool> {
        let found = self.file.metadata()?.len();
        if found > bytes {
            self.file.set_len(bytes)?;
        }
        self.file.seek(SeekFrom::Start(bytes))?;
        Ok(found >= bytes)
    }

    /// The same open file; the lock lasts until the last of them is dropped.
    pub(crate) fn same_file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Removes it.
    pub(crate) fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn one_holds_it_and_the_next_finds_what_counts() {
        let dir = tempfile::tempdir().unwrap();
        let folder = PartFolder::open(dir.path().join("partial")).unwrap();
        let mut part = folder.lock("a").unwrap().unwrap();
        assert!(part.cut_to(0).unwrap());
        part.same_file().unwrap().write_all(b"abcdef").unwrap();
        assert!(folder.lock("a").unwrap().is_none());
        assert!(folder.lock("b").unwrap().is_some());
        drop(part);
        let mut part = folder.lock("a").unwrap().unwrap();
        assert!(part.cut_to(3).unwrap());
        part.same_file().unwrap().write_all(b"X").unwrap();
        assert_eq!(fs::read(part.path()).unwrap(), b"abcX");
        assert!(!part.cut_to(5).unwrap());
        part.remove().unwrap();
        assert_eq!(folder.names().unwrap(), ["b"]);
    }
}

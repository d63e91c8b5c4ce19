//! A tar stream into a folder, and never outside it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, FileTimes, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tar::{Archive, Entry, EntryType};

use super::about::About;

/// Most bytes of a record that describes the next entry.
const ABOUT_BYTES_MAX: u64 = 64 << 10;
/// Longest path that is created.
const PATH_BYTES_MAX: usize = 4096;
/// Longest part of a path.
const PART_BYTES_MAX: usize = 255;
/// Most skipped entries that are named; the rest is counted.
const SKIPPED_MAX: usize = 1000;

/// What was extracted, and what was left out on purpose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Files written.
    pub files: u64,
    /// Folders made.
    pub dirs: u64,
    /// Symbolic links made.
    pub symlinks: u64,
    /// Bytes written into files.
    pub bytes: u64,
    /// Entries left out, the first thousand.
    pub skipped: Vec<Skipped>,
    /// How many were left out.
    pub skipped_count: u64,
}

/// An entry that was not extracted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// As written in the stream.
    pub name: String,
    /// Which rule it breaks.
    pub why: &'static str,
}

/// Why extraction stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The stream is no tar stream, or breaks off.
    #[error("the archive cannot be read: {source}")]
    Stream {
        /// Why.
        source: io::Error,
    },
    /// A record about an entry is longer than any name is.
    #[error("the archive describes an entry in {bytes} bytes (at most 65536)")]
    TooLong {
        /// As written.
        bytes: u64,
    },
    /// Something cannot be written.
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Extracts into `target_dir`, which must be there.
///
/// Nothing is created outside it, through a link, or over what is there. Files and folders get at most the permission
/// bits that the umask allows, never setuid; links are made last and only when they stay inside: of the target, or of the
/// one folder that everything is in. Hard links and devices are left out. What is left out stands in the report.
///
/// # Errors
/// When the stream is broken or the disk refuses.
pub fn extract(reader: impl Read, target_dir: &Path) -> Result<Report, ExtractError> {
    let mut archive = Archive::new(reader);
    let mut extraction = Extraction {
        target_dir,
        report: Report::default(),
        links: Vec::new(),
        dir_times: BTreeMap::new(),
        dir_modes: BTreeMap::new(),
        tops: BTreeSet::new(),
    };
    let mut about = About::default();
    let entries = archive.entries().map_err(|source| ExtractError::Stream { source })?;
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(|source| ExtractError::Stream { source })?;
        match entry.header().entry_type() {
            EntryType::XHeader => about
                .read_pax(&about_bytes(&mut entry)?)
                .map_err(|why| ExtractError::Stream { source: io::Error::other(why) })?,
            EntryType::GNULongName => about.read_long_name(about_bytes(&mut entry)?),
            EntryType::GNULongLink => about.read_long_link(about_bytes(&mut entry)?),
            EntryType::XGlobalHeader => {}
            kind => extraction.take(&mut entry, kind, std::mem::take(&mut about))?,
        }
    }
    extraction.finish()
}

struct Extraction<'a> {
    target_dir: &'a Path,
    report: Report,
    /// Where, and what it says.
    links: Vec<(Vec<u8>, Vec<u8>)>,
    dir_times: BTreeMap<PathBuf, SystemTime>,
    /// Bits of folders that cannot be written as long as they are on.
    dir_modes: BTreeMap<PathBuf, u32>,
    /// What lies directly in the target, up to two of them.
    tops: BTreeSet<Vec<u8>>,
}

impl Extraction<'_> {
    fn take<R: Read>(
        &mut self,
        entry: &mut Entry<'_, R>,
        kind: EntryType,
        about: About,
    ) -> Result<(), ExtractError> {
        let name = about.path.unwrap_or_else(|| entry.path_bytes().into_owned());
        let link = about.link.or_else(|| entry.link_name_bytes().map(|bytes| bytes.into_owned()));
        let mode = entry.header().mode().unwrap_or(0o644);
        let mtime_secs = about.mtime_secs.or_else(|| i64::try_from(entry.header().mtime().ok()?).ok());
        let mtime = mtime_secs.and_then(time_from_secs);
        self.note_top(&name);
        let made = match kind {
            EntryType::Regular | EntryType::Continuous => self.file(&name, mode, mtime, entry)?,
            EntryType::Directory => self.dir(&name, mode, mtime)?,
            EntryType::Symlink => {
                self.links.push((name, link.unwrap_or_default()));
                return Ok(());
            }
            EntryType::Link => Err("hard links are not made"),
            _ => Err("only files, folders and symbolic links are made"),
        };
        made.unwrap_or_else(|why| self.skip(&name, why));
        Ok(())
    }

    fn file<R: Read>(
        &mut self,
        name: &[u8],
        mode: u32,
        mtime: Option<SystemTime>,
        body: &mut Entry<'_, R>,
    ) -> Result<Made, ExtractError> {
        let path = match self.place(name)? {
            Ok(path) => path,
            Err(why) => return Ok(Err(why)),
        };
        let cannot = |source| ExtractError::Write { path: path.clone(), source };
        let opened = OpenOptions::new().write(true).create_new(true).mode(mode & 0o777).open(&path);
        let mut file = match opened {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(Err("something of that name is there"));
            }
            opened => opened.map_err(cannot)?,
        };
        let copied = copy(body, &mut file, &path)?;
        if copied != body.size() {
            return Err(ExtractError::Stream { source: io::ErrorKind::UnexpectedEof.into() });
        }
        self.report.bytes += copied;
        self.report.files += 1;
        if let Some(mtime) = mtime {
            // A time that the file system cannot hold is no reason to lose the file.
            let _ = file.set_times(FileTimes::new().set_modified(mtime));
        }
        Ok(Ok(()))
    }

    fn dir(&mut self, name: &[u8], mode: u32, mtime: Option<SystemTime>) -> Result<Made, ExtractError> {
        let path = match self.place(name)? {
            Ok(path) => path,
            Err(why) => return Ok(Err(why)),
        };
        // What is inside must still be written, whatever the bits say.
        if let Err(why) = self.make_dir(&path, (mode & 0o777) | 0o700)? {
            return Ok(Err(why));
        }
        if mode & 0o700 != 0o700 {
            self.dir_modes.insert(path.clone(), mode & 0o777);
        }
        if let Some(mtime) = mtime {
            self.dir_times.insert(path, mtime);
        }
        Ok(Ok(()))
    }

    /// Where an entry is to be made. The folders above it are there afterwards, and none of them is a link.
    fn place(&mut self, name: &[u8]) -> Result<Result<PathBuf, &'static str>, ExtractError> {
        let parts = match inside_parts(name) {
            Ok(parts) => parts,
            Err(why) => return Ok(Err(why)),
        };
        let mut path = self.target_dir.to_owned();
        if let Some((last, above)) = parts.split_last() {
            for part in above {
                path.push(OsStr::from_bytes(part));
                if let Err(why) = self.make_dir(&path, 0o777)? {
                    return Ok(Err(why));
                }
            }
            path.push(OsStr::from_bytes(last));
        }
        Ok(Ok(path))
    }

    fn make_dir(&mut self, path: &Path, mode: u32) -> Result<Made, ExtractError> {
        let cannot = |source| ExtractError::Write { path: path.to_owned(), source };
        match DirBuilder::new().mode(mode).create(path) {
            Ok(()) => {
                self.report.dirs += 1;
                Ok(Ok(()))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let is_dir = fs::symlink_metadata(path).map_err(cannot)?.is_dir();
                Ok(if is_dir { Ok(()) } else { Err("its way leads through a link or a file") })
            }
            Err(error) => Err(cannot(error)),
        }
    }

    fn note_top(&mut self, name: &[u8]) {
        if let Some(top) = inside_parts(name).ok().and_then(|parts| parts.first().map(|top| top.to_vec()))
            && self.tops.len() < 2
        {
            self.tops.insert(top);
        }
    }

    fn link(&mut self, name: &[u8], target: &[u8]) -> Result<Made, ExtractError> {
        if let Err(why) = check_link(name, target, self.tops.len() == 1) {
            return Ok(Err(why));
        }
        let path = match self.place(name)? {
            Ok(path) => path,
            Err(why) => return Ok(Err(why)),
        };
        match symlink(OsStr::from_bytes(target), &path) {
            Ok(()) => {
                self.report.symlinks += 1;
                Ok(Ok(()))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(Err("something of that name is there"))
            }
            Err(source) => Err(ExtractError::Write { path, source }),
        }
    }

    /// Links come last, so that no entry can be written through one; times of folders after all that is in them.
    fn finish(mut self) -> Result<Report, ExtractError> {
        for (name, target) in std::mem::take(&mut self.links) {
            self.link(&name, &target)?.unwrap_or_else(|why| self.skip(&name, why));
        }
        for (path, mtime) in &self.dir_times {
            let _ = File::open(path).and_then(|dir| dir.set_times(FileTimes::new().set_modified(*mtime)));
        }
        // What is inside comes before what it is in: nothing can be changed behind a closed door.
        for (path, mode) in self.dir_modes.iter().rev() {
            let cannot = |source| ExtractError::Write { path: path.clone(), source };
            let made = fs::symlink_metadata(path).map_err(cannot)?.permissions().mode();
            // The umask has taken its bits when the folder was made.
            fs::set_permissions(path, Permissions::from_mode(made & mode)).map_err(cannot)?;
        }
        Ok(self.report)
    }

    fn skip(&mut self, name: &[u8], why: &'static str) {
        self.report.skipped_count += 1;
        if self.report.skipped.len() < SKIPPED_MAX {
            let name = String::from_utf8_lossy(name.get(..PATH_BYTES_MAX).unwrap_or(name)).into_owned();
            self.report.skipped.push(Skipped { name, why });
        }
    }
}

/// Made, or the rule that forbids it.
type Made = Result<(), &'static str>;

/// The parts of a path that stays inside; at least one.
fn inside_parts(name: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    if name.len() > PATH_BYTES_MAX || name.contains(&0) {
        return Err("its name is too long or holds a NUL");
    }
    if name.starts_with(b"/") {
        return Err("its name is absolute");
    }
    let parts: Vec<&[u8]> =
        name.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".").collect();
    if parts.contains(&&b".."[..]) {
        return Err("its name climbs out of the folder");
    }
    if parts.iter().any(|part| part.len() > PART_BYTES_MAX) {
        return Err("a part of its name is longer than 255 bytes");
    }
    if parts.is_empty() { Err("it has no name") } else { Ok(parts) }
}

/// The links of a stream that [`extract`] would leave out, by their names.
pub fn links_that_lead_out(entries: &[super::Entry]) -> Vec<String> {
    let top =
        |entry: &super::Entry| entry.name.as_bytes().split(|&byte| byte == b'/').next().map(<[u8]>::to_vec);
    let has_one_top = entries.iter().filter_map(top).collect::<BTreeSet<_>>().len() == 1;
    let leads_out = |entry: &&super::Entry| match &entry.kind {
        super::EntryKind::Symlink { target } => {
            check_link(entry.name.as_bytes(), target.as_bytes(), has_one_top).is_err()
        }
        _ => false,
    };
    entries.iter().filter(leads_out).map(|entry| entry.name.shown().into_owned()).collect()
}

/// A link may climb only at its beginning, and not above the folder: behind another link `..` may mean anything.
/// Where everything is in one folder, that is the one.
fn check_link(name: &[u8], target: &[u8], has_one_top: bool) -> Made {
    let depth = (inside_parts(name)?.len() - 1).saturating_sub(usize::from(has_one_top));
    if target.is_empty() || target.len() > PATH_BYTES_MAX || target.contains(&0) {
        return Err("its target is empty or no path");
    }
    if target.starts_with(b"/") {
        return Err("it points to an absolute path");
    }
    let parts = target.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    let (mut climbs, mut descended) = (0, false);
    for part in parts {
        match part {
            b".." if descended || climbs == depth => return Err("it points outside the folder"),
            b".." => climbs += 1,
            _ => descended = true,
        }
    }
    Ok(())
}

fn about_bytes<R: Read>(entry: &mut Entry<'_, R>) -> Result<Vec<u8>, ExtractError> {
    if entry.size() > ABOUT_BYTES_MAX {
        return Err(ExtractError::TooLong { bytes: entry.size() });
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|source| ExtractError::Stream { source })?;
    Ok(bytes)
}

/// Like [`io::copy`], but says which side failed.
fn copy(from: &mut impl Read, to: &mut File, path: &Path) -> Result<u64, ExtractError> {
    let mut buffer = vec![0; 256 << 10];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(ExtractError::Stream { source }),
        };
        io::Write::write_all(to, &buffer[..count])
            .map_err(|source| ExtractError::Write { path: path.to_owned(), source })?;
        copied += count as u64;
    }
}

fn time_from_secs(secs: i64) -> Option<SystemTime> {
    let since = Duration::from_secs(secs.unsigned_abs());
    if secs < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(since)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(since)
    }
}

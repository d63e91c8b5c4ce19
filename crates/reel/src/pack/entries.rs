//! What is packed: one file as it is, or a tar stream of a folder or of several inputs.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use reel_pack::stream::tar::{Entry, EntryKind, RawName};
use reel_types::FailureKind;
use rustix::fs::OFlags;

use crate::problem::{Problem, ProblemKind};
use crate::text::shown;

/// Entries that one video holds at most.
const ENTRIES_MAX: usize = 1_000_000;

/// What the inputs come to.
pub(super) struct Gathered {
    /// The name that `unpack` gives.
    pub(super) name: String,
    /// The files to read, in order.
    pub(super) sources: Vec<PathBuf>,
    /// The entries of the tar stream; none when one file is packed as it is.
    pub(super) entries: Vec<Entry>,
}

/// Looks through the inputs.
///
/// # Errors
/// An input problem when one of them cannot be read; a usage problem when two have one name.
pub(super) fn gather(inputs: &[PathBuf]) -> Result<Gathered, Problem> {
    if let [one] = inputs {
        let meta = fs::metadata(one).map_err(|error| unreadable(one, &error))?;
        if !meta.is_dir() {
            try_reading(one, &meta)?;
            return Ok(Gathered { name: name_of(one)?, sources: vec![one.clone()], entries: Vec::new() });
        }
    }
    let mut walk = Walk { sources: Vec::new(), entries: Vec::new() };
    let mut taken = BTreeSet::new();
    for input in inputs {
        let name = name_of(input)?;
        if !taken.insert(name.clone()) {
            return Err(Problem::usage(format!("two inputs are called {name}"))
                .with_hint("pack them with two commands, or put them into folders of different names"));
        }
        // What is named itself is followed through a link; what lies in a folder is not.
        let meta = fs::metadata(input).map_err(|error| unreadable(input, &error))?;
        walk.add(input, &name.as_str().into(), &meta)?;
    }
    let name = match inputs {
        [one] => name_of(one)?,
        _ => "packed".to_owned(),
    };
    Ok(Gathered { name, sources: walk.sources, entries: walk.entries })
}

struct Walk {
    sources: Vec<PathBuf>,
    entries: Vec<Entry>,
}

impl Walk {
    fn add(&mut self, path: &Path, name: &RawName, meta: &fs::Metadata) -> Result<(), Problem> {
        if self.entries.len() >= ENTRIES_MAX {
            return Err(Problem::usage(format!("more than {ENTRIES_MAX} entries"))
                .with_hint("pack a tar file of them instead"));
        }
        let kind = if meta.is_dir() {
            EntryKind::Dir
        } else if meta.is_file() {
            try_reading(path, meta)?;
            self.sources.push(path.to_owned());
            EntryKind::File { size: meta.len() }
        } else if meta.is_symlink() {
            let target = fs::read_link(path).map_err(|error| unreadable(path, &error))?;
            EntryKind::Symlink { target: target.as_os_str().into() }
        } else {
            return Err(Problem::new(
                ProblemKind::Failure(FailureKind::Input),
                format!("{} is neither a file nor a folder nor a link", shown(path)),
            )
            .with_hint("move it elsewhere, or pack what is around it"));
        };
        let mode = meta.permissions().mode() & 0o777;
        self.entries.push(Entry { name: name.clone(), kind, mode, mtime_secs: meta.mtime() });
        if !meta.is_dir() {
            return Ok(());
        }
        let mut within: Vec<_> = fs::read_dir(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(path, &error))?;
        // The same folder gives the same stream.
        within.sort_by_key(fs::DirEntry::file_name);
        for entry in within {
            let path = entry.path();
            let meta = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, &error))?;
            let within = [name.as_bytes(), b"/", entry.file_name().as_bytes()].concat();
            self.add(&path, &within.into(), &meta)?;
        }
        Ok(())
    }
}

/// The last part of the path, also of `.` and `folder/`.
fn name_of(path: &Path) -> Result<String, Problem> {
    let whole = match path.file_name() {
        Some(_) => path.to_owned(),
        None => fs::canonicalize(path).map_err(|error| unreadable(path, &error))?,
    };
    Ok(whole.file_name().map(|name| utf8(name.as_ref())).transpose()?.unwrap_or("root").to_owned())
}

fn utf8(path: &Path) -> Result<&str, Problem> {
    path.to_str().ok_or_else(|| {
        Problem::new(
            ProblemKind::Failure(FailureKind::Input),
            format!("the name {} is not UTF-8", shown(path)),
        )
        .with_hint("rename it")
    })
}

/// Nobody waits an hour for a file that may not be read. Files of /proc and the like say that they are empty, and are
/// not: their size is known only to who reads them.
fn try_reading(path: &Path, meta: &fs::Metadata) -> Result<(), Problem> {
    if !meta.is_file() {
        return Ok(());
    }
    let without_waiting = OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(without_waiting).open(path);
    let mut file = file.map_err(|error| unreadable(path, &error))?;
    if meta.len() > 0 {
        return Ok(());
    }
    match file.read(&mut [0]) {
        Ok(0) => Ok(()),
        _ => Err(Problem::new(
            ProblemKind::Failure(FailureKind::Input),
            format!("{} says that it is empty and is not, as files made by the system do", shown(path)),
        )
        .with_hint("copy it to an ordinary file with `cat`, and pack the copy")),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let what = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read (permission denied)".to_owned(),
        _ => error.to_string(),
    };
    Problem::new(ProblemKind::Failure(FailureKind::Input), format!("{}: {what}", shown(path)))
        .with_hint("check the name, and that it may be read")
}

//! The hidden part file beside an output.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reel_types::JobId;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// What most file systems allow.
const NAME_BYTES_MAX: usize = 255;

/// `.NAME.JOB.part`; without NAME when that would be too long.
pub(super) fn path(output: &Path, job: &JobId) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(output.file_name().unwrap_or_default());
    name.push(format!(".{job}.part"));
    if name.as_bytes().len() > NAME_BYTES_MAX {
        name = OsString::from(format!(".{job}.part"));
    }
    super::folder::of(output).join(name)
}

/// Fills the part file with the object's bytes, on disk when this returns. One that was left by a killed run is
/// replaced: the caller holds the lock of this job's delivery.
pub(super) fn make(object: &Path, part: &Path, size_bytes: u64) -> io::Result<()> {
    remove_if_there(part)?;
    if fs::hard_link(object, part).is_ok() {
        return Ok(());
    }
    // Another file system, or one without links.
    let copied = copy_and_sync(object, part, size_bytes);
    if copied.is_err() {
        let _ = fs::remove_file(part);
    }
    copied
}

/// Renames, but never over something.
pub(super) fn rename_new(part: &Path, output: &Path) -> io::Result<()> {
    match renameat_with(CWD, part, CWD, output, RenameFlags::NOREPLACE) {
        // Old kernels and some file systems do not know the flag; a link refuses to replace as well.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_then_unlink(part, output),
        renamed => renamed.map_err(Into::into),
    }
}

pub(super) fn link_then_unlink(part: &Path, output: &Path) -> io::Result<()> {
    fs::hard_link(part, output)?;
    fs::remove_file(part)
}

fn copy_and_sync(object: &Path, part: &Path, size_bytes: u64) -> io::Result<()> {
    let mut from = File::open(object)?;
    let mut to = File::create_new(part)?;
    let copied = io::copy(&mut from, &mut to)?;
    if copied != size_bytes {
        return Err(io::Error::other(format!("copied {copied} bytes of {size_bytes}")));
    }
    to.sync_all()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

//! The folder of an output: made and tried before the work, so that nobody waits an hour for a refusal.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::text::shown;

/// A folder that can be written.
#[derive(Debug)]
pub struct Folder {
    /// What was made, innermost last.
    made: Vec<PathBuf>,
}

impl Folder {
    /// Makes the folder of `output` if it is missing, and tries to write in it.
    ///
    /// # Errors
    /// A storage problem when it cannot be made or written.
    pub fn prepare(output: &Path) -> Result<Self, Problem> {
        let folder = of(output);
        let cannot = |what: &str, e: &io::Error| {
            Problem::storage(format!("cannot {what} {}", shown(folder)), e)
                .with_hint("choose another folder after -o")
        };
        let made = make_all(folder).map_err(|e| cannot("make the folder", &e))?;
        let prepared = Self { made };
        if let Err(error) = try_writing(folder) {
            prepared.unmake();
            return Err(cannot("write into", &error));
        }
        Ok(prepared)
    }

    /// Removes what was made and is still empty: a command that failed leaves nothing behind.
    pub fn unmake(&self) {
        for folder in self.made.iter().rev() {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

/// The folder that a path is in.
pub(super) fn of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn make_all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    fs::create_dir_all(folder)?;
    Ok(missing.into_iter().rev().map(Path::to_owned).collect())
}

/// Permissions, read-only mounts and quotas are all found by trying.
fn try_writing(folder: &Path) -> io::Result<()> {
    let mut name = OsString::from(".reel-");
    name.push(std::process::id().to_string());
    name.push(".try.part");
    let path = folder.join(name);
    fs::File::create(&path)?;
    match fs::remove_file(&path) {
        // Another container's process has the same number and tried at the same moment.
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

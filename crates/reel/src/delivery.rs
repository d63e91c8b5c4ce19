//! The last step: a verified result gets its final name, whole or not at all.
//!
//! The bytes stand beside the output as a hidden part file first (a hard link where that works, a copy elsewhere), are
//! synced, and then renamed: without replacing, or replacing with `--force`.

mod folder;
mod numbered;
mod part;
mod tree;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use reel_engine::crash_point;
use reel_store::sha256_of_file;
use reel_types::{Artifact, JobId};
use rustix::fs::{FlockOperation, flock};

pub use folder::Folder;
pub use numbered::{is_numbered, numbered, numbered_there};
pub use tree::{deliver_tree, folder_exists};

use crate::problem::{Problem, ProblemKind};
use crate::text::shown;

/// What to deliver, and where.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Whose result it is; part of the part file's name.
    pub job: JobId,
    /// The finished object.
    pub object: PathBuf,
    /// What the object must be.
    pub artifact: Artifact,
    /// The final path.
    pub output: PathBuf,
    /// Whether an existing output is replaced.
    pub force: bool,
}

/// How a delivery ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivered {
    /// The output is there now.
    Placed,
    /// It was there already, and is the same.
    AlreadyThere,
    /// The object is gone: another process has delivered it elsewhere.
    ObjectGone,
}

/// What stands at the final path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nothing.
    Free,
    /// The very bytes.
    Equal,
    /// Something else.
    Different,
}

/// Delivers. Blocking. Of two processes that deliver one job, one waits for the other.
///
/// # Errors
/// [`ProblemKind::Exists`] when something else is at the final path and `force` is not set; a storage problem when the
/// system says no.
pub fn deliver(delivery: &Delivery) -> Result<Delivered, Problem> {
    let Some(_lock) = lock(&delivery.object)? else { return Ok(gone(delivery)) };
    match standing(&delivery.output, &delivery.artifact)? {
        Standing::Equal => return Ok(Delivered::AlreadyThere),
        Standing::Different if !delivery.force => return Err(exists(&delivery.output, Some(&delivery.job))),
        Standing::Different | Standing::Free => {}
    }
    let part = part::path(&delivery.output, &delivery.job);
    let cannot = |what: &str, error: &io::Error| {
        Problem::storage(format!("cannot {what} {}", shown(&delivery.output)), error)
            .with_hint("the finished result is kept in the state folder; the same command delivers it")
    };
    if let Err(error) = part::make(&delivery.object, &part, delivery.artifact.size_bytes) {
        return if delivery.object.exists() { Err(cannot("write", &error)) } else { Ok(gone(delivery)) };
    }
    crash_point::hit("after_part_file");
    let placed = if delivery.force {
        fs::rename(&part, &delivery.output)
    } else {
        part::rename_new(&part, &delivery.output)
    };
    if let Err(error) = placed {
        // Best effort: the next run removes it too.
        let _ = fs::remove_file(&part);
        return match error.kind() {
            io::ErrorKind::AlreadyExists => came_meanwhile(delivery),
            _ => Err(cannot("put in place", &error)),
        };
    }
    crash_point::hit("after_rename");
    sync_folder_of(&delivery.output).map_err(|e| cannot("sync the folder of", &e))?;
    Ok(Delivered::Placed)
}

/// A hidden file beside an output for this job: `.NAME.JOB.ENDING`.
pub fn beside(output: &Path, job: &JobId, ending: &str) -> PathBuf {
    part::path(output, job).with_extension(ending)
}

/// Looks at the final path. Reads the whole file when its size is right.
///
/// # Errors
/// A storage problem when it cannot be read.
pub fn standing(output: &Path, artifact: &Artifact) -> Result<Standing, Problem> {
    match fs::metadata(output) {
        Ok(meta) if meta.is_file() && meta.len() == artifact.size_bytes => {}
        Ok(_) => return Ok(Standing::Different),
        // A dangling link is something, too.
        Err(_) if fs::symlink_metadata(output).is_ok() => return Ok(Standing::Different),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Standing::Free);
        }
        Err(e) => return Err(Problem::storage(format!("cannot look at {}", shown(output)), &e)),
    }
    let digest =
        sha256_of_file(output).map_err(|e| Problem::storage(format!("cannot read {}", shown(output)), &e))?;
    Ok(if digest.1 == artifact.sha256 { Standing::Equal } else { Standing::Different })
}

/// The problem of an output that is something else. `job` is named when its result waits in the state folder.
pub fn exists(output: &Path, job: Option<&JobId>) -> Problem {
    let hint = match job {
        None => "use --force to replace it, or choose another name after -o".to_owned(),
        Some(job) => format!(
            "the result of job {job} is kept in the state folder: run the command again with --force to replace the \
             file, or with another name after -o"
        ),
    };
    let message = format!("{} exists and is something else", shown(output));
    Problem::new(ProblemKind::Exists, message).with_hint(hint)
}

fn came_meanwhile(delivery: &Delivery) -> Result<Delivered, Problem> {
    match standing(&delivery.output, &delivery.artifact)? {
        Standing::Equal => Ok(Delivered::AlreadyThere),
        _ => Err(exists(&delivery.output, Some(&delivery.job))),
    }
}

/// Holds the object for one process. Nothing when the object is gone.
fn lock(object: &Path) -> Result<Option<File>, Problem> {
    let cannot =
        |e: io::Error| Problem::storage(format!("cannot open the finished result {}", shown(object)), &e);
    let file = match File::open(object) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(cannot)?,
    };
    flock(&file, FlockOperation::LockExclusive).map_err(|e| cannot(e.into()))?;
    // Whoever held it before may have delivered and removed it.
    Ok(object.exists().then_some(file))
}

fn gone(delivery: &Delivery) -> Delivered {
    match standing(&delivery.output, &delivery.artifact) {
        Ok(Standing::Equal) => Delivered::AlreadyThere,
        _ => Delivered::ObjectGone,
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder::of(path))?.sync_all()
}

#[cfg(test)]
mod tests;

//! A worker of this machine holds an OS lock; whoever can take that lock knows that it is dead.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use reel_types::WorkerId;
use rustix::fs::{FlockOperation, flock};

/// The lock of a live worker. The system gives it up when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Alive {
    path: PathBuf,
    _locked: File,
    stays: bool,
}

impl Alive {
    /// Locks first and names the file after, so that nobody sees it unlocked.
    pub(crate) fn announce(folder: &Path, worker: &WorkerId) -> io::Result<Self> {
        let path = folder.join(format!("{worker}.lock"));
        let hidden = folder.join(format!(".{worker}.new"));
        let file = File::create(&hidden)?;
        flock(&file, FlockOperation::LockExclusive)?;
        fs::rename(&hidden, &path)?;
        Ok(Self { path, _locked: file, stays: false })
    }
}

impl Alive {
    /// Leaves the file without its lock: the next sweep of anybody takes this worker for dead.
    pub(crate) fn leave_behind(mut self) {
        self.stays = true;
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        // Best effort: a file that stays is found unlocked by the next sweep.
        let _ = fs::remove_file(&self.path);
    }
}

/// A worker whose lock could be taken. Dropping it forgets the worker's file.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) worker: WorkerId,
    path: PathBuf,
    _locked: File,
}

impl Dead {
    /// Removes the worker's file, once its leases are released.
    pub(crate) fn bury(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// All workers of this folder that are dead.
pub(crate) fn dead_workers(folder: &Path) -> io::Result<Vec<Dead>> {
    let mut dead = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(worker) = name.strip_suffix(".lock") else { continue };
        let Ok(file) = File::open(&path) else { continue };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            dead.push(Dead { worker: WorkerId::new(worker), path, _locked: file });
        }
    }
    Ok(dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_dead_once_its_lock_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let alive = Alive::announce(dir.path(), &WorkerId::new("w1")).unwrap();
        assert!(dead_workers(dir.path()).unwrap().is_empty());
        let Alive { _locked, .. } = &alive;
        flock(_locked, FlockOperation::Unlock).unwrap();
        let dead = dead_workers(dir.path()).unwrap();
        assert_eq!(dead.iter().map(|d| d.worker.as_str()).collect::<Vec<_>>(), ["w1"]);
        dead.into_iter().for_each(Dead::bury);
        assert!(dead_workers(dir.path()).unwrap().is_empty());
    }
}

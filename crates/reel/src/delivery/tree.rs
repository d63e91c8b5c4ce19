//! A result that is a tar stream becomes a folder: extracted beside its place, then renamed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use reel_pack::stream::tar::extract;

use super::{Delivered, Delivery, exists, lock, part, sync_folder_of};
use crate::problem::Problem;
use crate::text::shown;

/// Delivers. Blocking. An existing folder is never replaced, not even with `force`: nobody can say what is in it.
///
/// # Errors
/// [`crate::problem::ProblemKind::Exists`] when something is at the final path; a storage problem when the system says
/// no, or when an entry of the stream would lie outside the folder.
pub fn deliver_tree(delivery: &Delivery) -> Result<Delivered, Problem> {
    let Some(_lock) = lock(&delivery.object)? else { return Ok(Delivered::ObjectGone) };
    if fs::symlink_metadata(&delivery.output).is_ok() {
        return Err(exists(&delivery.output, Some(&delivery.job))
            .with_hint("a folder is never replaced; remove it, or choose another name after -o"));
    }
    let beside = part::path(&delivery.output, &delivery.job);
    let cannot = |what: &str, error: &dyn std::error::Error| {
        Problem::storage(format!("cannot {what} {}", shown(&delivery.output)), error)
    };
    remove_tree(&beside).map_err(|error| cannot("clear the place beside", &error))?;
    fs::create_dir(&beside).map_err(|error| cannot("make the folder beside", &error))?;
    let placed = File::open(&delivery.object)
        .map_err(|error| cannot("open the result for", &error))
        .and_then(|tar| extract(tar, &beside).map_err(|error| cannot("extract into", &error)))
        .and_then(|_| {
            put_in_place(&beside, &delivery.output).map_err(|error| cannot("put in place", &error))
        });
    if placed.is_err() {
        // Best effort: the error is what counts.
        let _ = remove_tree(&beside);
    }
    placed?;
    sync_folder_of(&delivery.output).map_err(|error| cannot("sync the folder of", &error))?;
    Ok(Delivered::Placed)
}

/// A stream with one folder on top becomes that folder; one with more on top becomes a folder of them.
fn put_in_place(beside: &Path, output: &Path) -> io::Result<()> {
    match only_folder_in(beside)? {
        Some(only) => part::rename_new(&only, output).and_then(|()| fs::remove_dir(beside)),
        None => part::rename_new(beside, output),
    }
}

fn only_folder_in(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut entries = fs::read_dir(folder)?;
    let (Some(first), None) = (entries.next().transpose()?, entries.next()) else { return Ok(None) };
    Ok(first.file_type()?.is_dir().then(|| first.path()))
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

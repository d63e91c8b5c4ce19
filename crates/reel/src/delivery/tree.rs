//! A result that is a tar stream becomes a folder: extracted beside its place, then renamed.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Seek};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use reel_engine::crash_point;
use reel_pack::stream::tar::{ExtractError, Report, extract};
use reel_types::FailureKind;

use super::{Delivered, Delivery, lock, part, sync_folder_of};
use crate::problem::{Problem, ProblemKind};
use crate::text::shown;

/// Entries left out that are named; the rest is counted.
const LEFT_OUT_MAX: usize = 20;

/// Delivers, and says what of the stream was left out. Blocking. An existing folder is never replaced, not even with `force`: nobody can say what is in it.
///
/// # Errors
/// [`crate::problem::ProblemKind::Exists`] when something is at the final path; a storage problem when the system says
/// no, or when an entry of the stream would lie outside the folder.
pub fn deliver_tree(delivery: &Delivery) -> Result<(Delivered, Vec<String>), Problem> {
    let Some(_lock) = lock(&delivery.object)? else { return Ok((Delivered::ObjectGone, Vec::new())) };
    if fs::symlink_metadata(&delivery.output).is_ok() {
        return Err(folder_exists(&delivery.output));
    }
    let beside = part::path(&delivery.output, &delivery.job);
    let cannot = |what: &str, error: &dyn std::error::Error| {
        Problem::storage(format!("cannot {what} {}", shown(&delivery.output)), error)
            .with_hint("the finished result is kept in the state folder; the same command delivers it")
    };
    remove_tree(&beside).map_err(|error| cannot("clear the place beside", &error))?;
    fs::create_dir(&beside).map_err(|error| cannot("make the folder beside", &error))?;
    let placed = File::open(&delivery.object)
        .map_err(|error| cannot("open the result for", &error))
        .and_then(|tar| {
            let report = extract(&tar, &beside).map_err(|error| match error {
                ExtractError::Write { path, source } => {
                    cannot(&format!("write {} of", name_in(&beside, &path)), &source)
                }
                other => not_a_folder(delivery, &other),
            })?;
            let unread = unread(&tar).map_err(|error| cannot("read the result for", &error))?;
            Ok((report, unread))
        })
        .and_then(|(report, unread)| {
            crash_point::hit("after_part_file");
            put_in_place(&beside, &delivery.output).map_err(|error| cannot("put in place", &error))?;
            crash_point::hit("after_rename");
            Ok([left_out(&report), unread.into_iter().collect()].concat())
        });
    if placed.is_err() {
        // Best effort: the error is what counts.
        let _ = remove_tree(&beside);
    }
    let left_out = placed?;
    sync_folder_of(&delivery.output).map_err(|error| cannot("sync the folder of", &error))?;
    Ok((Delivered::Placed, left_out))
}

/// Zeros end a tar stream, and stand for bytes that could not be had: what follows such a hole is not read as entries.
fn unread(mut tar: &File) -> io::Result<Option<String>> {
    let at = tar.stream_position()?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match tar.read(&mut buffer)? {
            0 => return Ok(None),
            count if buffer.iter().take(count).all(|&byte| byte == 0) => {}
            _ => {
                return Ok(Some(format!(
                    "left out: everything behind byte {at}, since what says what it is is missing"
                )));
            }
        }
    }
}

/// As the stream names it.
fn name_in(beside: &Path, path: &Path) -> String {
    shown(path.strip_prefix(beside).unwrap_or(path))
}

/// The stream is what was packed, byte by byte, and yet no tar stream; or it has holes.
fn not_a_folder(delivery: &Delivery, error: &ExtractError) -> Problem {
    let message =
        format!("what is in the video is no folder, so {} was not made: {error}", shown(&delivery.output));
    Problem::new(ProblemKind::Failure(FailureKind::Damaged), message)
        .with_hint("give further copies of the video in the same command, if there are any")
}

/// The problem of an output that is there already.
pub fn folder_exists(output: &Path) -> Problem {
    let message = format!("{} exists, and a folder is never replaced", shown(output));
    Problem::new(ProblemKind::Exists, message).with_hint("remove it, or choose another name after -o")
}

/// A sentence for each entry that was not made.
fn left_out(report: &Report) -> Vec<String> {
    let named = report.skipped.iter().take(LEFT_OUT_MAX);
    let mut said: Vec<String> = named
        .map(|skipped| format!("left out: {} ({})", shown(Path::new(&skipped.name)), skipped.why))
        .collect();
    let more = report.skipped_count.saturating_sub(said.len() as u64);
    if more > 0 {
        said.push(format!("left out: {more} more"));
    }
    said
}

/// A stream with one folder on top becomes that folder; one with more on top becomes a folder of them.
fn put_in_place(beside: &Path, output: &Path) -> io::Result<()> {
    match only_folder_in(beside)? {
        Some(only) => move_folder(&only, output).and_then(|()| fs::remove_dir(beside)),
        None => part::rename_new(beside, output),
    }
}

/// A folder that may not be written cannot change its parent either, so it may be for as long as that takes.
fn move_folder(from: &Path, to: &Path) -> io::Result<()> {
    let own = fs::symlink_metadata(from)?.permissions();
    if own.mode() & 0o200 != 0 {
        return part::rename_new(from, to);
    }
    fs::set_permissions(from, Permissions::from_mode(own.mode() | 0o700))?;
    part::rename_new(from, to)?;
    fs::set_permissions(to, own)
}

fn only_folder_in(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut entries = fs::read_dir(folder)?;
    let (Some(first), None) = (entries.next().transpose()?, entries.next()) else { return Ok(None) };
    Ok(first.file_type()?.is_dir().then(|| first.path()))
}

/// Also one with folders in it that may not be written.
fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_folders(path)?;
            fs::remove_dir_all(path)
        }
        removed => removed,
    }
}

fn open_folders(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_folders(&entry.path())?;
        }
    }
    Ok(())
}

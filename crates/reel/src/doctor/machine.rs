//! The state folder, the cores, the memory.

use std::path::Path;

use reel_engine::{Site, StateDir};

use super::check::{Check, State};
use crate::settings::Settings;
use crate::text::{bytes, shown};
use crate::wiring::open_state;

/// Below this much free space a job of any size is likely to fail.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// The checks, and the state folder if it can be used.
pub(super) fn checks(settings: &Settings) -> (Vec<Check>, Option<StateDir>) {
    let opened = open_state(settings);
    let site = Site::of_this_machine(false);
    let checks = vec![
        match &opened {
            Ok(state) => state_check(state.root()),
            Err(problem) => Check::new("state folder", State::Missing, problem.to_string())
                .with_bring("name one on a disk of this machine with --state DIR"),
        },
        Check::new("cores", State::Ok, site.cores.to_string()),
        Check::new("memory", State::Ok, format!("{} for work", bytes(site.memory_bytes))),
    ];
    (checks, opened.ok())
}

fn state_check(root: &Path) -> Check {
    let stat = rustix::fs::statvfs(root).map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    let kind = file_system(root).unwrap_or_else(|| "unknown file system".to_owned());
    match stat {
        Ok(free_bytes) => {
            let found = format!("{}, {kind}, {} free", shown(root), bytes(free_bytes));
            if free_bytes >= FREE_BYTES_MIN {
                Check::new("state folder", State::Ok, found)
            } else {
                Check::new("state folder", State::Absent, found)
                    .with_bring("free some space, or use --state DIR")
            }
        }
        Err(error) => Check::new("state folder", State::Missing, format!("{}: {error}", shown(root))),
    }
}

/// What the mount that holds this folder is, for example `ext4`.
fn file_system(folder: &Path) -> Option<String> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mount = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        // Spaces in mount points are written as \040.
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        Some((point, after.split(' ').next()?.to_owned()))
    };
    let holding = mounts.lines().filter_map(mount).filter(|(point, _)| folder.starts_with(point));
    // Of two on one place the later one covers the other.
    holding.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_of_proc_is_known() {
        assert_eq!(file_system(Path::new("/proc/self")).as_deref(), Some("proc"));
    }
}

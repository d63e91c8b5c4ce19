//! Tar streams as we write them, and as strangers do.

use std::fs;

use fastrand::Rng;
use reel_pack::stream::tar::{Entry, EntryKind, TarLayout};

use super::Failed;
use crate::records::{insert_entry, reseal};

pub(super) fn streams() -> Result<Vec<Vec<u8>>, Failed> {
    let mut seeds = vec![ours()?];
    let mut random = Rng::with_seed(7);
    for entry_count in [1, 1, 1, 1, 2, 3, 4, 5, 6, 8] {
        let mut stream = vec![0; 1024];
        (0..entry_count).for_each(|_| insert_entry(&mut stream, &mut random));
        reseal(&mut stream);
        seeds.push(stream);
    }
    Ok(seeds)
}

/// Folders, files, links, a name and a time that want a pax record.
fn ours() -> Result<Vec<u8>, Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("content");
    fs::write(&path, [b'c'; 700])?;
    let long = format!("top/{}/{}", "d".repeat(90), "ü".repeat(20));
    let file = |name: &str| (name.to_owned(), EntryKind::File { size: 700 });
    let link = |name: &str, target: &str| (name.to_owned(), EntryKind::Symlink { target: target.into() });
    let dir = |name: &str| (name.to_owned(), EntryKind::Dir);
    let entries = [
        dir("top"),
        dir("top/d"),
        file("top/f"),
        file(&long),
        link("top/l", "d/../f"),
        link("top/o", "../x"),
    ];
    let entries = entries.into_iter().enumerate().map(|(number, (name, kind))| Entry {
        name: name.as_str().into(),
        kind,
        mode: if number == 1 { 0o500 } else { 0o644 },
        mtime_secs: if number == 0 { -5 } else { 1_000_000 },
    });
    let layout = TarLayout::new(entries.collect())?;
    let mut stream = vec![0; usize::try_from(layout.len())?];
    layout.read_at(0, &mut stream, &mut |_| fs::File::open(&path))?;
    Ok(stream)
}

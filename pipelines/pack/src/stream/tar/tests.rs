//! The layout is what a tar program reads; extraction stays where it was told.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

mod hostile;

fn file(name: &str, size: u64) -> Entry {
    Entry { name: name.into(), kind: EntryKind::File { size }, mode: 0o640, mtime_secs: 1_234_567_890 }
}

fn dir(name: &str) -> Entry {
    Entry { name: name.into(), kind: EntryKind::Dir, mode: 0o755, mtime_secs: 1_000_000_000 }
}

fn link(name: &str, target: &str) -> Entry {
    let kind = EntryKind::Symlink { target: target.into() };
    Entry { name: name.into(), kind, mode: 0o777, mtime_secs: 0 }
}

/// What the file of an entry holds.
fn content(index: usize, size: u64) -> Vec<u8> {
    (0..size).map(|at| (at as u8).wrapping_mul(31).wrapping_add(index as u8)).collect()
}

/// A layout and, in a folder, the file of each entry under its number.
struct Sources {
    layout: TarLayout,
    folder: TempDir,
}

impl Sources {
    fn new(entries: Vec<Entry>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (index, entry) in entries.iter().enumerate() {
            if let EntryKind::File { size } = entry.kind {
                fs::write(folder.path().join(index.to_string()), content(index, size)).unwrap();
            }
        }
        Self { layout: TarLayout::new(entries).unwrap(), folder }
    }

    fn read(&self, offset: u64, bytes: usize) -> Result<Vec<u8>, TarReadError> {
        let mut buf = vec![0xaa; bytes];
        let mut open = |index: usize| File::open(self.folder.path().join(index.to_string()));
        let count = self.layout.read_at(offset, &mut buf, &mut open)?;
        buf.truncate(count);
        Ok(buf)
    }

    fn whole(&self) -> Vec<u8> {
        self.read(0, self.layout.len() as usize + 100).unwrap()
    }
}

/// Names that ustar cannot say, sizes around its records, links.
fn odd_entries() -> Vec<Entry> {
    vec![
        dir("folder"),
        file("folder/empty", 0),
        file("folder/one", 1),
        file("folder/record", 512),
        file("folder/more", 513),
        file("folder/día 日本 \n\".txt", 5000),
        dir(&"long".repeat(40)),
        file(&format!("{}/{}", "long".repeat(40), "name".repeat(50)), 700),
        link("folder/link", "one"),
        link("folder/far", &format!("../{}/{}", "long".repeat(40), "name".repeat(50))),
        Entry { mtime_secs: -86_400, ..file("old", 3) },
        Entry { mtime_secs: 9_000_000_000, ..file("late", 3) },
        Entry { mode: 0o4755, ..file("setuid", 10) },
    ]
}

#[test]
fn the_stream_has_the_length_that_was_planned() {
    let sources = Sources::new(odd_entries());
    let whole = sources.whole();
    assert_eq!(whole.len() as u64, sources.layout.len());
    assert!(whole.ends_with(&[0; 1024]));
    assert_eq!(Sources::new(Vec::new()).whole(), [0; 1024]);
    assert_eq!(sources.read(sources.layout.len(), 10).unwrap(), b"");
    assert_eq!(sources.read(u64::MAX, 10).unwrap(), b"");
}

#[test]
fn any_small_part_is_that_of_the_whole() {
    let sources = Sources::new(odd_entries());
    let whole = sources.whole();
    for offset in (0..whole.len()).step_by(97) {
        for bytes in [1, 100, 512, 1300] {
            let expected = &whole[offset..whole.len().min(offset + bytes)];
            assert_eq!(sources.read(offset as u64, bytes).unwrap(), expected, "{bytes} bytes at {offset}");
        }
    }
}

#[test]
fn another_tar_reads_the_stream() {
    let sources = Sources::new(odd_entries());
    let folder = tempfile::tempdir().unwrap();
    for tar in ["/bin/tar", "/usr/bin/bsdtar"] {
        if !Path::new(tar).exists() {
            println!("skipped: no {tar}");
            continue;
        }
        let target = folder.path().join(tar.replace('/', "_"));
        fs::create_dir(&target).unwrap();
        fs::write(folder.path().join("a.tar"), sources.whole()).unwrap();
        let said = run_tar(tar, &folder.path().join("a.tar"), &target);
        // GNU tar wonders about times before 1970 and far in the future, and takes them.
        let complaints: Vec<&str> = said.lines().filter(|line| !line.contains("time stamp")).collect();
        assert_eq!(complaints, [""; 0], "{tar}");
        check_extracted(&target, &odd_entries());
    }
}

#[expect(clippy::disallowed_methods, reason = "a test program, not media work")]
fn run_tar(tar: &str, archive: &Path, target: &Path) -> String {
    let mut command = std::process::Command::new(tar);
    let output =
        command.arg("-xf").arg(archive).arg("-C").arg(target).arg("--no-same-owner").output().unwrap();
    assert!(output.status.success(), "{tar}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_was_laid_out_is_extracted() {
    let sources = Sources::new(odd_entries());
    let target = tempfile::tempdir().unwrap();
    let report = extract(&sources.whole()[..], target.path()).unwrap();
    check_extracted(target.path(), &odd_entries());
    assert_eq!((report.files, report.dirs, report.symlinks), (9, 2, 2));
    assert_eq!((report.bytes, report.skipped_count), (1 + 512 + 513 + 5000 + 700 + 3 + 3 + 10, 0));
    assert_eq!(target.path().join("folder").metadata().unwrap().mtime(), 1_000_000_000);
    let setuid = target.path().join("setuid").metadata().unwrap().mode();
    assert_eq!(setuid & 0o7000, 0);
}

#[track_caller]
fn check_extracted(target: &Path, entries: &[Entry]) {
    for (index, entry) in entries.iter().enumerate() {
        let path = target.join(entry.name.shown().as_ref());
        let facts = path.symlink_metadata().unwrap_or_else(|error| panic!("{path:?}: {error}"));
        match &entry.kind {
            EntryKind::File { size } => {
                assert_eq!(fs::read(&path).unwrap(), content(index, *size), "{path:?}")
            }
            // GNU tar makes some links after it has set the times of their folders.
            EntryKind::Dir => {
                assert!(facts.is_dir());
                continue;
            }
            EntryKind::Symlink { target } => {
                assert_eq!(fs::read_link(&path).unwrap().to_str().unwrap(), target.shown());
                continue;
            }
        }
        assert_eq!(facts.mtime(), entry.mtime_secs, "{path:?}");
        assert_eq!(facts.permissions().mode() & 0o700, entry.mode & 0o700, "{path:?}");
    }
}

#[test]
fn names_that_are_no_text_are_kept() {
    let name = RawName::from(b"caf\xe9/\xff".to_vec());
    let entry = Entry { name: name.clone(), ..file("", 0) };
    let json = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    let target = tempfile::tempdir().unwrap();
    let report = extract(&Sources::new(vec![entry]).whole()[..], target.path()).unwrap();
    assert_eq!(report.files, 1);
    use std::os::unix::ffi::OsStrExt;
    assert!(target.path().join(std::ffi::OsStr::from_bytes(name.as_bytes())).exists());
}

#[test]
fn names_that_would_leave_the_stream_are_refused() {
    for name in ["", "/a", "a/", "../a", "a/../b", "a//b", "./a", "a/.", "a\0b"] {
        let refused = TarLayout::new(vec![file(name, 0)]).err();
        assert_eq!(refused, Some(LayoutError::Name { name: name.to_owned() }));
    }
    let twice = TarLayout::new(vec![file("a", 0), file("b", 0), dir("a")]).err();
    assert_eq!(twice, Some(LayoutError::Twice { name: "a".to_owned() }));
    let too_large = TarLayout::new(vec![file("a", u64::MAX - 600), file("b", 1000)]).err();
    assert_eq!(too_large, Some(LayoutError::TooLarge));
}

#[test]
fn a_file_that_grew_or_shrank_is_named() {
    for (found_bytes, index) in [(4999, 1), (5001, 1), (0, 1)] {
        let sources = Sources::new(vec![file("same", 700), file("other", 5000)]);
        let path = sources.folder.path().join(index.to_string());
        File::options().write(true).open(path).unwrap().set_len(found_bytes).unwrap();
        let failed = sources.read(0, 10_000).unwrap_err();
        let TarReadError::Changed { name, planned_bytes: 5000, found_bytes: found, .. } = failed else {
            panic!("{failed}");
        };
        assert_eq!((name.as_str(), found), ("other", found_bytes));
        assert!(sources.read(0, 1000).is_ok(), "the part without it is whole");
    }
    let sources = Sources::new(vec![file("gone", 700)]);
    fs::remove_file(sources.folder.path().join("0")).unwrap();
    assert!(matches!(sources.read(600, 1), Err(TarReadError::Source { index: 0, .. })));
}

#[test]
fn files_beyond_what_octal_digits_count_are_laid_out() {
    let size = 20 << 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0");
    File::create(&path).unwrap().set_len(size).unwrap();
    let layout = TarLayout::new(vec![file("sparse", size), file("empty", 0)]).unwrap();
    assert_eq!(layout.len(), 512 + size + 512 + 1024);
    let mut open = |_: usize| File::open(&path);
    let mut head = [0; 512];
    layout.read_at(0, &mut head, &mut open).unwrap();
    assert_eq!(tar::Header::from_byte_slice(&head).entry_size().unwrap(), size);
    let mut next = [0; 600];
    assert_eq!(layout.read_at(512 + size - 88, &mut next, &mut open).unwrap(), 600);
    assert_eq!((&next[..88], &next[88..93]), (&[0; 88][..], &b"empty"[..]));
}

#[test]
fn a_stream_that_breaks_off_is_an_error() {
    let whole = Sources::new(vec![file("a", 700), dir("b")]).whole();
    for length in [100, 511, 513, 1000, 1211, 1212, 1300, 1536 + 100] {
        let target = tempfile::tempdir().unwrap();
        let broken = extract(&whole[..length], target.path());
        assert!(matches!(broken, Err(ExtractError::Stream { .. })), "{length} bytes: {broken:?}");
    }
}

#[test]
fn a_reader_that_fails_ends_the_extraction() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("lost"))
        }
    }
    let target = tempfile::tempdir().unwrap();
    let whole = Sources::new(vec![file("a", 70_000)]).whole();
    let failed = extract(whole[..5000].chain(Failing), target.path()).unwrap_err();
    assert!(failed.to_string().contains("lost"), "{failed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_slice_of_any_layout_is_that_of_the_whole(
        entries in prop::collection::vec((".{1,30}", 0u64..3000, any::<i64>(), 0u8..3), 0..8),
        slices in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4000), 20),
    ) {
        let entries: Vec<Entry> = entries.into_iter().enumerate().map(|(index, (name, size, mtime_secs, kind))| {
            let name = format!("{}{index}", name.replace(['/', '\0'], "-"));
            let made = match kind {
                0 => dir(&name),
                1 => link(&name, "somewhere/else"),
                _ => file(&name, size),
            };
            Entry { mtime_secs, ..made }
        }).collect();
        let sources = Sources::new(entries);
        let whole = sources.whole();
        prop_assert_eq!(whole.len() as u64, sources.layout.len());
        for (at, bytes) in slices {
            let offset = at.index(whole.len());
            let slice = sources.read(offset as u64, bytes).unwrap();
            prop_assert_eq!(&slice[..], &whole[offset..whole.len().min(offset + bytes)]);
        }
    }
}

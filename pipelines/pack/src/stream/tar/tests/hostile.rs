//! Streams that want to write where they may not.

use super::*;

/// A folder in a folder, so that what climbs out can be seen.
struct Cage {
    outer: TempDir,
}

impl Cage {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir(outer.path().join("target")).unwrap();
        fs::write(outer.path().join("secret"), "keep").unwrap();
        Self { outer }
    }

    fn target(&self) -> std::path::PathBuf {
        self.outer.path().join("target")
    }

    fn extract(&self, stream: &[u8]) -> Result<Report, ExtractError> {
        let result = extract(stream, &self.target());
        let mut names: Vec<_> =
            fs::read_dir(self.outer.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["secret", "target"], "something was written outside");
        assert_eq!(fs::read(self.outer.path().join("secret")).unwrap(), b"keep");
        result
    }
}

/// A stream of entries as a stranger writes them: type, name, link, content.
fn stream(entries: &[(u8, &str, &str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, name, link, content) in entries {
        let mut header = tar::Header::new_gnu();
        let fields = header.as_old_mut();
        fields.name[..name.len()].copy_from_slice(name.as_bytes());
        fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
        fields.linkflag = [*kind];
        header.set_mode(0o7777);
        header.set_mtime(1);
        header.set_size(content.len() as u64);
        header.set_cksum();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(content.as_bytes());
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

#[track_caller]
fn skipped(report: &Report) -> Vec<(&str, &str)> {
    assert_eq!(report.skipped.len() as u64, report.skipped_count);
    report.skipped.iter().map(|skipped| (skipped.name.as_str(), skipped.why)).collect()
}

#[test]
fn names_that_leave_the_folder_are_skipped_and_named() {
    let cage = Cage::new();
    let names = ["../secret", "/tmp/reel-escaped", "a/../../secret", "..", "a/..", "", ".", "./"];
    let entries: Vec<_> = names.iter().map(|name| (b'0', *name, "", "evil")).collect();
    let report = cage.extract(&stream(&entries)).unwrap();
    assert_eq!((report.files, report.skipped_count), (0, names.len() as u64));
    assert_eq!(skipped(&report)[0], ("../secret", "its name climbs out of the folder"));
    assert_eq!(skipped(&report)[1], ("/tmp/reel-escaped", "its name is absolute"));
    assert!(!Path::new("/tmp/reel-escaped").exists());
    assert_eq!(fs::read_dir(cage.target()).unwrap().count(), 0);
}

#[test]
fn nothing_is_written_through_a_link_of_the_stream() {
    let cage = Cage::new();
    let report = cage.extract(&stream(&[
        (b'2', "out", "..", ""),
        (b'0', "out/secret", "", "evil"),
        (b'2', "in", "real", ""),
        (b'5', "real", "", ""),
        (b'0', "in/file", "", "fine"),
    ]));
    let report = report.unwrap();
    assert_eq!(report.files, 2, "both are files in folders of the names of the links");
    let why = skipped(&report);
    assert_eq!(why, [("out", "it points outside the folder"), ("in", "something of that name is there")]);
    assert_eq!(fs::read(cage.target().join("in/file")).unwrap(), b"fine");
}

#[test]
fn nothing_is_written_through_a_link_that_was_there() {
    let cage = Cage::new();
    std::os::unix::fs::symlink("..", cage.target().join("out")).unwrap();
    std::os::unix::fs::symlink("../secret", cage.target().join("file")).unwrap();
    let report = cage.extract(&stream(&[
        (b'0', "out/secret", "", "evil"),
        (b'0', "out/new", "", "evil"),
        (b'5', "out", "", ""),
        (b'0', "file", "", "evil"),
        (b'0', "file/x", "", "evil"),
    ]));
    assert_eq!(report.unwrap().skipped_count, 5);
}

#[test]
fn links_stay_inside_or_are_skipped() {
    let cage = Cage::new();
    let bad = [
        ("a", "/etc/passwd"),
        ("b", "../secret"),
        ("c", ".."),
        ("d/e", "../../secret"),
        ("f", "x/../../secret"),
        ("g", "dot/dot/../../.."),
        ("h", ""),
    ];
    let good = [("i", "secret"), ("d/j", "../i"), ("d/k/l", "../../d/j"), ("m", "."), ("dot", "./d/./k")];
    let entries: Vec<_> = bad.iter().chain(&good).map(|(name, target)| (b'2', *name, *target, "")).collect();
    let report = cage.extract(&stream(&entries)).unwrap();
    assert_eq!(report.symlinks, good.len() as u64);
    let named: Vec<&str> = skipped(&report).into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, bad.map(|(name, _)| name));
}

#[test]
fn hard_links_devices_and_unknown_kinds_are_skipped() {
    let cage = Cage::new();
    let report = cage.extract(&stream(&[
        (b'1', "hard", "../secret", ""),
        (b'3', "char", "", ""),
        (b'4', "block", "", ""),
        (b'6', "fifo", "", ""),
        (b'S', "sparse", "", ""),
        (b'V', "volume", "", "skipped content"),
        (b'0', "good", "", "content"),
    ]));
    let report = report.unwrap();
    assert_eq!((report.files, report.skipped_count), (1, 6));
    assert_eq!(skipped(&report)[0], ("hard", "hard links are not made"));
    let mode = cage.target().join("good").metadata().unwrap().mode();
    assert_eq!(mode & 0o7000, 0, "no setuid, setgid, sticky");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let cage = Cage::new();
    fs::write(cage.target().join("mine"), "mine").unwrap();
    fs::create_dir(cage.target().join("folder")).unwrap();
    let report = cage.extract(&stream(&[
        (b'0', "mine", "", "evil"),
        (b'5', "mine", "", ""),
        (b'2', "mine", "twice", ""),
        (b'0', "folder", "", "evil"),
        (b'5', "folder", "", ""),
        (b'0', "twice", "", "first"),
        (b'0', "twice", "", "second"),
    ]));
    let report = report.unwrap();
    assert_eq!(report.skipped_count, 5);
    assert_eq!(fs::read(cage.target().join("mine")).unwrap(), b"mine");
    assert_eq!(fs::read(cage.target().join("twice")).unwrap(), b"first");
}

#[test]
fn long_names_by_gnu_records_are_read_and_endless_ones_refused() {
    let cage = Cage::new();
    let long = format!("{}/{}\0", "d".repeat(200), "f".repeat(255));
    let report = cage.extract(&stream(&[(b'L', "././@LongLink", "", &long), (b'0', "short", "", "content")]));
    assert_eq!(report.unwrap().files, 1);
    assert!(cage.target().join(long.trim_end_matches('\0')).exists());

    let climbing = stream(&[(b'L', "././@LongLink", "", "../secret\0"), (b'0', "short", "", "evil")]);
    assert_eq!(cage.extract(&climbing).unwrap().skipped_count, 1);
    let part = "p".repeat(256);
    let part = stream(&[(b'L', "././@LongLink", "", &part), (b'0', "short", "", "evil")]);
    assert_eq!(cage.extract(&part).unwrap().skipped_count, 1);
    let endless = "n".repeat(65_537);
    let endless = cage.extract(&stream(&[(b'L', "././@LongLink", "", &endless), (b'0', "short", "", "")]));
    assert!(matches!(endless, Err(ExtractError::TooLong { bytes: 65_537 })), "{endless:?}");
}

#[test]
fn pax_records_are_checked_like_names() {
    let cage = Cage::new();
    let records = "18 path=../secret\n";
    let report = cage.extract(&stream(&[(b'x', "pax", "", records), (b'0', "short", "", "evil")])).unwrap();
    assert_eq!(skipped(&report), [("../secret", "its name climbs out of the folder")]);
    let report =
        cage.extract(&stream(&[(b'x', "pax", "", "22 linkpath=../secret\n"), (b'2', "l", "fine", "")]));
    assert_eq!(report.unwrap().skipped_count, 1);
    let size = cage.extract(&stream(&[(b'x', "pax", "", "12 size=999\n"), (b'0', "short", "", "evil")]));
    assert!(matches!(size, Err(ExtractError::Stream { .. })));
}

#[test]
fn thousands_of_damaged_streams_never_leave_the_folder() {
    let good = stream(&[
        (b'5', "a", "", ""),
        (b'0', "a/b", "", "content"),
        (b'2', "a/c", "../a", ""),
        (b'L', "././@LongLink", "", "a/long\0"),
        (b'0', "short", "", "x"),
        (b'x', "pax", "", "14 path=a/pax\n"),
        (b'0', "short", "", "y"),
    ]);
    let mut random = fastrand::Rng::with_seed(11);
    let words: [&[u8]; 7] = [b"../", b"/", b"..", b"\0", b"secret", b"\xff\xff\xff\xff", b"77777777777"];
    let cage = Cage::new();
    let mut extracted = 0;
    for _ in 0..2000 {
        let mut damaged = good.clone();
        for _ in 0..random.usize(1..4) {
            let word = *random.choice(&words).unwrap_or(&words[0]);
            let at = random.usize(..damaged.len() - 16);
            damaged[at..at + word.len()].copy_from_slice(word);
        }
        if random.bool() {
            damaged.chunks_exact_mut(512).for_each(seal_header);
        }
        extracted += usize::from(cage.extract(&damaged).is_ok());
        fs::remove_dir_all(cage.target()).unwrap();
        fs::create_dir(cage.target()).unwrap();
    }
    assert!((200..1800).contains(&extracted), "{extracted} of the damaged streams were read at all");
}

/// Makes the checksum of a header hold again.
fn seal_header(record: &mut [u8]) {
    if record[148..156].iter().any(|&byte| byte != 0) {
        record[148..156].fill(b' ');
        let sum: u32 = record.iter().map(|&byte| u32::from(byte)).sum();
        record[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

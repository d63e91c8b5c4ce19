//! The names of several videos of one content: `OUT.001.avi`, `OUT.002.avi` and so on.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Digits of a number, at least; a thousandth video has one more.
const DIGITS: usize = 3;

/// Where video `number` goes, counted from 1. The number stands before the ending, so that players still know the file.
pub fn numbered(output: &Path, number: usize) -> PathBuf {
    let mut name = output.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{number:0DIGITS$}"));
    if let Some(extension) = output.extension() {
        name.push(".");
        name.push(extension);
    }
    output.with_file_name(name)
}

/// What stands already where such videos would go, whatever its number: one of another set among them would spoil both.
pub fn numbered_there(output: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(super::folder::of(output)).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name()).filter(|name| is_numbered(output, name));
    let mut there: Vec<PathBuf> = names.map(|name| output.with_file_name(name)).collect();
    there.sort();
    there
}

/// Whether a name is one that [`numbered`] gives.
pub fn is_numbered(output: &Path, name: &OsStr) -> bool {
    let mut before: OsString = output.file_stem().unwrap_or_default().to_owned();
    before.push(".");
    let mut after = OsString::new();
    if let Some(extension) = output.extension() {
        after.push(".");
        after.push(extension);
    }
    let digits =
        name.as_bytes().strip_prefix(before.as_bytes()).and_then(|rest| rest.strip_suffix(after.as_bytes()));
    digits.is_some_and(|digits| digits.len() >= DIGITS && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_before_the_ending() {
        let check = |output: &str, number: usize, expected: &str| {
            assert_eq!(numbered(Path::new(output), number), Path::new(expected));
        };
        check("a.avi", 1, "a.001.avi");
        check("v/a.b.mp4", 42, "v/a.b.042.mp4");
        check("a.avi", 1000, "a.1000.avi");
    }

    #[test]
    fn only_such_names_are_numbered() {
        let check = |name: &str| is_numbered(Path::new("v/a.avi"), OsStr::new(name));
        assert!(check("a.001.avi") && check("a.1000.avi"));
        for other in ["a.avi", "a.01.avi", "a.001.mp4", "b.001.avi", "a.0x1.avi", "a.001.avi.part", "a..avi"]
        {
            assert!(!check(other), "{other}");
        }
    }
}

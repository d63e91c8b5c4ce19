//! The list of chapters that is handed to FFmpeg beside the tracks.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::error::MediaError;
use crate::formats::file_url;
use crate::probe::Chapter;

/// A file in FFmpeg's own format of metadata; it goes away with this.
pub(super) struct ChapterList {
    path: PathBuf,
}

impl ChapterList {
    /// Beside `out`; nothing where there is no chapter.
    ///
    /// # Errors
    /// [`MediaError::Io`].
    pub(super) fn write(chapters: &[Chapter], out: &Path) -> Result<Option<Self>, MediaError> {
        if chapters.is_empty() {
            return Ok(None);
        }
        let path = out.with_added_extension("chapters");
        std::fs::write(&path, text(chapters)).map_err(MediaError::io("write", &path))?;
        Ok(Some(Self { path }))
    }

    /// What makes it an input.
    pub(super) fn input_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> =
            ["-protocol_whitelist", "file", "-f", "ffmetadata", "-i"].map(OsString::from).into();
        args.push(file_url(&self.path));
        args
    }
}

impl Drop for ChapterList {
    fn drop(&mut self) {
        // It lies in a folder of scratch: one that stays is swept away with that.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn text(chapters: &[Chapter]) -> String {
    let mut text = ";FFMETADATA1\n".to_owned();
    for Chapter { start_nanos, end_nanos, title } in chapters {
        let _ = writeln!(text, "[CHAPTER]\nTIMEBASE=1/1000000000\nSTART={start_nanos}\nEND={end_nanos}");
        if let Some(title) = title {
            let _ = writeln!(text, "title={}", escaped(title));
        }
    }
    text
}

/// Some letters mean something in this format unless a backslash stands before them; a zero byte would end the file.
fn escaped(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for letter in title.chars().filter(|letter| *letter != '\0') {
        if matches!(letter, '=' | ';' | '#' | '\\' | '\n' | '\r') {
            out.push('\\');
        }
        out.push(letter);
    }
    // FFmpeg 5.1 takes an escaped backslash at the end of a line for one that escapes the line's end.
    if out.ends_with('\\') {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_cannot_say_anything_else() {
        let title = Some("a = b\n[CHAPTER]\nSTART=7; #\\".to_owned());
        let list = text(&[Chapter { start_nanos: 0, end_nanos: 5, title }]);
        let expected = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000000000\nSTART=0\nEND=5\n\
                        title=a \\= b\\\n[CHAPTER]\\\nSTART\\=7\\; \\#\\\\ \n";
        assert_eq!(list, expected);
    }
}

//! Names and numbers as a person reads them on a terminal.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A path on one line. A name with control characters, direction marks or bytes that are not UTF-8 is quoted, with
/// those escaped, so that no file name can forge a line or move the cursor.
pub fn shown(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.chars().any(is_unsafe) => text.to_owned(),
        _ => quoted(bytes),
    }
}

/// A message with its control characters escaped; line ends stay.
pub fn without_controls(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_unsafe(character) {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}

/// `512 B`, `1.5 kB`, `24.0 MB`: powers of ten, as file managers show them.
pub fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 999.95 || unit == "TB" {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{count} B")
}

/// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 14 min`.
pub fn duration(secs: f64) -> String {
    let secs = secs.max(0.0);
    if secs < 9.95 {
        return format!("{secs:.1} s");
    }
    let whole = secs.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unsafe(character) || matches!(character, '"' | '\\') {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    fn check(name: &[u8], expected: &str) {
        assert_eq!(shown(Path::new(OsStr::from_bytes(name))), expected);
    }

    #[test]
    fn plain_names_are_left_alone() {
        check("-a b ü 中.mp4".as_bytes(), "-a b ü 中.mp4");
    }

    #[test]
    fn hostile_names_stay_on_their_line() {
        check(b"a\nerror: b", r#""a\nerror: b""#);
        check(b"\x1b[2J", r#""\u{1b}[2J""#);
        check(b"bad\xff.mp4", r#""bad\xff.mp4""#);
        check("abc\u{202e}4pm".as_bytes(), r#""abc\u{202e}4pm""#);
        check(b"", r#""""#);
    }

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(
            ["0 B", "999 B", "1.0 kB", "24.0 MB"],
            [0, 999, 1000, 24_000_000].map(bytes).map(|s| s).each_ref().map(String::as_str)
        );
        let times = [0.42, 9.96, 59.4, 185.0, 8040.0].map(duration);
        assert_eq!(
            times.each_ref().map(String::as_str),
            ["0.4 s", "10 s", "59 s", "3 min 05 s", "2 h 14 min"]
        );
    }
}

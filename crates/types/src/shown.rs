//! Names and messages on one line of a terminal, whatever bytes are in them.

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
    use std::ffi::OsStr;

    use super::*;

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
}

//! Base names from names that strangers chose.

/// Most bytes of a name, as file systems have it.
pub const NAME_BYTES_MAX: usize = 255;
/// What stands in the place of nothing.
const UNNAMED: &str = "unnamed";
/// A longer ending is no extension worth keeping when a name is cut.
const EXTENSION_BYTES_MAX: usize = 16;

/// The last part of `name` under any system's separators, safe to create in a folder.
///
/// No separator, no control character, none that turns the reading direction, at most 255 bytes (cut between
/// characters, before the extension), never empty, `.` or `..`. Applied twice it changes nothing more.
pub fn base_name(name: &str) -> String {
    let last = name.split(['/', '\\']).rfind(|part| !part.is_empty()).unwrap_or_default();
    let kept: String = last.chars().filter(|&character| !is_unsafe(character)).collect();
    let cut = cut(kept.trim());
    match cut.trim_end() {
        "" | "." | ".." => UNNAMED.to_owned(),
        good => good.to_owned(),
    }
}

/// Control characters, and those that make `exe.txt` of `txt.exe` for the eye.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

fn cut(name: &str) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name.to_owned();
    }
    let extension = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= EXTENSION_BYTES_MAX => &name[dot..],
        _ => "",
    };
    let stem = &name[..name.floor_char_boundary(NAME_BYTES_MAX - extension.len())];
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(hostile: &str, expected: &str) {
        assert_eq!(base_name(hostile), expected, "{hostile:?}");
    }

    #[test]
    fn paths_of_any_system_lose_all_but_their_last_part() {
        check("/etc/passwd", "passwd");
        check("..\\..\\Windows\\win.ini", "win.ini");
        check("a/b\\c/", "c");
        check("photo.jpg", "photo.jpg");
        check("../../..", UNNAMED);
        check("a/.", UNNAMED);
    }

    #[test]
    fn names_that_are_nothing_become_unnamed() {
        for nothing in ["", "/", "\\\\", ".", "..", "\0", "\u{1b}\n", "  ", "\u{202e}"] {
            check(nothing, UNNAMED);
        }
    }

    #[test]
    fn control_and_direction_characters_are_dropped_and_scripts_stay() {
        check("a\0b\x1b[31m.txt", "ab[31m.txt");
        check("harmless\u{202e}txt.exe", "harmlesstxt.exe");
        check("日本語 – Ñandú – हिन्दी – عربى.mp4", "日本語 – Ñandú – हिन्दी – عربى.mp4");
        check(".hidden", ".hidden");
        check("CON", "CON");
    }

    #[test]
    fn long_names_are_cut_between_characters_and_keep_their_extension() {
        let cut = base_name(&format!("{}.tar.zst", "é".repeat(300)));
        assert_eq!(cut.len(), 254, "125 characters of 2 bytes and 4 of the extension");
        assert!(cut.ends_with("é.zst"));
        assert_eq!(base_name(&"語".repeat(200)).len(), 255);
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_a_folder_can_hold(name in ".*") {
            let base = base_name(&name);
            prop_assert!(!base.is_empty() && base.len() <= NAME_BYTES_MAX);
            prop_assert!(base != "." && base != "..");
            prop_assert!(!base.contains(['/', '\\', '\0']) && !base.contains(char::is_control));
            prop_assert_eq!(base_name(&base), base);
        }
    }
}

//! Names of files: what a client calls its file, and what a browser is told to call ours.

/// Most bytes of a name; what file systems take.
const NAME_BYTES_MAX: usize = 255;

/// A client's name as one plain component: no folders, no control characters, not empty, not too long.
pub(crate) fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean: String = last.chars().filter(|character| !is_odd(*character)).collect();
    while clean.len() > NAME_BYTES_MAX {
        clean.pop();
    }
    let clean = clean.trim();
    if matches!(clean, "" | "." | "..") { "upload".to_owned() } else { clean.to_owned() }
}

/// Control characters and direction marks, which forge lines and endings.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `Content-Disposition` (RFC 6266): a plain name for old clients, and the whole one in UTF-8.
pub(crate) fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' => '_',
            character if character.is_ascii_graphic() || character == ' ' => character,
            _ => '_',
        })
        .collect();
    let mut header = format!("{kind}; filename=\"{plain}\"");
    if plain != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                header.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_name_is_one_plain_component() {
        let check = |name: &str, expected: &str| assert_eq!(cleaned(name), expected, "{name:?}");
        check("test.mp4", "test.mp4");
        check("../../etc/passwd", "passwd");
        check("C:\\films\\a.mov", "a.mov");
        check("a\r\nX: y.mp4", "aX: y.mp4");
        check("abc\u{202e}4pm", "abc4pm");
        check("ü 中.mp4", "ü 中.mp4");
        for empty in ["", "/", ".", "..", "a/..", " \t"] {
            check(empty, "upload");
        }
        assert_eq!(cleaned(&"ü".repeat(300)).len(), 254);
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_plain_and_fits_a_header(name in ".*") {
            let clean = cleaned(&name);
            assert!((1..=NAME_BYTES_MAX).contains(&clean.len()), "{clean:?}");
            assert!(!clean.contains(['/', '\\']) && !clean.chars().any(is_odd), "{clean:?}");
            assert!(clean != ".." && clean != ".");
            let header = disposition("attachment", &clean);
            assert!(axum::http::HeaderValue::from_str(&header).is_ok(), "{header:?}");
            assert_eq!(header.matches('"').count(), 2, "{header:?}");
        }
    }

    #[test]
    fn a_browser_is_told_the_whole_name() {
        let check = |name: &str, expected: &str| assert_eq!(disposition("attachment", name), expected);
        check("a b.mp4", r#"attachment; filename="a b.mp4""#);
        check("ü.mp4", r#"attachment; filename="_.mp4"; filename*=UTF-8''%C3%BC.mp4"#);
        check(r#"a".mp4"#, r#"attachment; filename="a_.mp4"; filename*=UTF-8''a%22.mp4"#);
    }
}

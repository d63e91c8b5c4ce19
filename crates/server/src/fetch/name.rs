//! What a fetched file is called: as its server says, else as its address ends.

use axum::http::{HeaderMap, header};
use url::Url;

use crate::filename::cleaned;

/// One plain component, never empty.
pub(super) fn filename(headers: &HeaderMap, url: &Url) -> String {
    let said =
        headers.get(header::CONTENT_DISPOSITION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let said = said.and_then(said_name).filter(|name| !name.trim().is_empty());
    let name = said.unwrap_or_else(|| {
        let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
        decoded(last)
    });
    cleaned(&name)
}

/// `filename*` before `filename` (RFC 6266).
fn said_name(disposition: &str) -> Option<String> {
    let mut plain = None;
    for (name, value) in params(disposition) {
        if name.eq_ignore_ascii_case("filename*") {
            let (charset, rest) = value.split_once('\'')?;
            let (_, text) = rest.split_once('\'')?;
            if charset.eq_ignore_ascii_case("utf-8") {
                return Some(decoded(text));
            }
        } else if name.eq_ignore_ascii_case("filename") && plain.is_none() {
            plain = Some(value);
        }
    }
    plain
}

/// `name=value` and `name="value"`, parted by `;`. What cannot be read is left out.
fn params(disposition: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = disposition.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let mut value = String::new();
        if let Some(quoted) = after.strip_prefix('"') {
            let mut characters = quoted.chars();
            while let Some(character) = characters.next() {
                match character {
                    '"' => break,
                    '\\' => value.extend(characters.next()),
                    other => value.push(other),
                }
            }
            rest = characters.as_str();
        } else {
            let (plain, after) = after.split_once(';').unwrap_or((after, ""));
            value.push_str(plain.trim());
            rest = after;
        }
        found.push((name.trim_matches([' ', '\t', ';']).to_owned(), value));
    }
    found
}

/// `%20` as a space; what is no UTF-8 then is shown as such.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (byte == b'%').then(|| (hex(ahead.next()), hex(ahead.next())));
        if let Some((Some(high), Some(low))) = digits {
            bytes.push(high * 16 + low);
            rest = ahead;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_server_says_it_or_the_address_does() {
        let check = |said: &str, url: &str, expected: &str| {
            let mut headers = HeaderMap::new();
            if !said.is_empty() {
                headers
                    .insert(header::CONTENT_DISPOSITION, HeaderValue::from_bytes(said.as_bytes()).unwrap());
            }
            assert_eq!(filename(&headers, &url.parse().unwrap()), expected, "{said:?} {url}");
        };
        check("", "http://a/films/one%20two.mp4?x=y.avi#z", "one two.mp4");
        check("", "http://a/", "upload");
        check("", "http://a/%2e%2e%2fetc%2fpasswd", "passwd");
        check("", "http://a/100%.mp4", "100%.mp4");
        check("attachment; filename=a.mp4", "http://a/x", "a.mp4");
        check(r#"attachment; filename="a; \"b\".mp4"; x=y"#, "http://a/x", r#"a; "b".mp4"#);
        check(r#"inline; filename="_.mp4"; filename*=UTF-8''%C3%BC.mp4"#, "http://a/x", "ü.mp4");
        check(r#"attachment; filename="../../.ssh/authorized_keys""#, "http://a/x", "authorized_keys");
        for broken in ["attachment", "attachment; filename", "attachment; filename=", "x; filename*=UTF-8"] {
            check(broken, "http://a/x.mp4", "x.mp4");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_gives_one_plain_name(said in prop::collection::vec(any::<u8>(), 0..100), path in ".{0,60}") {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&said) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            let mut url: Url = "http://a/".parse().unwrap();
            url.set_path(&path);
            let name = filename(&headers, &url);
            prop_assert!(!name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..");
        }
    }
}

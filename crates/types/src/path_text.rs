//! Paths in JSON: text, or the bytes in hex when they are not UTF-8. Nothing is lost either way.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathText {
    Text(String),
    Bytes { bytes_hex: String },
}

pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    let text = match path.to_str() {
        Some(text) => PathText::Text(text.to_owned()),
        None => PathText::Bytes { bytes_hex: hex(path.as_os_str().as_bytes()) },
    };
    text.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    match PathText::deserialize(deserializer)? {
        PathText::Text(text) => Ok(text.into()),
        PathText::Bytes { bytes_hex } => {
            let bytes =
                bytes_from_hex(&bytes_hex).ok_or_else(|| serde::de::Error::custom("bytes_hex is not hex"))?;
            Ok(OsString::from_vec(bytes).into())
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits =
        hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    #[test]
    fn every_path_survives_the_way_through_json() {
        for bytes in [&b"/a/b.mp4"[..], b"/a\n", b"/a\xff.mp4", b"\xc3"] {
            let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
            let source = Source::Local { path, size_bytes: 1, mtime_nanos: 2, inode: 3 };
            let json = serde_json::to_value(&source).unwrap();
            assert_eq!(serde_json::from_value::<Source>(json).unwrap(), source);
        }
    }

    #[test]
    fn what_is_not_hex_is_refused() {
        assert_eq!(bytes_from_hex("0g"), None);
        assert_eq!(bytes_from_hex("abc"), None);
        assert_eq!(bytes_from_hex("00ff"), Some(vec![0, 255]));
    }
}

//! `Upload-Metadata`: what the client says about its file, as `key base64,key base64`.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::filename::cleaned;
use crate::problem::{Problem, ProblemKind};

/// Most bytes of the header.
const BYTES_MAX: usize = 8192;
/// The usual alphabet, padded or not: both are in use.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a client says about its file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Metadata {
    /// What its owner calls it, as one plain component.
    pub(crate) filename: String,
    /// The media type that its owner says.
    pub(crate) filetype: Option<String>,
    /// As it came.
    pub(crate) raw: String,
}

impl Metadata {
    /// Reads the header; none at all is a file without a name.
    pub(crate) fn read(raw: &str) -> Result<Self, Problem> {
        let mut filename = None;
        let mut filetype = None;
        for (key, value) in pairs(raw)? {
            let text = || {
                String::from_utf8(value.clone()).map_err(|_| refused(&format!("{key} is not text in UTF-8")))
            };
            match key {
                "filename" => filename = Some(text()?),
                // Some clients say both.
                "name" if filename.is_none() => filename = Some(text()?),
                "filetype" => filetype = Some(text()?),
                _ => {}
            }
        }
        let filename = cleaned(&filename.unwrap_or_default());
        Ok(Self { filename, filetype, raw: raw.to_owned() })
    }
}

/// Keys and values in the order in which they stand there. No key stands there twice.
fn pairs(raw: &str) -> Result<Vec<(&str, Vec<u8>)>, Problem> {
    if raw.len() > BYTES_MAX {
        return Err(refused(&format!("it has more than {BYTES_MAX} bytes")));
    }
    let mut pairs: Vec<(&str, Vec<u8>)> = Vec::new();
    if raw.trim().is_empty() {
        return Ok(pairs);
    }
    for pair in raw.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("a key is missing, or is not of plain letters"));
        }
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(refused(&format!("{key} stands there twice")));
        }
        let value = BASE64.decode(value.trim()).map_err(|_| refused(&format!("{key} is not in base64")))?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn refused(detail: &str) -> Problem {
    Problem::new(ProblemKind::BadRequest, format!("Upload-Metadata cannot be read: {detail}"))
        .with_hint("send it as: filename BASE64,filetype BASE64")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_name_and_the_type_are_found() {
        let read = Metadata::read("filename d29ybGQubXA0, filetype dmlkZW8vbXA0,is_confidential").unwrap();
        assert_eq!((read.filename.as_str(), read.filetype.as_deref()), ("world.mp4", Some("video/mp4")));
        let read = Metadata::read("name YS9iLm1wNA==,filename Li4vYy5tcDQ").unwrap();
        assert_eq!(read.filename, "c.mp4");
        for none in ["", " ", "other YQ=="] {
            assert_eq!(Metadata::read(none).unwrap().filename, "upload");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for bad in
            [",", "a YQ==,", "a YQ==,a YQ==", "a Y", "a YQ=a", "a %%", "filename /w==", "a  b c", "ü YQ=="]
        {
            assert!(Metadata::read(bad).is_err(), "{bad:?}");
        }
        assert!(Metadata::read(&"a".repeat(BYTES_MAX + 1)).is_err());
    }

    proptest! {
        #[test]
        fn every_map_comes_back_as_it_was_written(
            map in prop::collection::btree_map("[!-+\\--~]{1,20}", prop::collection::vec(any::<u8>(), 0..60), 0..10)
        ) {
            let written: Vec<String> =
                map.iter().map(|(key, value)| format!("{key} {}", BASE64.encode(value))).collect();
            let raw = written.join(",");
            let read: BTreeMap<String, Vec<u8>> =
                pairs(&raw).unwrap().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            prop_assert_eq!(read, map);
        }

        #[test]
        fn whatever_comes_is_read_or_refused(raw in "[ -~]{0,200}", odd in ".{0,200}") {
            for raw in [raw, odd] {
                if let Ok(read) = Metadata::read(&raw) {
                    prop_assert!(!read.filename.is_empty() && !read.filename.contains(['/', '\\']));
                }
            }
        }
    }
}

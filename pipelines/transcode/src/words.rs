//! The words of the command line that carry numbers: sizes, rates, chunk lengths.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A size that the picture has to fit into.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Resolution {
    /// `720p`: at most this many lines.
    Height(u32),
    /// `1280x720`: at most this wide and this high.
    Box {
        /// Most columns.
        width: u32,
        /// Most lines.
        height: u32,
    },
}

/// Bits a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bitrate {
    /// How many.
    pub bits_per_sec: u64,
}

/// How the work is cut.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ChunkChoice {
    /// Where it pays.
    #[default]
    Auto,
    /// Never.
    None,
    /// Chunks of about this length.
    Millis(u64),
}

/// A word that says no number of its sort.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{word}` is not {expected}")]
pub struct WordError {
    /// What was given.
    pub word: String,
    /// What would do.
    pub expected: &'static str,
}

/// Sides of a picture that every encoder here takes.
const SIDE_RANGE: std::ops::RangeInclusive<u32> = 16..=16_384;
const BITS_PER_SEC_RANGE: std::ops::RangeInclusive<f64> = 10_000.0..=1e9;
const CHUNK_SECS_RANGE: std::ops::RangeInclusive<f64> = 0.5..=86_400.0;

impl FromStr for Resolution {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        let expected =
            "a resolution; use a height such as 720p or a size such as 1280x720, each side 16 to 16384";
        let side = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|side| digits && SIDE_RANGE.contains(side))
        };
        let parsed = match (word.strip_suffix(['p', 'P']), word.split_once(['x', 'X'])) {
            (Some(height), _) => side(height).map(Self::Height),
            (None, Some((width, height))) => {
                side(width).zip(side(height)).map(|(width, height)| Self::Box { width, height })
            }
            (None, None) => None,
        };
        parsed.ok_or_else(|| WordError { word: word.to_owned(), expected })
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height(height) => write!(f, "{height}p"),
            Self::Box { width, height } => write!(f, "{width}x{height}"),
        }
    }
}

impl FromStr for Bitrate {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        let expected = "a bitrate; use for example 800k or 5M, from 10k to 1000M";
        let (number, factor) = match word.as_bytes().last() {
            Some(b'k' | b'K') => (&word[..word.len() - 1], 1e3),
            Some(b'm' | b'M') => (&word[..word.len() - 1], 1e6),
            _ => (word, 1.0),
        };
        decimal(number)
            .map(|number| number * factor)
            .filter(|rate| BITS_PER_SEC_RANGE.contains(rate))
            .map(|rate| Self { bits_per_sec: rate.round() as u64 })
            .ok_or_else(|| WordError { word: word.to_owned(), expected })
    }
}

impl fmt::Display for Bitrate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits_per_sec {
            rate if rate % 1_000_000 == 0 => write!(f, "{}M", rate / 1_000_000),
            rate if rate % 1_000 == 0 => write!(f, "{}k", rate / 1_000),
            rate => write!(f, "{rate}"),
        }
    }
}

impl FromStr for ChunkChoice {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        let expected = "a way to cut; use auto, none, or a length in seconds from 0.5 to 86400";
        match word {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            _ => decimal(word)
                .filter(|secs| CHUNK_SECS_RANGE.contains(secs))
                .map(|secs| Self::Millis((secs * 1000.0).round() as u64))
                .ok_or_else(|| WordError { word: word.to_owned(), expected }),
        }
    }
}

impl fmt::Display for ChunkChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::None => f.write_str("none"),
            Self::Millis(millis) => write!(f, "{}", *millis as f64 / 1000.0),
        }
    }
}

/// Digits with at most one point; no sign, no exponent, no `inf`.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok() } else { None }
}

macro_rules! text_form {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = WordError;

            fn try_from(text: String) -> Result<Self, WordError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}
text_form!(Resolution, Bitrate, ChunkChoice);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_themselves() {
        for word in ["720p", "1280x720"] {
            assert_eq!(word.parse::<Resolution>().unwrap().to_string(), word);
        }
        for word in ["800k", "5M", "1234567"] {
            assert_eq!(word.parse::<Bitrate>().unwrap().to_string(), word);
        }
        for word in ["auto", "none", "2", "2.5"] {
            assert_eq!(word.parse::<ChunkChoice>().unwrap().to_string(), word);
        }
        assert_eq!("2.5M".parse::<Bitrate>().unwrap().bits_per_sec, 2_500_000);
    }

    #[test]
    fn what_is_no_such_word_is_refused_with_what_would_do() {
        for word in ["", "p", "720", "x", "0p", "-720p", "+720p", "1280x", "99999x99999", "1280x720,crop=1"] {
            let error = word.parse::<Resolution>().unwrap_err();
            assert!(error.to_string().contains("720p"), "{error}");
        }
        for word in ["", "M", "5G", "-5M", "1e9", "inf", "9k", "5 M"] {
            assert!(word.parse::<Bitrate>().is_err(), "{word}");
        }
        for word in ["", "0", "0.1", "-2", "NaN", "1e3", "two"] {
            assert!(word.parse::<ChunkChoice>().is_err(), "{word}");
        }
    }
}

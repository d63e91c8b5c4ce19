//! Words of the command line that are more than a name or a number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a word is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct WordError(String);

/// Reads and writes as one word, on the command line as in JSON.
macro_rules! as_text {
    ($($name:ty),*) => {$(
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
as_text!(KeyColour, Backdrop, Levels, Moment, DownsampleRatio, ChunkChoice, BatchSize);

/// Red, green, blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyColour(pub [u8; 3]);

impl KeyColour {
    /// From 0 to 1 each.
    pub fn rgb(self) -> [f32; 3] {
        self.0.map(|value| f32::from(value) / 255.0)
    }
}

impl FromStr for KeyColour {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let refused = || WordError(format!("{text:?} is no colour: six hex digits are, for example 00b140"));
        let digits = text.strip_prefix('#').or_else(|| text.strip_prefix("0x")).unwrap_or(text);
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).ok_or_else(refused)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for KeyColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// What stands behind the people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Backdrop {
    /// One colour.
    Colour(KeyColour),
    /// What was there, out of focus.
    Blur,
    /// A picture, which is another source.
    Picture,
}

impl FromStr for Backdrop {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        match text {
            "blur" => Ok(Self::Blur),
            "picture" => Ok(Self::Picture),
            _ if text.starts_with('#') => text.parse().map(Self::Colour),
            _ => Err(WordError(format!("{text:?} is no background: #RRGGBB, blur, or a picture is"))),
        }
    }
}

impl fmt::Display for Backdrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Colour(colour) => colour.fmt(f),
            Self::Blur => f.write_str("blur"),
            Self::Picture => f.write_str("picture"),
        }
    }
}

/// Alpha at or below the first is nothing, at or above the second is all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Levels {
    /// At or below it alpha becomes 0.
    pub low: u8,
    /// At or above it alpha becomes 255.
    pub high: u8,
}

impl FromStr for Levels {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let pair = text.split_once(',').and_then(|(low, high)| {
            Some(Self { low: low.trim().parse().ok()?, high: high.trim().parse().ok()? })
        });
        pair.filter(|levels| levels.low < levels.high).ok_or_else(|| {
            WordError(format!(
                "{text:?} are no levels: two numbers from 0 to 255 are, the smaller first, as 10,245"
            ))
        })
    }
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.low, self.high)
    }
}

/// A time in the film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    /// Milliseconds from its beginning.
    pub millis: u64,
}

impl FromStr for Moment {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let refused = || WordError(format!("{text:?} is no time: 90, 1:30 or 0:01:30.5 are"));
        let parts: Vec<&str> = text.split(':').collect();
        let (last, before) =
            parts.split_last().filter(|(_, before)| before.len() <= 2).ok_or_else(refused)?;
        let plain =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let secs: f64 = last.parse().ok().filter(|_| plain(last)).ok_or_else(refused)?;
        let minutes = before.iter().try_fold(0_u64, |sum, part| {
            let value = part.parse::<u64>().ok().filter(|_| plain(part))?;
            sum.checked_mul(60)?.checked_add(value)
        });
        let secs = minutes.ok_or_else(refused)? as f64 * 60.0 + secs;
        if secs > 1e9 {
            return Err(refused());
        }
        Ok(Self { millis: (secs * 1000.0).round() as u64 })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.millis as f64 / 1000.0)
    }
}

/// How much smaller rvm looks at the picture first, in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DownsampleRatio {
    /// By the size of each eye.
    #[default]
    Auto,
    /// Thousandths.
    Fixed(u16),
}

impl FromStr for DownsampleRatio {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let ratio = text.parse::<f64>().ok().filter(|ratio| (0.05..=1.0).contains(ratio));
        let ratio = ratio
            .ok_or_else(|| WordError(format!("{text:?} is no ratio: auto is, or a number from 0.05 to 1")))?;
        Ok(Self::Fixed((ratio * 1000.0).round() as u16))
    }
}

impl fmt::Display for DownsampleRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(thousandths) => write!(f, "{}", f64::from(*thousandths) / 1000.0),
        }
    }
}

/// How many pictures a run of the network takes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BatchSize {
    /// As many as there are, and half as many whenever memory runs out.
    #[default]
    Auto,
    /// At most so many.
    Most(u8),
}

impl FromStr for BatchSize {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let most = text.parse::<u8>().ok().filter(|most| (1..=64).contains(most));
        most.map(Self::Most)
            .ok_or_else(|| WordError(format!("{text:?} is no batch size: auto is, or a number from 1 to 64")))
    }
}

impl fmt::Display for BatchSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Most(most) => write!(f, "{most}"),
        }
    }
}

/// How the film is cut into chunks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ChunkChoice {
    /// About a minute of work each.
    #[default]
    Auto,
    /// Not at all.
    None,
    /// Of about this length.
    Millis(u64),
}

impl FromStr for ChunkChoice {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        match text {
            "auto" => return Ok(Self::Auto),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let secs = text.parse::<f64>().ok().filter(|secs| plain && (0.5..=86_400.0).contains(secs));
        secs.map(|secs| Self::Millis((secs * 1000.0).round() as u64)).ok_or_else(|| {
            WordError(format!(
                "{text:?} is no way to cut: auto and none are, or a length in seconds from 0.5 to 86400"
            ))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written_alike() {
        fn check<T: FromStr<Err = WordError> + fmt::Display>(text: &str) {
            assert_eq!(text.parse::<T>().unwrap_or_else(|error| panic!("{error}")).to_string(), text);
        }
        check::<KeyColour>("#00b140");
        check::<Backdrop>("#ffffff");
        check::<Backdrop>("blur");
        check::<Levels>("10,245");
        check::<Moment>("90.5");
        check::<DownsampleRatio>("0.25");
        check::<BatchSize>("auto");
        check::<BatchSize>("16");
        check::<ChunkChoice>("auto");
        check::<ChunkChoice>("none");
        check::<ChunkChoice>("2.5");
    }

    #[test]
    fn times_may_have_hours_and_minutes() {
        let millis = |text: &str| text.parse::<Moment>().map(|moment| moment.millis).ok();
        assert_eq!(
            [millis("0:01:30.5"), millis("1:30"), millis("7")],
            [Some(90_500), Some(90_000), Some(7000)]
        );
        for bad in ["", "-1", "1:2:3:4", "1e3", "a", ":", "99999999999", "inf"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "#12345", "#1234567", "+12345", "green"] {
            assert!(bad.parse::<KeyColour>().is_err(), "{bad}");
        }
        assert!("245,10".parse::<Levels>().is_err() && "1".parse::<Levels>().is_err());
        assert!("0".parse::<DownsampleRatio>().is_err() && "NaN".parse::<DownsampleRatio>().is_err());
        assert!("0".parse::<BatchSize>().is_err() && "65".parse::<BatchSize>().is_err());
    }
}

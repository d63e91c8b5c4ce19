//! Sizes and times as people type them: `1GB`, `700MiB`, `10m`, `1h30m`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number of bytes, at least 1. `kB`, `MB`, `GB` and `TB` are powers of 1000, `KiB` to `TiB` powers of 1024; a letter alone
/// is a power of 1000, the smaller of the two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ByteSize(u64);

/// A number of seconds, at least 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Span(u64);

/// What a person may be told of a size that is none.
const SIZE_WORDS: &str = "a size is a number and a unit, like 1GB, 700MiB or 1.5GB";
/// What a person may be told of a time that is none.
const SPAN_WORDS: &str = "a time is like 90s, 10m or 1h30m";

impl ByteSize {
    /// In bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl Span {
    /// In seconds.
    pub fn secs(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = number_and_unit(text);
        let factor = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kb" => 1e3,
            "m" | "mb" => 1e6,
            "g" | "gb" => 1e9,
            "t" | "tb" => 1e12,
            "kib" => 1024.0,
            "mib" => 1024.0 * 1024.0,
            "gib" => 1024.0 * 1024.0 * 1024.0,
            "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
            _ => return Err(SIZE_WORDS.to_owned()),
        };
        match number.parse::<f64>() {
            Ok(number) if number * factor >= 1.0 && number * factor < 1e18 => {
                Ok(Self((number * factor) as u64))
            }
            _ => Err(SIZE_WORDS.to_owned()),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut rest, mut secs) = (text.trim(), 0_u64);
        while !rest.is_empty() {
            let (number, after) = number_and_unit(rest);
            let unit_end = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
            let (unit, next) = after.split_at(unit_end);
            let factor = match unit.trim() {
                "" | "s" => 1,
                "m" | "min" => 60,
                "h" => 3600,
                _ => return Err(SPAN_WORDS.to_owned()),
            };
            let number: u64 = number.parse().map_err(|_| SPAN_WORDS.to_owned())?;
            let more = number.checked_mul(factor).and_then(|more| secs.checked_add(more));
            secs = more.ok_or(SPAN_WORDS)?;
            rest = next;
        }
        if secs == 0 { Err(SPAN_WORDS.to_owned()) } else { Ok(Self(secs)) }
    }
}

/// The digits, with their point, that a text begins with, and what follows.
fn number_and_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}B", self.0)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// Words on the command line and in JSON are the same.
macro_rules! as_text {
    ($type:ty) => {
        impl TryFrom<String> for $type {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}

pub(crate) use as_text;

as_text!(ByteSize);
as_text!(Span);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_every_unit() {
        let check = |text: &str, bytes: u64| assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        check("1GB", 1_000_000_000);
        check("1.5 GB", 1_500_000_000);
        check("700MiB", 700 << 20);
        check("2g", 2_000_000_000);
        check("4096", 4096);
        for bad in ["", "GB", "0", "1XB", "-1GB", "1e3GB", "NaN", "1..5GB"] {
            assert_eq!(bad.parse::<ByteSize>(), Err(SIZE_WORDS.to_owned()), "{bad}");
        }
    }

    #[test]
    fn times_are_read_with_every_unit() {
        let check = |text: &str, secs: u64| assert_eq!(text.parse(), Ok(Span(secs)), "{text}");
        check("10m", 600);
        check("1h30m", 5400);
        check("90", 90);
        check("1h 5s", 3605);
        for bad in ["", "0s", "m", "10x", "1.5h", "-5m", "99999999999999999999h"] {
            assert_eq!(bad.parse::<Span>(), Err(SPAN_WORDS.to_owned()), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let size: ByteSize = "1.5GB".parse().unwrap();
        assert_eq!(size.to_string().parse(), Ok(size));
        let span: Span = "1h30m".parse().unwrap();
        assert_eq!(span.to_string().parse(), Ok(span));
    }
}

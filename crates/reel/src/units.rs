//! Times and sizes as people write them.

use std::time::Duration;

/// `90d`, `12h`, `30m`, `45s` or `500ms`.
///
/// # Errors
/// What is wrong, for a person.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let refused = || format!("{text:?} is no time; write it like 45s, 30m, 12h or 90d");
    let (number, unit) = split(text).ok_or_else(refused)?;
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(refused()),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(refused)
}

/// `1500`, `20MB`, `64GiB`: decimal and binary multiples, as the prefix says.
///
/// # Errors
/// What is wrong, for a person.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let refused = || format!("{text:?} is no size; write it like 1500, 20MB or 64GiB");
    let (number, unit) = split(text).ok_or_else(refused)?;
    let bytes: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1000 * 1000,
        "g" | "gb" => 1000 * 1000 * 1000,
        "t" | "tb" => 1000 * 1000 * 1000 * 1000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        "ti" | "tib" => 1 << 40,
        _ => return Err(refused()),
    };
    number.checked_mul(bytes).ok_or_else(refused)
}

/// Digits, and what follows them.
fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_with_a_unit() {
        for (text, millis) in [
            ("45s", 45_000),
            ("30m", 1_800_000),
            ("12h", 43_200_000),
            ("90d", 7_776_000_000),
            ("0s", 0),
            ("5ms", 5),
        ] {
            assert_eq!(parse_time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for bad in
            ["", "d", "1", "1y", "-1d", "+1d", "1.5h", "\u{e4}", "99999999999999999999d", "9999999999999999d"]
        {
            assert!(parse_time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_multiples_by_their_prefix() {
        for (text, bytes) in [
            ("0", 0),
            ("1500", 1500),
            ("20MB", 20_000_000),
            ("64GiB", 64 << 30),
            ("64 gib", 64 << 30),
            ("1k", 1000),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "MB", "-1", "1.5GB", "1PB2", "99999999999999999999", "99999999999TB", "\u{e4}"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}

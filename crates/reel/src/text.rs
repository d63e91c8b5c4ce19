//! Names and numbers as a person reads them on a terminal.

pub use reel_types::{shown, without_controls};

/// Where a message names this file: as a word of its own, so that `a` is not found in `damaged`.
pub fn place_of(name: &str, message: &str) -> Option<usize> {
    let stands_alone = |at: &usize| {
        let (before, after) = (&message[..*at], &message[at + name.len()..]);
        (before.is_empty() || before.ends_with([' ', '(']))
            && (after.is_empty() || after.starts_with([' ', ':', ',', ')']))
    };
    message.match_indices(name).map(|(at, _)| at).find(stands_alone)
}

/// `512 B`, `1.5 kB`, `24.0 MB`: powers of ten, as file managers show them.
pub fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 999.95 || unit == "TB" {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{count} B")
}

/// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 14 min`.
pub fn duration(secs: f64) -> String {
    let secs = secs.max(0.0);
    if secs < 9.95 {
        return format!("{secs:.1} s");
    }
    let whole = secs.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word() {
        assert_eq!(place_of("a", "it is damaged: a is empty"), Some(15));
        assert_eq!(place_of("/x/a", "/x/a is empty"), Some(0));
        assert_eq!(place_of("/x/a", "cannot read /x/a: gone"), Some(12));
        assert_eq!(place_of("a", "damaged"), None);
        assert_eq!(place_of("x.mp4", "/y/x.mp4 is empty"), None);
    }

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(
            ["0 B", "999 B", "1.0 kB", "24.0 MB"],
            [0, 999, 1000, 24_000_000].map(bytes).map(|s| s).each_ref().map(String::as_str)
        );
        let times = [0.42, 9.96, 59.4, 185.0, 8040.0].map(duration);
        assert_eq!(
            times.each_ref().map(String::as_str),
            ["0.4 s", "10 s", "59 s", "3 min 05 s", "2 h 14 min"]
        );
    }
}

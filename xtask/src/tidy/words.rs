//! Texts speak of the project alone: not of the machine it was written on, nor of how.

/// Phrases that have no place here, each in two halves, so that this list does not itself say them.
const PHRASES: &[(&str, &str)] = &[
    ("/work", "/main"),
    ("/work", "/shared"),
    ("/root", "/."),
    ("this ", "session"),
    ("our ", "session"),
    ("last ", "session"),
    ("previous ", "session"),
    ("earlier ", "session"),
    ("next ", "session"),
    ("later ", "session"),
    ("issue", " #"),
    ("co-authored", "-by:"),
];

/// FNV-1a of lowercase names that have no place here; digests, for the same reason.
const NAMES: &[u64] =
    &[0x2391_9480_3edf_98f7, 0x2524_b426_1996_11b3, 0x7f7a_7547_86a6_64b8, 0xa113_d274_5d70_6ce3];

/// Where every package comes from; a mirror's address in the lock file would bind others to one machine.
const INDEX: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// Lines of one file that say what they should not.
pub(super) fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        let mut complain = |what: &str| complaints.push(format!("{path}:{}: {what}", index + 1));
        for (first, second) in PHRASES {
            if lower.contains(&format!("{first}{second}")) {
                complain(&format!("\"{first}{second}\" has no place here"));
            }
        }
        if lower.contains("issue ") && line_numbers_an_issue(&lower) {
            complain("a numbered issue has no place here; say what it is about");
        }
        if let Some(name) =
            lower.split(|c: char| !c.is_alphanumeric()).find(|word| NAMES.contains(&digest(word)))
        {
            complain(&format!("\"{name}\" has no place here"));
        }
        if path.ends_with("Cargo.lock") && lower.starts_with("source = ") && line != INDEX {
            complain("a package that does not come from crates.io");
        }
    }
    complaints
}

/// The word with a number after it, unless the line gives an address where it can be read.
fn line_numbers_an_issue(lower: &str) -> bool {
    let numbered = lower.split("issue ").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered && !lower.contains("https://")
}

fn digest(word: &str) -> u64 {
    word.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::{INDEX, PHRASES, complaints};

    fn check(path: &str, text: &str, count: usize) {
        let found = complaints(path, text);
        assert_eq!(found.len(), count, "{found:?}");
    }

    #[test]
    fn every_phrase_is_found_wherever_it_stands() {
        for (first, second) in PHRASES {
            check("a.rs", &format!("// see {first}{second}").to_uppercase(), 1);
        }
    }

    #[test]
    fn an_encoder_has_sessions_and_an_address_may_number_an_issue() {
        check("a.rs", "// two NVENC sessions; the session limit of the driver; encoder_sessions()", 0);
        check("a.rs", "// issue 4389 in https://github.com/jellyfin/jellyfin, tissue 12", 0);
        check("a.rs", &format!("// as issue {} asks", 7), 1);
    }

    #[test]
    fn a_name_is_found_as_a_word_only() {
        check("a.md", &format!("co{} wrote it", "pilot"), 1);
        check("a.md", &format!("co{}ed", "pilot"), 0);
    }

    #[test]
    fn a_package_from_elsewhere_is_named() {
        check("Cargo.lock", INDEX, 0);
        check("Cargo.lock", "source = \"registry+https://mirror.example/index\"", 1);
    }
}

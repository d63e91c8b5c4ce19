//! A source file is a room: it says at the door what is inside, and one can see from wall to wall.

/// A file with more lines is two ideas.
const LINES_MAX: usize = 600;

/// What is wrong with the form of one Rust file.
pub(super) fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !text.starts_with("//! ") {
        complaints.push(format!("{path}: the first line should say what is inside (//! …)"));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        complaints.push(format!("{path}: {lines} lines, at most {LINES_MAX}; cut it where the idea changes"));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, complaints};

    #[test]
    fn a_short_file_with_a_door_sign_is_fine() {
        assert!(complaints("a.rs", "//! Leases.\n\nfn lease() {}\n").is_empty());
        assert!(complaints("a.rs", &"//! Leases.\n".repeat(LINES_MAX)).is_empty());
    }

    #[test]
    fn a_file_without_a_door_sign_is_named() {
        assert_eq!(complaints("a.rs", "fn lease() {}\n").len(), 1);
        assert_eq!(complaints("a.rs", "").len(), 1);
    }

    #[test]
    fn a_file_one_line_too_long_is_named() {
        assert_eq!(complaints("a.rs", &"//! Leases.\n".repeat(LINES_MAX + 1)).len(), 1);
    }
}

//! Exit codes: named, documented, and which one wins when several inputs end differently.

use std::process::ExitCode;

use reel_types::FailureKind;

/// Everything that was asked for is there.
pub const DONE: u8 = 0;
/// A job failed or was cancelled, or its result could not be written.
pub const FAILED: u8 = 1;
/// The command line, or what it asks of this source, makes no sense.
pub const USAGE: u8 = 2;
/// An input cannot be read or is refused.
pub const INPUT: u8 = 3;
/// A needed part (FFmpeg, an encoder) is missing; the message says how to get it.
pub const MISSING: u8 = 4;
/// An output exists and is something else; `--force` replaces it.
pub const EXISTS: u8 = 5;
/// Interrupted; the state is kept and the same command goes on.
pub const INTERRUPTED: u8 = 130;

/// All codes with the sentence that help and manual show.
pub const ALL: [(u8, &str); 7] = [
    (DONE, "Done: everything that was asked for is there"),
    (FAILED, "A job failed or was cancelled, or its result could not be written"),
    (USAGE, "The command line, or what it asks of this source, makes no sense"),
    (INPUT, "An input cannot be read or is refused"),
    (MISSING, "A needed part (FFmpeg, an encoder) is missing; the message says how to get it"),
    (EXISTS, "An output exists and is something else; --force replaces it"),
    (INTERRUPTED, "Interrupted; the state is kept, the same command goes on"),
];

/// Worst first. What needs another run or another machine comes before what needs another file.
const WORST_FIRST: [u8; 7] = [INTERRUPTED, FAILED, MISSING, USAGE, INPUT, EXISTS, DONE];

/// The code of a command whose inputs ended with these.
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    let rank = |code: &u8| WORST_FIRST.iter().position(|known| known == code).unwrap_or(1);
    codes.into_iter().min_by_key(rank).unwrap_or(DONE)
}

/// The code for a failure of this sort.
pub fn of_failure(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Input => INPUT,
        FailureKind::Usage => USAGE,
        FailureKind::Missing => MISSING,
        _ => FAILED,
    }
}

/// As the system wants it.
pub fn exit_code(code: u8) -> ExitCode {
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_code_wins() {
        assert_eq!(worst([]), DONE);
        assert_eq!(worst([DONE, EXISTS]), EXISTS);
        assert_eq!(worst([EXISTS, INPUT, DONE]), INPUT);
        assert_eq!(worst([INPUT, FAILED]), FAILED);
        assert_eq!(worst([FAILED, INTERRUPTED, MISSING]), INTERRUPTED);
    }

    #[test]
    fn every_code_is_documented_and_ranked() {
        for (code, sentence) in ALL {
            assert!(WORST_FIRST.contains(&code), "{code} has no rank");
            assert!(!sentence.is_empty());
        }
    }
}

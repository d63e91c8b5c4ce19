//! When a delivery that did not do is tried again.

use std::time::Duration;

/// Waits between tries, in seconds; eleven tries over a day, each wait two to six times the one before until hours pass.
const WAITS_SECS: [u64; 10] = [10, 60, 300, 900, 3600, 7200, 14_400, 18_000, 21_600, 21_600];
/// How much of a wait is left to chance, so that what failed together is not tried together: a tenth either way.
const JITTER_PERMILLE: u64 = 100;

/// How long after the try of this number (the first is 1) comes the next; nothing after the last. `chance_permille` is
/// 0 to 1000.
pub(super) fn next_wait(tries: u32, chance_permille: u64) -> Option<Duration> {
    let place = usize::try_from(tries).ok()?.checked_sub(1)?;
    let wait_secs = WAITS_SECS.get(place)?;
    // Of a second there are a thousand milliseconds, so the share in permille is also the number of them.
    let share_permille = 1000 - JITTER_PERMILLE + 2 * JITTER_PERMILLE * chance_permille.min(1000) / 1000;
    Some(Duration::from_millis(wait_secs * share_permille))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(chance_permille: u64) -> Vec<f64> {
        (1..).map_while(|tries| next_wait(tries, chance_permille)).map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn eleven_tries_are_spread_over_a_day() {
        let waits = waits(500);
        assert_eq!(waits.len() + 1, 11);
        assert!(waits.is_sorted());
        let hours = waits.iter().sum::<f64>() / 3600.0;
        assert!((24.0..25.0).contains(&hours), "{hours}");
    }

    #[test]
    fn chance_moves_a_wait_by_a_tenth_at_most() {
        assert_eq!((waits(0)[0], waits(500)[0], waits(1000)[0]), (9.0, 10.0, 11.0));
        assert_eq!(waits(u64::MAX), waits(1000));
    }

    #[test]
    fn what_was_tried_too_often_or_never_has_no_next_try() {
        for tries in [0, 11, 12, u32::MAX] {
            assert_eq!(next_wait(tries, 500), None, "{tries}");
        }
    }
}

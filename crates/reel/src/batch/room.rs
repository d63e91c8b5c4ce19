//! Whether the disks have room for what is expected.

use reel_types::FailureKind;

use super::records::ForecastRecord;
use crate::problem::{Problem, ProblemKind};
use crate::text::{bytes, shown};

/// A guess may be so many times too large, and should refuse nobody who has room.
const GUESS_OFF_BY: u64 = 4;

/// # Errors
/// A storage problem that names the disk, what is needed there and what is free.
pub(super) fn check(forecast: &ForecastRecord) -> Result<(), Problem> {
    let (output, temporary) = (forecast.expected_output_bytes, forecast.expected_temporary_bytes);
    if forecast.one_disk {
        let what = format!("{} for the results and {} for temporary files", bytes(output), bytes(temporary));
        return enough(
            forecast,
            output.saturating_add(temporary),
            forecast.output_free_bytes,
            &shown(&forecast.output),
            &what,
        );
    }
    enough(forecast, output, forecast.output_free_bytes, &shown(&forecast.output), "for the results")?;
    enough(forecast, temporary, forecast.state_free_bytes, &shown(&forecast.state), "for temporary files")
}

fn enough(
    forecast: &ForecastRecord,
    needed_bytes: u64,
    free_bytes: Option<u64>,
    folder: &str,
    what: &str,
) -> Result<(), Problem> {
    let least_bytes = if forecast.measured_films > 0 { needed_bytes } else { needed_bytes / GUESS_OFF_BY };
    let Some(free_bytes) = free_bytes.filter(|free| *free < least_bytes) else { return Ok(()) };
    let message = format!(
        "the disk of {folder} has {} free, and about {} are needed: {what}",
        bytes(free_bytes),
        bytes(needed_bytes)
    );
    Err(Problem::new(ProblemKind::Failure(FailureKind::Storage), message).with_hint(
        "free some space, name fewer films or another folder, or begin all the same with --forecast off",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(one_disk: bool, measured_films: usize, free_bytes: u64) -> ForecastRecord {
        ForecastRecord {
            films: 2,
            unreadable: 0,
            already_there: 0,
            video_secs: 1.0,
            expected_secs: None,
            expected_output_bytes: 600,
            expected_temporary_bytes: 400,
            measured_films,
            pixels_per_sec: None,
            output: "out".into(),
            output_free_bytes: Some(free_bytes),
            state: "state".into(),
            state_free_bytes: Some(500),
            one_disk,
        }
    }

    #[test]
    fn one_disk_must_hold_both() {
        assert!(check(&forecast(true, 3, 1000)).is_ok());
        let problem = check(&forecast(true, 3, 999)).unwrap_err();
        assert!(problem.message.starts_with("the disk of out has 999 B free, and about 1.0 kB"), "{problem}");
        assert!(check(&forecast(false, 3, 600)).is_ok());
        assert!(check(&forecast(false, 3, 599)).is_err());
    }

    #[test]
    fn a_guess_refuses_only_what_is_far_too_much() {
        assert!(check(&forecast(true, 0, 250)).is_ok());
        assert!(check(&forecast(true, 0, 249)).is_err());
    }
}

//! How far all films are, and when the last will end.

use std::time::Instant;

use reel_types::JobState;

use super::films::Film;
use super::records::BatchProgress;
use crate::records::{ProgressRecord, rounded};

/// Below this much progress a rate says nothing yet.
const FRACTION_MIN: f64 = 0.002;

/// Films weigh what their pixels are. One that cannot be read weighs next to nothing; where none was looked at all weigh the same.
#[derive(Debug)]
pub(super) struct Pace {
    films: Vec<OneFilm>,
    frames: Option<f64>,
    found_at: Option<(Instant, f64)>,
}

#[derive(Debug)]
struct OneFilm {
    weight: f64,
    done_fraction: f64,
    is_begun: bool,
    has_ended: bool,
}

impl Pace {
    pub(super) fn new(films: &[Option<Film>]) -> Self {
        let known: Vec<f64> = films.iter().flatten().map(Film::pixels).collect();
        let one = |film: &Option<Film>| OneFilm {
            weight: film.as_ref().map_or(1.0, Film::pixels).max(1.0),
            done_fraction: 0.0,
            is_begun: false,
            has_ended: false,
        };
        let frames = (!known.is_empty()).then(|| films.iter().flatten().map(|film| film.frames).sum());
        Self { films: films.iter().map(one).collect(), frames, found_at: None }
    }

    /// Takes in how far a film is; says whether it has begun only now.
    pub(super) fn saw(&mut self, index: usize, record: &ProgressRecord) -> bool {
        let Some(film) = self.films.get_mut(index) else { return false };
        film.done_fraction = record.done_fraction.unwrap_or(0.0);
        let works = matches!(record.state, JobState::Running | JobState::Assembling);
        let begins = works && !film.is_begun;
        film.is_begun |= works;
        begins
    }

    /// A film has ended, well or badly: there is nothing more to do.
    pub(super) fn ended(&mut self, index: usize) {
        if let Some(film) = self.films.get_mut(index) {
            film.done_fraction = 1.0;
            film.has_ended = true;
        }
    }

    /// How far all of them are. The film is filled in by the caller.
    pub(super) fn all(&mut self) -> BatchProgress {
        self.all_at(Instant::now())
    }

    fn all_at(&mut self, now: Instant) -> BatchProgress {
        let whole: f64 = self.films.iter().map(|film| film.weight).sum();
        let done: f64 = self.films.iter().map(|film| film.weight * film.done_fraction).sum();
        let fraction = if whole > 0.0 { done / whole } else { 1.0 };
        // What a command before this one did is no speed.
        let (since, from) = *self.found_at.get_or_insert((now, fraction));
        let secs = now.duration_since(since).as_secs_f64();
        let per_sec = (fraction - from > FRACTION_MIN && secs > 0.0).then(|| (fraction - from) / secs);
        BatchProgress {
            film: 0,
            films: self.films.len(),
            films_ended: self.films.iter().filter(|film| film.has_ended).count(),
            batch_done_fraction: (fraction * 1e4).round() / 1e4,
            batch_frames_per_sec: per_sec.zip(self.frames).map(|(per_sec, frames)| rounded(per_sec * frames)),
            batch_eta_secs: per_sec.map(|per_sec| rounded((1.0 - fraction) / per_sec)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::records::InputPath;

    fn film(frames: f64) -> Option<Film> {
        Some(Film { secs: frames / 25.0, frames, width: 100, height: 100 })
    }

    fn at(done_fraction: f64) -> ProgressRecord {
        ProgressRecord {
            job: None,
            input: InputPath::new(Path::new("a.mp4")),
            state: JobState::Running,
            stage: None,
            stage_fraction: None,
            done_fraction: Some(done_fraction),
            speed: None,
            eta_secs: None,
            elapsed_secs: 0.0,
            chunks_done: 0,
            chunks_total: 0,
            sending: None,
            batch: None,
        }
    }

    #[test]
    fn films_count_by_their_pixels() {
        let mut pace = Pace::new(&[film(300.0), film(100.0), None]);
        let began = Instant::now();
        let nothing = pace.all_at(began);
        assert_eq!((nothing.films, nothing.batch_done_fraction, nothing.batch_eta_secs), (3, 0.0, None));
        assert!(pace.saw(0, &at(0.5)), "it begins");
        assert!(!pace.saw(0, &at(0.5)), "it goes on");
        pace.ended(1);
        // 150 of 300 and all of 100, of 400.
        let half = pace.all_at(began + Duration::from_secs(10));
        assert_eq!((half.films_ended, half.batch_done_fraction), (1, 0.625));
        assert_eq!(half.batch_eta_secs, Some(6.0));
        assert_eq!(half.batch_frames_per_sec, Some(25.0));
    }
}

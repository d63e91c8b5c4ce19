//! What a film's header tells before it is worked on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use reel_matte::Params;
use reel_media::{Ffmpeg, ProbeLimits, probe};
use reel_types::CancelToken;

/// A film as its container claims it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Film {
    /// Seconds that are worked on.
    pub(super) secs: f64,
    /// Frames in them.
    pub(super) frames: f64,
    /// As shown.
    pub(super) width: u32,
    /// As shown.
    pub(super) height: u32,
}

impl Film {
    /// Pixels of all frames: what the work goes by.
    pub(super) fn pixels(&self) -> f64 {
        self.frames * f64::from(self.width) * f64::from(self.height)
    }
}

/// Which part of each film was asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Stretch {
    start_secs: f64,
    secs_max: f64,
}

impl Stretch {
    pub(super) fn of(params: &Params) -> Self {
        let secs = |millis: u64| millis as f64 / 1000.0;
        Self {
            start_secs: params.start.map_or(0.0, |start| secs(start.millis)),
            secs_max: params.duration.map_or(f64::INFINITY, |duration| secs(duration.millis)),
        }
    }

    fn of_film(self, secs: f64) -> f64 {
        (secs - self.start_secs).clamp(0.0, self.secs_max)
    }
}

/// Looks at all of them, some side by side; nothing for one that cannot be read. Its job will say why.
pub(super) fn look_all(
    ffmpeg: &Ffmpeg,
    inputs: &[PathBuf],
    stretch: Stretch,
    threads: usize,
    cancel: &CancelToken,
) -> Vec<Option<Film>> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![None; inputs.len()]);
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, 16) {
            scope.spawn(|| {
                while let Some((at, input)) = next_of(&next, inputs) {
                    let film = look(ffmpeg, input, stretch, cancel);
                    if let Some(place) = found.lock().unwrap_or_else(PoisonError::into_inner).get_mut(at) {
                        *place = film;
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn next_of<'a>(next: &AtomicUsize, inputs: &'a [PathBuf]) -> Option<(usize, &'a PathBuf)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    inputs.get(at).map(|input| (at, input))
}

fn look(ffmpeg: &Ffmpeg, input: &Path, stretch: Stretch, cancel: &CancelToken) -> Option<Film> {
    let limits = ProbeLimits { stills_allowed: true, ..ProbeLimits::default() };
    let media = probe(ffmpeg, input, &limits, cancel).ok()?;
    let video = media.video.iter().max_by_key(|video| u64::from(video.width) * u64::from(video.height))?;
    let (width, height) = video.shown_size();
    let whole_secs = video.duration_secs.or(media.duration_secs).filter(|secs| secs.is_finite());
    let rate = video.average_rate.or(video.real_rate).map(|rate| rate.as_f64()).filter(|rate| *rate > 0.0);
    let secs = stretch.of_film(whole_secs.unwrap_or(0.0));
    // A still has neither.
    let frames = rate.map_or(1.0, |rate| (secs * rate).round().max(1.0));
    Some(Film { secs, frames, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stretch_that_was_asked_for_counts() {
        let whole = Stretch { start_secs: 0.0, secs_max: f64::INFINITY };
        assert_eq!(whole.of_film(90.0), 90.0);
        let part = Stretch { start_secs: 60.0, secs_max: 20.0 };
        assert_eq!([50.0, 70.0, 100.0].map(|secs| part.of_film(secs)), [0.0, 10.0, 20.0]);
    }
}

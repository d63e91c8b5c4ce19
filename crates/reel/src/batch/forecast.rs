//! What the films will take, from their headers and from what films took before.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use reel_engine::Engine;
use reel_matte::Params;

use super::films::Film;
use super::history::{Rates, rates};
use super::records::ForecastRecord;
use crate::problem::Problem;
use crate::records::rounded;
use crate::settings::Settings;
use crate::targets::Target;
use crate::text::{bytes, duration, shown};

/// Chunks of a film and what they are joined to are there together for a moment.
const COPIES: f64 = 2.0;
/// What a film takes however short it is: programs start, the result is looked through. A guess.
const OWN_SECS: f64 = 1.0;
/// A film keeps so many cores busy; more of them let another one begin beside it.
const CORES_A_FILM: u32 = 6;

/// Of the films whose outputs are not there yet.
pub(super) async fn make(
    params: &Params,
    engine: &Engine,
    settings: &Settings,
    targets: &[Target],
    looks: &[Option<Film>],
) -> Result<ForecastRecord, Problem> {
    let rates = rates(engine.queue.as_ref(), params, engine.site.cores).await?;
    let is_there = |target: &Target| !settings.force && target.output.exists();
    let open = || targets.iter().zip(looks).filter(|(target, _)| !is_there(target));
    let films: Vec<&Film> = open().filter_map(|(_, film)| film.as_ref()).collect();
    let output = targets.first().map_or_else(PathBuf::new, |target| folder_of(&target.output));
    let state = engine.state.root().to_owned();
    Ok(ForecastRecord {
        unreadable: open().filter(|(_, film)| film.is_none()).count(),
        already_there: targets.iter().filter(|target| is_there(target)).count(),
        output_free_bytes: free_bytes(&output),
        state_free_bytes: free_bytes(&state),
        one_disk: device_of(&output).is_some_and(|disk| Some(disk) == device_of(&state)),
        output,
        state,
        ..of_films(&films, rates, at_once(engine.site.cores, settings.tasks_max))
    })
}

fn of_films(films: &[&Film], rates: Rates, at_once: usize) -> ForecastRecord {
    let pixels: f64 = films.iter().map(|film| film.pixels()).sum();
    // What was measured holds it already.
    let own_secs = if rates.measured_films > 0 { 0.0 } else { films.len() as f64 * OWN_SECS };
    let mut sizes: Vec<f64> = films.iter().map(|film| film.pixels() * rates.bytes_per_pixel).collect();
    sizes.sort_by(|one, other| other.total_cmp(one));
    ForecastRecord {
        films: films.len(),
        unreadable: 0,
        already_there: 0,
        video_secs: rounded(films.iter().map(|film| film.secs).sum()),
        expected_secs: rates.pixels_per_sec.map(|rate| rounded(pixels / rate + own_secs)),
        expected_output_bytes: sizes.iter().sum::<f64>() as u64,
        expected_temporary_bytes: (sizes.iter().take(at_once).sum::<f64>() * COPIES) as u64,
        measured_films: rates.measured_films,
        pixels_per_sec: rates.pixels_per_sec.map(f64::round),
        output: PathBuf::new(),
        output_free_bytes: None,
        state: PathBuf::new(),
        state_free_bytes: None,
        one_disk: false,
    }
}

/// How many films have chunks on the disk at the same time at most.
fn at_once(cores: u32, tasks_max: Option<usize>) -> usize {
    let by_cores = (cores / CORES_A_FILM).max(1) as usize;
    // The next one begins while the last is put together.
    tasks_max.unwrap_or(usize::MAX).min(by_cores) + 1
}

/// In two or three lines for people.
pub fn lines(forecast: &ForecastRecord) -> Vec<String> {
    let mut films = format!("{}, {} of video", counted(forecast.films, "film"), clock(forecast.video_secs));
    if forecast.already_there > 0 {
        films.push_str(&format!("; {} there already", counted(forecast.already_there, "output")));
    }
    if forecast.unreadable > 0 {
        films.push_str(&format!("; {} cannot be read", forecast.unreadable));
    }
    let time = forecast.expected_secs.map_or_else(|| "nobody knows how long".to_owned(), duration);
    let basis = match forecast.measured_films {
        0 => "a guess: no film was made like this here before".to_owned(),
        count => format!("as {} made like this here took", counted(count, "film")),
    };
    let expected = format!(
        "expected: {time}, {} of output, {} of temporary files ({basis})",
        bytes(forecast.expected_output_bytes),
        bytes(forecast.expected_temporary_bytes)
    );
    let free = |count: Option<u64>, folder: &Path| {
        count.map(|count| format!("{} in {}", bytes(count), shown(folder)))
    };
    let mut places: Vec<String> = free(forecast.output_free_bytes, &forecast.output).into_iter().collect();
    if !forecast.one_disk {
        places.extend(free(forecast.state_free_bytes, &forecast.state));
    }
    let mut lines = vec![films, expected];
    if !places.is_empty() {
        lines.push(format!("free: {}", places.join(", ")));
    }
    lines
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `1:05:09`.
pub(super) fn clock(secs: f64) -> String {
    let whole = secs.max(0.0).round() as u64;
    format!("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60)
}

fn folder_of(output: &Path) -> PathBuf {
    let folder = output.parent().unwrap_or(Path::new("."));
    if folder.as_os_str() == OsStr::new("") { PathBuf::from(".") } else { folder.to_owned() }
}

/// The folder itself, else the nearest one above it that is there.
fn nearest(folder: &Path) -> Option<&Path> {
    let above = |path: &&Path| path.as_os_str().is_empty() || path.exists();
    let found = folder.ancestors().find(above)?;
    Some(if found.as_os_str().is_empty() { Path::new(".") } else { found })
}

fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(nearest(folder)?).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

fn device_of(folder: &Path) -> Option<u64> {
    Some(fs::metadata(nearest(folder)?).ok()?.dev())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(secs: f64) -> Film {
        Film { secs, frames: secs * 25.0, width: 1000, height: 400 }
    }

    #[test]
    fn time_and_space_follow_the_pixels() {
        let (long, short, middle) = (film(100.0), film(10.0), film(50.0));
        let rates = Rates { pixels_per_sec: Some(1e6), bytes_per_pixel: 0.1, measured_films: 3 };
        let found = of_films(&[&long, &short, &middle], rates, 2);
        assert_eq!((found.films, found.video_secs), (3, 160.0));
        assert_eq!(found.expected_secs, Some(1600.0));
        assert_eq!(found.expected_output_bytes, 160_000_000);
        // The two longest, each as chunks and as a whole.
        assert_eq!(found.expected_temporary_bytes, 300_000_000);
    }

    #[test]
    fn it_is_told_in_three_lines() {
        let long = film(3909.0);
        let rates = Rates { pixels_per_sec: Some(1e7), bytes_per_pixel: 0.01, measured_films: 0 };
        let found = ForecastRecord {
            unreadable: 1,
            output: "out".into(),
            output_free_bytes: Some(64_000_000_000),
            one_disk: true,
            ..of_films(&[&long], rates, 2)
        };
        assert_eq!(
            lines(&found),
            [
                "1 film, 1:05:09 of video; 1 cannot be read",
                "expected: 1 h 05 min, 390.9 MB of output, 781.8 MB of temporary files (a guess: no film was made like this here before)",
                "free: 64.0 GB in out",
            ]
        );
    }

    #[test]
    fn a_folder_that_is_to_be_made_lies_on_the_disk_above_it() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(nearest(&folder.path().join("a/b")), Some(folder.path()));
        assert_eq!(nearest(Path::new("not/there")), Some(Path::new(".")));
        assert!(free_bytes(&folder.path().join("a/b")).is_some());
    }
}

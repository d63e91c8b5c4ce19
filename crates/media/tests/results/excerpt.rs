//! The beginning of a film is the beginning of the film.

use std::path::{Path, PathBuf};

use reel_media::mux::{MuxContainer, excerpt};
use reel_media::{ProbeLimits, probe};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::{ffmpeg, hashes};

/// Pictures that these clips show out of the order of decoding, at most.
const REORDERED_MAX: usize = 4;

fn check(source: &Path, expected: MuxContainer) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let container = excerpt(&ffmpeg(), source, 1, &out, &CancelToken::new()).unwrap();
    assert_eq!(container, expected);
    let (part, whole) = (hashes(&out, "0:v:0"), hashes(source, "0:v:0"));
    assert!(!part.is_empty() && part.len() < whole.len(), "{} of {}", part.len(), whole.len());
    // Packets are cut in the order of decoding: among the last few pictures some may be missing, and nowhere else.
    let sure = part.len() - REORDERED_MAX;
    assert!(sure >= 10 && part[..sure] == whole[..sure]);
    (folder, out)
}

#[test]
fn its_pictures_are_those_of_the_film_in_the_films_own_format() {
    check(&clips::cfr_h264(4), MuxContainer::Mp4);
    check(&clips::odd_size(), MuxContainer::Matroska);
    check(&clips::ts_bframes(), MuxContainer::Nut);
}

#[test]
fn a_turned_film_stays_turned() {
    let (_folder, out) = check(&clips::rotated(), MuxContainer::Mp4);
    let shown = |path: &Path| {
        let media = probe(&ffmpeg(), path, &ProbeLimits::default(), &CancelToken::new()).unwrap();
        media.video[0].shown_size()
    };
    assert_eq!(shown(&out), shown(&clips::rotated()));
}

#[test]
fn all_its_sound_comes_along() {
    let (_folder, out) = check(&clips::two_audio(), MuxContainer::Mp4);
    let media = probe(&ffmpeg(), &out, &ProbeLimits::default(), &CancelToken::new()).unwrap();
    assert_eq!(media.audio.len(), 2);
}

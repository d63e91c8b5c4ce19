//! Files that lie about themselves, or end too early.

use std::path::Path;

use proptest::prelude::*;
use reel_media::MediaError;

use super::planes::{blocks, film};

fn made() -> &'static [u8] {
    static MADE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::read(film(folder.path())).unwrap()
    })
}

fn read(path: &Path, bytes: &[u8]) -> Result<usize, MediaError> {
    std::fs::write(path, bytes).unwrap();
    blocks(path).map(|(_, blocks)| blocks.len())
}

#[test]
fn a_cut_anywhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.webm");
    let film = made();
    assert_eq!(read(&path, film).unwrap(), 149);
    for end in (1..film.len()).step_by(97).chain(film.len() - 40..film.len()) {
        let result = read(&path, &film[..end]);
        assert!(matches!(result, Err(MediaError::Truncated { .. })), "{end}: {result:?}");
    }
    assert!(matches!(read(&path, b""), Err(MediaError::EmptyFile { .. })));
}

#[test]
fn a_stream_without_sizes_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.webm");
    let mut film = made().to_vec();
    let at = film.windows(4).position(|bytes| bytes == [0x18, 0x53, 0x80, 0x67]).unwrap() + 4;
    film[at..at + 8].copy_from_slice(&[1, 255, 255, 255, 255, 255, 255, 255]);
    assert_eq!(read(&path, &film).unwrap(), 149);
    let twice = [&film[..], &film[..]].concat();
    assert_eq!(read(&path, &twice).unwrap(), 149);
    assert!(matches!(read(&path, &film[..film.len() - 1]), Err(MediaError::Truncated { .. })));
}

#[test]
fn what_is_no_film_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.webm");
    assert!(matches!(read(&path, &[0xff; 64]), Err(MediaError::NotMedia { .. })));
    assert!(matches!(read(&path, &[0; 64]), Err(MediaError::Damaged { .. })));
    assert!(matches!(blocks(Path::new("/dev/zero")), Err(MediaError::Unreadable { .. })));
    assert!(matches!(blocks(folder.path()), Err(MediaError::Unreadable { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn flipped_bytes_end_in_frames_or_an_error(
        flips in proptest::collection::vec((0..4000_usize, any::<u8>()), 1..8), tail in 0..200_usize
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut film = made().to_vec();
        for (at, value) in flips {
            film[at] = value;
        }
        film.truncate(film.len() - tail);
        let _ = read(&folder.path().join("x.webm"), &film);
    }
}

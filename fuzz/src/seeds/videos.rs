//! AVIs of one segment and of several, whole and with each index spoilt.

use std::fs::File;
use std::io::Read;

use reel_pack::avi::{AviSpec, AviWriteError, write_whole};
use reel_types::time::Rational;

use super::Failed;

/// The fewest bytes of a picture that a reader of AVIs wants to see.
const STUB: &[u8] = &[0xFF, 0xD8, 0xFF, 0xD9, 0, 0, 0];

/// Videos of stubs, and one of real pictures.
pub(super) fn videos(pictures: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Failed> {
    let stubs = vec![STUB.to_vec(); 12];
    let whole = [video(&stubs[..3], 1)?, video(&stubs, 3)?, video(&pictures[..2], 2)?];
    let mut seeds = Vec::new();
    for video in whole {
        let spoilt = |name: &[u8; 4]| {
            let mut video = video.clone();
            let places: Vec<usize> = (0..video.len()).filter(|&at| video[at..].starts_with(name)).collect();
            places.into_iter().for_each(|at| video[at] = b'_');
            video
        };
        seeds.extend([spoilt(b"indx"), spoilt(b"ix00"), spoilt(b"movi"), spoilt(b"RIFF")]);
        let mut by_old_index = spoilt(b"indx");
        by_old_index.truncate(
            by_old_index
                .windows(4)
                .rposition(|four| four == b"RIFF")
                .filter(|&at| at > 0)
                .unwrap_or(video.len()),
        );
        seeds.push(by_old_index);
        seeds.push(spoilt(b"idx1").into_iter().skip(300).collect());
        seeds.push(video);
    }
    Ok(seeds)
}

fn video(frames: &[Vec<u8>], segment_count: u32) -> Result<Vec<u8>, Failed> {
    let path = tempfile::NamedTempFile::new()?;
    let mut out = File::options().read(true).write(true).open(path.path())?;
    let fps = Rational::new(10, 1).ok_or("no rate")?;
    let each = frames.len() / segment_count as usize;
    write_whole::<AviWriteError>(
        &AviSpec { width: 96, height: 80, fps },
        segment_count,
        &mut out,
        |number, mut writer| {
            frames.iter().skip(each * number as usize).take(each).try_for_each(|frame| writer.push(frame))?;
            Ok(writer.finish()?.1)
        },
    )?;
    let mut bytes = Vec::new();
    File::open(path.path())?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

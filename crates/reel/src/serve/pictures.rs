//! The pictures of an AVI whose pictures are JPEGs, as those of a packed file are, one by one.

use std::fs::File;
use std::path::Path;

use reel_media::formats::{Container, sniff};
use reel_pack::avi::{AviError, AviReader, FrameSpan};
use reel_pack::frame::{Frame, FrameKind, parse_frame};
use reel_pack::jpeg::read_app9;
use reel_server::{Picture, Pictures, Unseen};

/// The coding whose pictures are JPEGs.
const CODEC: &str = "MJPG";
/// Largest picture that is handed out.
const BYTES_MAX: u32 = 64 << 20;
/// Bytes of a picture that hold the copy of its frame's header.
const HEAD_BYTES: u32 = 8192;

/// A stretch of its pictures.
///
/// # Errors
/// [`Unseen`].
pub(super) fn list(path: &Path, first: u64, count_max: u32) -> Result<Pictures, Unseen> {
    let avi = open(path)?;
    let size = avi.size();
    let mut listed = Vec::new();
    let file = File::open(path).map_err(|error| Unseen::Failed(error.to_string()))?;
    let mut head = Vec::new();
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    for (number, span) in avi.frames().iter().enumerate().skip(skipped).take(count_max as usize) {
        let start = FrameSpan { len: span.len.min(HEAD_BYTES), ..*span };
        let frame = match start.read(&file, &mut head) {
            Ok(()) => read_app9(&head).and_then(|header| parse_frame(header).ok()),
            Err(_) => None,
        };
        listed.push(Picture {
            number: number as u64,
            bytes: span.len.into(),
            kind: frame.as_ref().map(|frame| word(frame.header.kind)),
            told: frame.as_ref().map(told),
        });
    }
    Ok(Pictures {
        count: avi.frame_count() as u64,
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        per_sec: avi.fps().map(|fps| fps.as_f64()),
        listed,
    })
}

/// One of its pictures, as it stands there.
///
/// # Errors
/// [`Unseen`].
pub(super) fn one(path: &Path, number: u64) -> Result<Vec<u8>, Unseen> {
    let avi = open(path)?;
    let mut jpeg = Vec::new();
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    let span = avi.frames().get(index).ok_or(Unseen::NoPicture { count: avi.frame_count() as u64 })?;
    if span.len > BYTES_MAX {
        return Err(Unseen::NotThis);
    }
    avi.read(index, &mut jpeg).map_err(|error| Unseen::Failed(error.to_string()))?;
    // Whatever else stands there is not called a picture.
    if jpeg.starts_with(&[0xFF, 0xD8]) { Ok(jpeg) } else { Err(Unseen::NotThis) }
}

fn open(path: &Path) -> Result<AviReader, Unseen> {
    // A file that is no AVI would be searched to its end for pictures.
    if !matches!(sniff(path), Ok(Container::Avi)) {
        return Err(Unseen::NotThis);
    }
    let avi = AviReader::open(path).map_err(|error| match error {
        AviError::Read(error) => Unseen::Failed(error.to_string()),
        _ => Unseen::NotThis,
    })?;
    let is_jpeg = avi.codec().is_some_and(|codec| codec.eq_ignore_ascii_case(CODEC));
    if is_jpeg { Ok(avi) } else { Err(Unseen::NotThis) }
}

fn word(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Data => "data",
        FrameKind::Title => "title",
        FrameKind::Calibration => "calibration",
        FrameKind::Sync => "sync",
    }
}

/// What a frame of ours says of itself.
fn told(frame: &Frame<'_>) -> String {
    let number = frame.header.frame_number;
    let blocks = frame.runs.iter().map(|run| run.block.index);
    let metadata = if frame.metadata.is_empty() { "" } else { "; holds the metadata" };
    match (blocks.clone().min(), blocks.max()) {
        (Some(first), Some(last)) => {
            let symbols = frame.announced_count();
            let blocks =
                if first == last { format!("block {first}") } else { format!("blocks {first} to {last}") };
            format!("frame {number}: {symbols} symbols of {blocks}{metadata}")
        }
        _ => format!("frame {number}{metadata}"),
    }
}

#[cfg(test)]
mod tests {
    use reel_pack::avi::{AviSpec, AviWriteError, write_whole};
    use reel_types::time::Rational;

    use super::*;

    /// An AVI of these pictures, ten a second.
    fn avi(folder: &tempfile::TempDir, pictures: &[&[u8]]) -> std::path::PathBuf {
        let path = folder.path().join("a.avi");
        let mut file =
            File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let spec = AviSpec { width: 64, height: 48, fps: Rational { num: 10, den: 1 } };
        write_whole(&spec, 1, &mut file, |_, mut segment| {
            for picture in pictures {
                segment.push(picture)?;
            }
            Ok::<_, AviWriteError>(segment.finish()?.1)
        })
        .unwrap();
        path
    }

    #[test]
    fn pictures_are_listed_in_stretches_and_handed_out_as_they_stand() {
        let folder = tempfile::tempdir().unwrap();
        let path = avi(&folder, &[b"\xFF\xD8one", b"\xFF\xD8second", b"no picture"]);
        let seen = list(&path, 1, 5).unwrap();
        assert_eq!((seen.count, seen.width, seen.height, seen.per_sec), (3, Some(64), Some(48), Some(10.0)));
        let sizes: Vec<_> = seen.listed.iter().map(|one| (one.number, one.bytes, one.kind)).collect();
        assert_eq!(sizes, [(1, 8, None), (2, 10, None)]);
        assert!(list(&path, u64::MAX, 5).unwrap().listed.is_empty());
        assert_eq!(one(&path, 1).unwrap(), b"\xFF\xD8second");
        assert_eq!(one(&path, 2), Err(Unseen::NotThis), "what is no JPEG is not called one");
        assert_eq!(one(&path, 3), Err(Unseen::NoPicture { count: 3 }));
    }

    #[test]
    fn a_file_that_is_no_avi_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, b"words 00dc\xFF\xD8words").unwrap();
        assert_eq!(list(&path, 0, 5), Err(Unseen::NotThis));
        assert_eq!(one(&path, 0), Err(Unseen::NotThis));
    }
}

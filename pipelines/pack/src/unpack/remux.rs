//! The pictures of any container as they are, without decoding.

use std::path::Path;

use reel_engine::RunError;
use reel_media::child::run_streaming;
use reel_media::{Ffmpeg, InputArgs, MediaError};
use reel_types::{CancelToken, FailureKind};

/// A picture of 16384 pixels both ways in 4:4:4 takes less.
const PICTURE_BYTES_MAX: usize = 1 << 30;

/// Hands each JPEG of a stream to `each` until that answers false.
pub(super) fn pictures(
    ffmpeg: &Ffmpeg,
    path: &Path,
    stream_index: u32,
    cancel: &CancelToken,
    mut each: impl FnMut(&[u8]) -> Result<bool, RunError>,
) -> Result<(), RunError> {
    let spec = ffmpeg
        .command()
        .args(["-v", "error"])
        .args(InputArgs::source(path).args())
        .args(["-map".to_owned(), format!("0:{stream_index}")])
        .args(["-c", "copy", "-f", "mjpeg", "pipe:1"]);
    let mut splitter = Splitter::default();
    // `Some(Ok)`: enough was seen; the child is ended by the error that says so.
    let mut ended: Option<Result<(), RunError>> = None;
    let enough = || MediaError::UnexpectedOutput { program: "ffmpeg", detail: "enough".to_owned() };
    let ran = run_streaming(&spec, cancel, |bytes| {
        splitter.feed(bytes, |jpeg| match each(jpeg) {
            Ok(true) => true,
            Ok(false) => {
                ended = Some(Ok(()));
                false
            }
            Err(error) => {
                ended = Some(Err(error));
                false
            }
        });
        match (&ended, splitter.held_bytes() > PICTURE_BYTES_MAX) {
            (None, false) => Ok(()),
            _ => Err(enough()),
        }
    });
    match (ended, ran) {
        (Some(ended), _) => ended,
        (None, Err(error)) if error.is_cancelled() => Err(RunError::Cancelled),
        // A container that is cut off gives what it had.
        (None, Ok(_) | Err(MediaError::ChildFailed { .. })) => Ok(()),
        (None, Err(error)) => Err(RunError::failed(FailureKind::Input, error.to_string())),
    }
}

/// Cuts a stream of JPEGs behind one another into JPEGs.
#[derive(Default)]
struct Splitter {
    held: Vec<u8>,
    /// How far `held` was looked through for the end of a picture.
    looked: usize,
}

impl Splitter {
    fn held_bytes(&self) -> usize {
        self.held.len()
    }

    fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8]) -> bool) {
        self.held.extend_from_slice(bytes);
        let mut begin = 0;
        while let Some(end) = self.end() {
            if !each(&self.held[begin..end]) {
                break;
            }
            begin = end;
        }
        self.held.drain(..begin);
        self.looked -= begin.min(self.looked);
    }

    /// Behind the next end-of-image that another picture follows, or that ends what is there. A thumbnail in a
    /// marker segment has one, too, and is no end: what follows it is no picture.
    fn end(&mut self) -> Option<usize> {
        loop {
            let rest = self.held.get(self.looked..)?;
            let at = self.looked
                + rest.windows(2).position(|pair| pair == [0xFF, 0xD9]).or_else(|| {
                    // The last byte may be the first half of a marker.
                    self.looked = self.held.len().saturating_sub(1).max(self.looked);
                    None
                })?;
            let end = at + 2;
            match self.held.get(end..end + 2) {
                Some([0xFF, 0xD8]) | None => {
                    self.looked = end;
                    return Some(end);
                }
                Some(_) => self.looked = end,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_apart_however_they_arrive() {
        let one = [&[0xFF, 0xD8][..], b"abc", &[0xFF, 0xD9], b"thumb", &[0xFF, 0xD9]].concat();
        let two = [&[0xFF, 0xD8][..], &[9; 100], &[0xFF, 0xD9]].concat();
        let stream = [one.clone(), two.clone(), two.clone()].concat();
        for step in [200, 64, 12] {
            let (mut splitter, mut seen) = (Splitter::default(), Vec::new());
            for part in stream.chunks(step) {
                splitter.feed(part, |jpeg| {
                    seen.push(jpeg.to_vec());
                    true
                });
            }
            assert_eq!(seen.concat(), stream, "{step}");
            assert!(seen.len() >= 3, "{step}");
        }
    }
}

//! Finding the frames of an AVI and reading them.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::Path;

use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use super::error::AviError;
use super::odml::{frames_by_idx1, frames_by_super_index};
use super::walk::{Opening, read_opening, walk_frames};
use super::window::Window;

/// Frames that a list holds at most.
pub const FRAME_COUNT_MAX: usize = 1 << 23;

/// Where a frame stands in its file. It lies wholly within the file and has at most 2^30 bytes; frames follow each other
/// without overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameSpan {
    /// Bytes before it.
    pub offset: u64,
    /// Its bytes.
    pub len: u32,
}

impl FrameSpan {
    /// The first byte behind it.
    pub fn end(self) -> u64 {
        self.offset.saturating_add(u64::from(self.len))
    }

    /// Replaces the content of `out` by the frame. Several threads may read from one file.
    ///
    /// # Errors
    /// What the system says, or that the file ends before the frame does.
    pub fn read(self, file: &File, out: &mut Vec<u8>) -> io::Result<()> {
        out.resize(self.len as usize, 0);
        file.read_exact_at(out, self.offset)
    }
}

/// An AVI whose frames are known. Frames can be read from several threads at once.
#[derive(Debug)]
pub struct AviReader {
    file: File,
    list: FrameList,
}

/// What the structure of an AVI tells.
#[derive(Debug)]
pub(super) struct FrameList {
    pub opening: Opening,
    pub frames: Vec<FrameSpan>,
    pub recovered: bool,
}

impl AviReader {
    /// Finds the frames by the super index and the indexes of the segments, else by the old index, else by walking
    /// through the file and searching where it is damaged. A file that lost its beginning or its end gives the frames
    /// that are left; a last frame that is cut off is listed as long as it is.
    ///
    /// # Errors
    /// [`AviError`] when the file cannot be read or has no frames.
    pub fn open(path: &Path) -> Result<Self, AviError> {
        let file = File::open(path)?;
        let list = list_frames(&file)?;
        Ok(Self { file, list })
    }

    /// Frames found.
    pub fn frame_count(&self) -> usize {
        self.list.frames.len()
    }

    /// Frames a second, when the header says so.
    pub fn fps(&self) -> Option<Rational> {
        self.list.opening.fps
    }

    /// Width and height in pixels, when the header says so.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.list.opening.size
    }

    /// Four characters that name the coding of the pictures, when the header says so. Ours is `MJPG`.
    pub fn codec(&self) -> Option<&str> {
        self.list.opening.codec.as_deref()
    }

    /// The places of all frames, in the order of the file.
    pub fn frames(&self) -> &[FrameSpan] {
        &self.list.frames
    }

    /// Whether the indexes were missing or wrong and the file was walked through instead.
    pub fn recovered(&self) -> bool {
        self.list.recovered
    }

    /// Replaces the content of `out` by frame `index`.
    ///
    /// # Errors
    /// [`AviError::NoSuchFrame`], [`AviError::Read`].
    pub fn read(&self, index: usize, out: &mut Vec<u8>) -> Result<(), AviError> {
        let frame_count = self.frame_count();
        let span = self.list.frames.get(index).ok_or(AviError::NoSuchFrame { index, frame_count })?;
        Ok(span.read(&self.file, out)?)
    }
}

/// The places of all frames of an AVI from any source, as [`AviReader::open`] finds them.
///
/// # Errors
/// As [`AviReader::open`].
pub fn find_frames<R: Read + Seek>(source: R) -> Result<Vec<FrameSpan>, AviError> {
    Ok(list_frames(source)?.frames)
}

/// Finds the frames of any source.
pub(super) fn list_frames<R: Read + Seek>(source: R) -> Result<FrameList, AviError> {
    let mut window = Window::new(source)?;
    let opening = read_opening(&mut window)?;
    let mut frames = match by_index(&mut window, &opening)? {
        Some(frames) => return Ok(FrameList { opening, frames, recovered: false }),
        None => walk_frames(&mut window, &opening)?,
    };
    if frames.is_empty() {
        return Err(match &opening.codec {
            Some(codec) => AviError::NoFrames { codec: codec.clone() },
            None if opening.is_avi => AviError::NoFrames { codec: "unknown".to_owned() },
            None => AviError::NotAvi,
        });
    }
    frames.shrink_to_fit();
    Ok(FrameList { opening, frames, recovered: true })
}

/// The frames by an index that can be true.
fn by_index<R: Read + Seek>(window: &mut Window<R>, opening: &Opening) -> io::Result<Option<Vec<FrameSpan>>> {
    if let Some(frames) = frames_by_super_index(window, opening)? {
        return Ok(Some(frames));
    }
    frames_by_idx1(window, opening)
}

//! The frames of a film that are decoded to look at it, in a small film of their own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use super::reader::{WebmBlock, WebmReader};
use super::verify::AlphaDecode;
use super::writer::{WebmFrame, WebmWriter};
use super::{DocType, WebmCodec, WebmSpec};
use crate::child;
use crate::error::MediaError;
use crate::formats::InputArgs;
use crate::tools::Ffmpeg;

const STALL: Duration = Duration::from_secs(60);
const TICK: Rational = Rational { num: 1, den: 25 };

/// Copies frames while a film is walked: all of them, or those that show whether decoding can begin at each key frame.
pub(super) struct Samples {
    writer: WebmWriter,
    path: PathBuf,
    codec: WebmCodec,
    decode: AlphaDecode,
    count: u64,
    /// Frames since the last key frame, that one included.
    since_key: Vec<WebmBlock>,
    colour: Vec<u8>,
    alpha: Vec<u8>,
}

/// A key frame and the one that leans on it.
const AFTER_KEY: usize = 2;
/// Frames from the last key frame on that are decoded at most.
const TAIL_MAX: usize = 16;

impl Samples {
    pub(super) fn create(
        scratch: &Path,
        codec: WebmCodec,
        (width, height): (u32, u32),
        decode: AlphaDecode,
    ) -> Result<Self, MediaError> {
        let path = scratch.join("alpha-samples.mkv");
        let mut spec = WebmSpec::new(codec, width, height, true);
        spec.doc_type = DocType::Matroska;
        Ok(Self {
            writer: WebmWriter::create(&path, &spec)?,
            path,
            codec,
            decode,
            count: 0,
            since_key: Vec::new(),
            colour: Vec::new(),
            alpha: Vec::new(),
        })
    }

    pub(super) fn take(&mut self, reader: &WebmReader, block: &WebmBlock) -> Result<(), MediaError> {
        // What comes before the first key frame cannot be decoded.
        if block.alpha.is_none() || (self.count == 0 && !block.is_key) {
            return Ok(());
        }
        if block.is_key {
            self.since_key.clear();
        }
        if self.decode == AlphaDecode::Full || self.since_key.len() < AFTER_KEY {
            self.write(reader, block)?;
        }
        if self.since_key.len() < TAIL_MAX {
            self.since_key.push(block.clone());
        }
        Ok(())
    }

    /// How many frames went in, how many came out with both planes, and what the decoder said.
    pub(super) fn decode(
        mut self,
        reader: &WebmReader,
        ffmpeg: &Ffmpeg,
        cancel: &CancelToken,
    ) -> Result<(u64, u64, String), MediaError> {
        if self.decode == AlphaDecode::Sampled {
            let tail = std::mem::take(&mut self.since_key);
            tail.iter().skip(AFTER_KEY).try_for_each(|block| self.write(reader, block))?;
        }
        let (asked, path) = (self.count, self.path);
        if asked == 0 {
            drop(self.writer);
            remove(&path)?;
            return Ok((0, 0, String::new()));
        }
        self.writer.finish()?;
        // FFmpeg's own decoder of VP9 does not look for alpha.
        let decoder = if self.codec == WebmCodec::Vp8 { "libvpx" } else { "libvpx-vp9" };
        let input = InputArgs::source(&path).option("-c:v", decoder);
        let child = ffmpeg.command().args(input.args()).args(["-map", "0:v:0", "-vf", "alphaextract"]);
        let child = child.args(["-fps_mode", "passthrough", "-f", "null", "-"]).with_progress();
        let mut decoded = 0;
        let result = child::run(&child.stall_timeout(STALL), cancel, |progress| decoded = progress.frame);
        remove(&path)?;
        match result {
            Ok(report) => {
                let said = report.stderr_tail.lines().next_back().unwrap_or("nothing was said").to_owned();
                Ok((asked, decoded, said))
            }
            Err(MediaError::ChildFailed { stderr_tail, .. }) if stderr_tail.contains("Unknown decoder") => {
                Err(ffmpeg.lacks(format!("decoder {decoder}")))
            }
            Err(MediaError::ChildFailed { reason, .. }) => Ok((asked, 0, reason)),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self, reader: &WebmReader, block: &WebmBlock) -> Result<(), MediaError> {
        let Some(alpha) = &block.alpha else { return Ok(()) };
        reader.read(&block.data, &mut self.colour)?;
        reader.read(alpha, &mut self.alpha)?;
        let time = Timestamp::new(i64::try_from(self.count).unwrap_or(i64::MAX), TICK);
        self.count += 1;
        self.writer.write_frame(&WebmFrame {
            time,
            duration_ticks: None,
            is_key: block.is_key,
            colour: &self.colour,
            alpha: Some(&self.alpha),
        })
    }
}

fn remove(path: &Path) -> Result<(), MediaError> {
    std::fs::remove_file(path).map_err(MediaError::io("remove", path))
}

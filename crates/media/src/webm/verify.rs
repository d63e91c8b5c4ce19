//! Whether a film really has an alpha plane, in every frame, and both planes decode.

use std::ops::Range;
use std::path::{Path, PathBuf};

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use super::reader::{WebmBlock, WebmReader};
use super::sample;
use super::{PacketHead, WebmCodec};
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// How much is decoded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum AlphaDecode {
    /// The first two frames from every key frame on, and 16 from the last one on.
    #[default]
    Sampled,
    /// Every frame.
    Full,
}

/// What a film with an alpha plane should hold.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct AlphaExpectation {
    /// Frames, where that is known.
    pub frame_count: Option<u64>,
    /// When each is shown, in ticks, where that is known; half a tick of the file's clock may be missing.
    pub times: Option<(Vec<i64>, Rational)>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// How much is decoded.
    pub decode: AlphaDecode,
}

/// One thing that is not as it should be.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum AlphaProblem {
    /// There is no track of pictures with alpha that can be decoded.
    #[error("its pictures are {codec}, which has no alpha plane in such a file")]
    Codec {
        /// As the file says it, or `missing`.
        codec: String,
    },
    /// Players do not look for alpha without it.
    #[error("the element AlphaMode is not set")]
    NoAlphaMode,
    /// Frames without an alpha packet.
    #[error("{count} frames have no alpha packet, the first is frame {first}")]
    NoAlphaPacket {
        /// Index of the first one.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Seeking there shows nothing, or the wrong alpha.
    #[error("the {plane} of frame {frame} is no key frame, and the file says that it is")]
    NoKey {
        /// `picture` or `alpha plane`.
        plane: &'static str,
        /// Which frame.
        frame: u64,
    },
    /// A plane has another size.
    #[error("the {plane} of frame {frame} is {found_width}x{found_height} instead of {width}x{height}")]
    Size {
        /// `picture` or `alpha plane`.
        plane: &'static str,
        /// Which frame.
        frame: u64,
        /// As it is.
        found_width: u32,
        /// As it is.
        found_height: u32,
        /// As it should be.
        width: u32,
        /// As it should be.
        height: u32,
    },
    /// Another number of frames.
    #[error("{found} frames instead of {expected}")]
    FrameCount {
        /// As it should be.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// A frame is shown at another time.
    #[error("frame {frame} is shown at {found_secs:.4} s instead of {expected_secs:.4} s")]
    Time {
        /// Which frame.
        frame: u64,
        /// As it should be.
        expected_secs: f64,
        /// As it is.
        found_secs: f64,
    },
    /// Frames do not decode.
    #[error("{decoded} of {asked} frames decode with their alpha plane: {detail}")]
    Undecodable {
        /// How many came out.
        decoded: u64,
        /// How many went in.
        asked: u64,
        /// What the decoder said.
        detail: String,
    },
}

/// What was seen.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct AlphaReport {
    /// Frames of the pictures.
    pub frame_count: u64,
    /// In packets of the pictures.
    pub colour_bytes: u64,
    /// In packets of the alpha plane.
    pub alpha_bytes: u64,
    /// Frames of which both planes were decoded.
    pub decoded_count: u64,
    /// What is not as it should be.
    pub problems: Vec<AlphaProblem>,
    /// The file.
    pub path: PathBuf,
}

impl AlphaReport {
    /// The report, or the problems as an error.
    ///
    /// # Errors
    /// [`MediaError::Unverified`] with the first three problems.
    pub fn into_result(self) -> Result<Self, MediaError> {
        if self.problems.is_empty() {
            return Ok(self);
        }
        let shown: Vec<String> = self.problems.iter().take(3).map(ToString::to_string).collect();
        Err(MediaError::Unverified { path: self.path, detail: shown.join("; ") })
    }
}

/// Looks whether the first track of pictures is what `expectation` says, with alpha. `scratch` takes a file of at most
/// the film's size. A problem of the film is in the report; an error is one of the looking.
///
/// # Errors
/// [`MediaError::Truncated`] and [`MediaError::Damaged`] for a file that cannot be walked; [`MediaError::MissingAbility`]
/// without FFmpeg's decoder `libvpx`; those of a child.
pub fn verify_alpha(
    ffmpeg: &Ffmpeg,
    path: &Path,
    expectation: &AlphaExpectation,
    scratch: &Path,
    cancel: &CancelToken,
) -> Result<AlphaReport, MediaError> {
    let mut reader = WebmReader::open(path)?;
    let mut report = AlphaReport { path: path.to_owned(), ..AlphaReport::default() };
    let Some(track) = reader.video().cloned() else {
        report.problems.push(AlphaProblem::Codec { codec: "missing".to_owned() });
        return Ok(report);
    };
    let Some(codec) = WebmCodec::from_id(&track.codec_id).filter(|codec| *codec != WebmCodec::Av1) else {
        report.problems.push(AlphaProblem::Codec { codec: track.codec_id });
        return Ok(report);
    };
    if !track.alpha_mode {
        report.problems.push(AlphaProblem::NoAlphaMode);
    }
    let mut look = Look {
        codec,
        size: expectation.size.unwrap_or((track.width, track.height)),
        packet: Vec::new(),
        missing: None,
        report,
    };
    let mut samples = sample::Samples::create(scratch, codec, look.size, expectation.decode)?;
    while let Some(block) = reader.next_block()? {
        if block.track_number != track.number {
            continue;
        }
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        look.time(&reader, &block, expectation);
        look.packets(&reader, &block)?;
        samples.take(&reader, &block)?;
        look.report.frame_count += 1;
    }
    let mut report = look.report;
    report.problems.extend(look.missing.map(|(first, count)| AlphaProblem::NoAlphaPacket { first, count }));
    let found = report.frame_count;
    let expected =
        expectation.frame_count.or(expectation.times.as_ref().map(|(ticks, _)| ticks.len() as u64));
    if let Some(expected) = expected.filter(|expected| *expected != found) {
        report.problems.push(AlphaProblem::FrameCount { expected, found });
    }
    let (asked, decoded, detail) = samples.decode(&reader, ffmpeg, cancel)?;
    report.decoded_count = decoded;
    if decoded != asked {
        report.problems.push(AlphaProblem::Undecodable { decoded, asked, detail });
    }
    Ok(report)
}

/// What is looked at in each frame.
struct Look {
    codec: WebmCodec,
    size: (u32, u32),
    packet: Vec<u8>,
    /// The first frame without alpha, and how many there are.
    missing: Option<(u64, u64)>,
    report: AlphaReport,
}

/// Problems of one sort would fill a report of a long film.
const PROBLEMS_MAX: usize = 16;
/// The head of a packet is found in so many bytes.
const HEAD_BYTES: u64 = 64;

impl Look {
    fn time(&mut self, reader: &WebmReader, block: &WebmBlock, expectation: &AlphaExpectation) {
        let Some((ticks, base)) = &expectation.times else { return };
        let frame = self.report.frame_count;
        let Some(ticks) = usize::try_from(frame).ok().and_then(|frame| ticks.get(frame)) else { return };
        let expected = Timestamp::new(*ticks, *base);
        let found = reader.time(block);
        if expected.rescale(reader.time_base()).is_none_or(|expected| expected.ticks != block.ticks) {
            let (expected_secs, found_secs) = (expected.as_secs(), found.as_secs());
            self.problem(AlphaProblem::Time { frame, expected_secs, found_secs });
        }
    }

    fn packets(&mut self, reader: &WebmReader, block: &WebmBlock) -> Result<(), MediaError> {
        let frame = self.report.frame_count;
        self.report.colour_bytes += block.data.end - block.data.start;
        self.plane(reader, block, &block.data, "picture")?;
        let Some(alpha) = block.alpha.as_ref().filter(|alpha| !alpha.is_empty()) else {
            let (first, count) = self.missing.unwrap_or((frame, 0));
            self.missing = Some((first, count + 1));
            return Ok(());
        };
        self.report.alpha_bytes += alpha.end - alpha.start;
        self.plane(reader, block, alpha, "alpha plane")
    }

    fn plane(
        &mut self,
        reader: &WebmReader,
        block: &WebmBlock,
        range: &Range<u64>,
        plane: &'static str,
    ) -> Result<(), MediaError> {
        let frame = self.report.frame_count;
        let head = range.start..range.end.min(range.start.saturating_add(HEAD_BYTES));
        reader.read(&head, &mut self.packet)?;
        let head = PacketHead::parse(self.codec, &self.packet).unwrap_or_default();
        if block.is_key && !head.is_key {
            self.problem(AlphaProblem::NoKey { plane, frame });
        }
        let (width, height) = self.size;
        if let Some((found_width, found_height)) = head.size.filter(|size| *size != self.size) {
            self.problem(AlphaProblem::Size { plane, frame, found_width, found_height, width, height });
        }
        Ok(())
    }

    fn problem(&mut self, problem: AlphaProblem) {
        if self.report.problems.len() < PROBLEMS_MAX {
            self.report.problems.push(problem);
        }
    }
}

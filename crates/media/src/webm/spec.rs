//! What a WebM or Matroska file of ours should hold.

use std::path::PathBuf;

use reel_types::time::Rational;

use crate::probe::ColourInfo;
use crate::spatial::Spatial;

/// Which of the two file types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum DocType {
    /// Plays in browsers; sound is Opus or Vorbis.
    #[default]
    WebM,
    /// Any sound.
    Matroska,
}

impl DocType {
    /// As the file says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebM => "webm",
            Self::Matroska => "matroska",
        }
    }
}

/// What the packets of the pictures are, in the colour plane and in the alpha plane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WebmCodec {
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// AV1; wants a codec configuration.
    Av1,
}

impl WebmCodec {
    /// As the file names it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Vp8 => "V_VP8",
            Self::Vp9 => "V_VP9",
            Self::Av1 => "V_AV1",
        }
    }

    /// The one that a file names so.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Vp8, Self::Vp9, Self::Av1].into_iter().find(|codec| codec.id() == id)
    }

    /// The one that IVF names so.
    pub fn from_fourcc(fourcc: [u8; 4]) -> Option<Self> {
        match &fourcc {
            b"VP80" => Some(Self::Vp8),
            b"VP90" => Some(Self::Vp9),
            b"AV01" => Some(Self::Av1),
            _ => None,
        }
    }
}

/// The pictures.
#[derive(Clone, PartialEq, Debug)]
pub struct WebmVideo {
    /// What the packets are.
    pub codec: WebmCodec,
    /// The codec's configuration, where it has one (`av1C` of AV1).
    pub codec_private: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Shape of a pixel.
    pub sample_aspect: Rational,
    /// Whether every frame brings an alpha plane.
    pub has_alpha: bool,
    /// Frames per second where all are equally far apart; nothing otherwise.
    pub constant_rate: Option<Rational>,
    /// How numbers mean colours.
    pub colour: ColourInfo,
    /// Where the eyes are, and which surface is covered.
    pub spatial: Spatial,
    /// ISO 639 code.
    pub language: Option<String>,
    /// What the track is called.
    pub title: Option<String>,
}

/// One track of sound, copied from another WebM or Matroska file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebmAudio {
    /// That file.
    pub path: PathBuf,
    /// Its number there; nothing takes the first track of sound.
    pub track_number: Option<u64>,
    /// Added to all its times.
    pub offset_nanos: i64,
    /// ISO 639 code.
    pub language: Option<String>,
    /// What the track is called.
    pub title: Option<String>,
    /// Whether it is the one to take when nobody chooses.
    pub default: bool,
}

impl WebmAudio {
    /// The first track of sound of a file, as it is there.
    pub fn first_of(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            track_number: None,
            offset_nanos: 0,
            language: None,
            title: None,
            default: true,
        }
    }
}

/// One chapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebmChapter {
    /// Where it begins, in nanoseconds from the file's zero.
    pub start_nanos: u64,
    /// Where it ends.
    pub end_nanos: Option<u64>,
    /// What it is called.
    pub title: String,
    /// ISO 639-2 code of the title.
    pub language: Option<String>,
}

/// A whole file.
#[derive(Clone, PartialEq, Debug)]
pub struct WebmSpec {
    /// Which of the two file types.
    pub doc_type: DocType,
    /// The pictures.
    pub video: WebmVideo,
    /// The sound, in order.
    pub audio: Vec<WebmAudio>,
    /// What the film is called.
    pub title: Option<String>,
    /// Its chapters.
    pub chapters: Vec<WebmChapter>,
    /// Tags of the file, for example `ARTIST`.
    pub tags: Vec<(String, String)>,
    /// Tags of the track of pictures.
    pub video_tags: Vec<(String, String)>,
    /// Nanoseconds per tick of the file's clock; see [`tick_nanos_for`].
    pub tick_nanos: u32,
}

/// The tick of nearly all files of this kind.
pub const MILLISECOND_NANOS: u32 = 1_000_000;

/// The tick that keeps times of `time_base`: a millisecond where that is exact, else a tenth of one, which FFmpeg and
/// Chromium seek by as well. A finer one would make clusters shorter than three seconds.
pub fn tick_nanos_for(time_base: Rational) -> u32 {
    let is_exact = u64::from(time_base.num) * 1000 % u64::from(time_base.den.max(1)) == 0;
    if is_exact { MILLISECOND_NANOS } else { MILLISECOND_NANOS / 10 }
}

impl WebmSpec {
    /// Pictures of square pixels alone, in WebM, on a clock of a millisecond.
    pub fn new(codec: WebmCodec, width: u32, height: u32, has_alpha: bool) -> Self {
        let video = WebmVideo {
            codec,
            codec_private: Vec::new(),
            width,
            height,
            sample_aspect: Rational { num: 1, den: 1 },
            has_alpha,
            constant_rate: None,
            colour: ColourInfo::default(),
            spatial: Spatial::default(),
            language: None,
            title: None,
        };
        Self {
            doc_type: DocType::WebM,
            video,
            audio: Vec::new(),
            title: None,
            chapters: Vec::new(),
            tags: Vec::new(),
            video_tags: Vec::new(),
            tick_nanos: MILLISECOND_NANOS,
        }
    }
}

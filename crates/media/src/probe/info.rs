//! The facts about one file, in enums and units.

use reel_types::time::{Rational, Timestamp};
use serde::{Deserialize, Serialize};

use super::pixel::PixelFormat;
use super::rotation::Orientation;
use crate::formats::Container;

/// A file and its streams.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MediaInfo {
    /// The family of containers.
    pub container: Container,
    /// FFmpeg's own name of the demuxer, for example `mov,mp4,m4a,3gp,3g2,mj2`.
    pub format_name: String,
    /// As the container claims it; a damaged or hostile file may claim anything.
    pub duration_secs: Option<f64>,
    /// The smallest start time of all streams.
    pub start_secs: f64,
    /// Size of the file.
    pub size_bytes: u64,
    /// Bits per second over the whole file.
    pub bitrate_bits_per_sec: Option<u64>,
    /// Video streams, attached pictures included, in the file's order.
    pub video: Vec<VideoStream>,
    /// Audio streams in the file's order.
    pub audio: Vec<AudioStream>,
    /// Subtitle streams in the file's order.
    pub subtitles: Vec<SubtitleStream>,
    /// Data streams and attachments.
    pub other: Vec<OtherStream>,
    /// How many chapters there are.
    pub chapter_count: usize,
    /// Those of them that have times, in the file's order.
    #[serde(default)]
    pub chapters: Vec<Chapter>,
    /// The tag `title`.
    pub title: Option<String>,
    /// SMPTE time code of the first frame, where a track or a tag tells it.
    pub timecode: Option<String>,
}

/// A stretch of the film with a name, on the clock that its streams have as well.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chapter {
    /// Where it begins.
    pub start_nanos: i64,
    /// Where it ends, later than that.
    pub end_nanos: i64,
    /// The tag `title`.
    pub title: Option<String>,
}

/// The codecs that somebody asks about; the rest by FFmpeg's name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoCodec {
    /// H.264 / AVC.
    H264,
    /// H.265 / HEVC.
    Hevc,
    /// AV1.
    Av1,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
    /// MPEG-1 video.
    Mpeg1,
    /// MPEG-2 video.
    Mpeg2,
    /// MPEG-4 part 2 (Xvid, DivX).
    Mpeg4,
    /// Apple ProRes.
    ProRes,
    /// Motion JPEG, and JPEG stills.
    Mjpeg,
    /// PNG stills.
    Png,
    /// FFV1.
    Ffv1,
    /// Any other, by FFmpeg's name.
    Other(String),
}

/// Whether lines of two moments are woven into one picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOrder {
    /// Whole pictures.
    Progressive,
    /// The upper lines come first.
    TopFirst,
    /// The lower lines come first.
    BottomFirst,
    /// The stream does not tell.
    Unknown,
}

/// How numbers mean colours; FFmpeg's names, `None` where the stream does not tell.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ColourInfo {
    /// `tv` (16–235) or `pc` (0–255).
    pub range: Option<String>,
    /// For example `bt709`, `bt2020`.
    pub primaries: Option<String>,
    /// For example `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG).
    pub transfer: Option<String>,
    /// For example `bt709`, `bt2020nc`.
    pub matrix: Option<String>,
    /// For example `left`, `topleft`.
    pub chroma_location: Option<String>,
}

/// What the display on which it was graded could show (SMPTE ST 2086). Chromaticities are CIE 1931 x, y.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct MasteringDisplay {
    /// Red.
    pub red: (f64, f64),
    /// Green.
    pub green: (f64, f64),
    /// Blue.
    pub blue: (f64, f64),
    /// White.
    pub white: (f64, f64),
    /// Darkest, in candela per square metre.
    pub luminance_min_nits: f64,
    /// Brightest, in candela per square metre.
    pub luminance_max_nits: f64,
}

/// How bright the content is (CTA 861.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContentLight {
    /// MaxCLL: the brightest pixel, in candela per square metre.
    pub max_content_nits: u32,
    /// MaxFALL: the brightest frame on average, in candela per square metre.
    pub max_average_nits: u32,
}

/// What a stream is for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Disposition {
    /// The one to take when nobody chooses.
    pub default: bool,
    /// A still that belongs to the file (a cover), not a film.
    pub attached_picture: bool,
    /// Subtitles that are always shown.
    pub forced: bool,
}

/// One video stream.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VideoStream {
    /// Which stream of the file, counted over all sorts.
    pub index: u32,
    /// Its codec.
    pub codec: VideoCodec,
    /// For example `High`, `Main 10`.
    pub profile: Option<String>,
    /// Width in pixels as decoded, before rotation and before `sample_aspect`.
    pub width: u32,
    /// Height in pixels as decoded, before rotation.
    pub height: u32,
    /// Width with padding, as coded.
    pub coded_width: u32,
    /// Height with padding, as coded.
    pub coded_height: u32,
    /// How pixels are stored; `None` when no decoder could tell.
    pub pixel_format: Option<PixelFormat>,
    /// Shape of a pixel; 1/1 where the stream does not tell.
    pub sample_aspect: Rational,
    /// Shape of the picture, when told.
    pub display_aspect: Option<Rational>,
    /// Frames per second over the whole stream.
    pub average_rate: Option<Rational>,
    /// The least rate that holds all time stamps, as FFmpeg guesses it.
    pub real_rate: Option<Rational>,
    /// Seconds per tick of time stamps.
    pub time_base: Rational,
    /// How a player turns the picture.
    pub orientation: Orientation,
    /// Whether it is interlaced.
    pub field_order: FieldOrder,
    /// How numbers mean colours.
    pub colour: ColourInfo,
    /// HDR10: the mastering display.
    pub mastering: Option<MasteringDisplay>,
    /// HDR10: the light levels.
    pub content_light: Option<ContentLight>,
    /// Whether there is a Dolby Vision record.
    pub dolby_vision: bool,
    /// Whether an alpha plane comes along, in the pixel format or beside the picture (WebM `alpha_mode`).
    pub has_alpha: bool,
    /// Stereo or spherical side data, by FFmpeg's names.
    pub spatial: Vec<String>,
    /// What it is for.
    pub disposition: Disposition,
    /// Time of its first frame.
    pub start: Option<Timestamp>,
    /// As the container claims it.
    pub duration_secs: Option<f64>,
    /// Frames as the container claims them.
    pub frame_count: Option<u64>,
    /// Bits per second.
    pub bitrate_bits_per_sec: Option<u64>,
    /// ISO 639 code.
    pub language: Option<String>,
}

/// One audio stream.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AudioStream {
    /// Which stream of the file, counted over all sorts.
    pub index: u32,
    /// FFmpeg's name, for example `aac`.
    pub codec: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// How many channels.
    pub channel_count: u32,
    /// For example `stereo`, `5.1(side)`; `None` where the stream does not tell.
    pub channel_layout: Option<String>,
    /// For example `fltp`.
    pub sample_format: Option<String>,
    /// Its packets, when they were counted.
    #[serde(default)]
    pub packet_count: Option<u64>,
    /// Seconds per tick of time stamps.
    pub time_base: Rational,
    /// Time of its first sample.
    pub start: Option<Timestamp>,
    /// As the container claims it.
    pub duration_secs: Option<f64>,
    /// Bits per second.
    pub bitrate_bits_per_sec: Option<u64>,
    /// ISO 639 code.
    pub language: Option<String>,
    /// The tag `title`.
    pub title: Option<String>,
    /// What it is for.
    pub disposition: Disposition,
}

/// One subtitle stream.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SubtitleStream {
    /// Which stream of the file, counted over all sorts.
    pub index: u32,
    /// FFmpeg's name, for example `mov_text`, `subrip`, `hdmv_pgs_subtitle`.
    pub codec: String,
    /// Whether it is pictures (PGS, DVD, DVB) and not text.
    pub is_bitmap: bool,
    /// ISO 639 code.
    pub language: Option<String>,
    /// The tag `title`.
    pub title: Option<String>,
    /// What it is for.
    pub disposition: Disposition,
}

/// A stream of another sort.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OtherStream {
    /// Which stream of the file, counted over all sorts.
    pub index: u32,
    /// `data`, `attachment`, or what FFmpeg calls it.
    pub kind: String,
    /// FFmpeg's name of its codec, or its four-character tag.
    pub codec: Option<String>,
}

impl MediaInfo {
    /// The film to work on: the default video stream that is no attached picture, else the first that is none.
    pub fn main_video(&self) -> Option<&VideoStream> {
        let films = || self.video.iter().filter(|stream| !stream.disposition.attached_picture);
        films().find(|stream| stream.disposition.default).or_else(|| films().next())
    }
}

impl VideoStream {
    /// Width and height in pixels after the player turned the picture.
    pub fn shown_size(&self) -> (u32, u32) {
        if self.orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Whether brightness is coded as PQ or HLG.
    pub fn is_hdr(&self) -> bool {
        matches!(self.colour.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"))
    }

    /// Whether lines of two moments are woven into one picture.
    pub fn is_interlaced(&self) -> bool {
        matches!(self.field_order, FieldOrder::TopFirst | FieldOrder::BottomFirst)
    }
}

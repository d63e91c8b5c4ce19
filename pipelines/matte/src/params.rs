//! What a person chooses.

use clap::ValueEnum;
use reel_device::DeviceWish;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{Backdrop, BatchSize, ChunkChoice, DownsampleRatio, KeyColour, Levels, Moment};

/// How to cut people out.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// What tells people from their background
    #[arg(long, value_enum, default_value_t)]
    pub model: Model,

    /// For rvm or onnx: a network that was added to the models (reel models add), by its name
    #[arg(long, value_name = "NAME")]
    #[schemars(length(max = 64))]
    pub network: Option<String>,

    /// What comes out [default: by the output's name; webm]
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// Speed against size and edges
    #[arg(long, value_enum, default_value_t)]
    pub quality: Quality,

    /// Two eyes in one picture: each is cut out by itself, and nothing crosses the seam
    #[arg(long, value_enum, default_value_t)]
    pub stereo: Stereo,

    /// How much smaller rvm looks at the picture first: auto, or 0.05 to 1
    #[arg(long, default_value_t, value_name = "auto|R")]
    #[schemars(with = "String")]
    pub downsample_ratio: DownsampleRatio,

    /// The screen's colour for chroma, as RRGGBB [default: found at the picture's border]
    #[arg(long, value_name = "HEX")]
    #[schemars(with = "Option<String>")]
    pub key_colour: Option<KeyColour>,

    /// What stands behind the people instead of nothing: #RRGGBB, or blur
    #[arg(skip)]
    #[schemars(with = "Option<String>")]
    pub background: Option<Backdrop>,

    /// Takes so many pixels off the edge; below zero adds them
    #[arg(long, value_name = "PX", allow_negative_numbers = true, value_parser = clap::value_parser!(i8).range(-16..=16))]
    #[schemars(range(min = -16, max = 16))]
    pub erode: Option<i8>,

    /// Softens the edge by so many pixels
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u8).range(0..=32))]
    #[schemars(range(max = 32))]
    pub feather: Option<u8>,

    /// What counts as nothing and as all, from 0 to 255: LOW,HIGH
    #[arg(long, value_name = "LOW,HIGH")]
    #[schemars(with = "Option<String>")]
    pub levels: Option<Levels>,

    /// Begin here: seconds, or [HH:]MM:SS
    #[arg(long, value_name = "TIME")]
    #[schemars(with = "Option<String>")]
    pub start: Option<Moment>,

    /// Only so much: seconds, or [HH:]MM:SS
    #[arg(long, value_name = "TIME")]
    #[schemars(with = "Option<String>")]
    pub duration: Option<Moment>,

    /// A picture of nine frames on a checkerboard instead of the film, within seconds
    #[arg(long)]
    pub preview: bool,

    /// Cut the work into chunks, of which a kill costs one at most: auto, none, or about so many seconds each
    #[arg(long, default_value_t, value_name = "auto|none|SECS")]
    #[schemars(with = "String")]
    pub chunk: ChunkChoice,

    /// Without sound
    #[arg(long)]
    pub no_audio: bool,

    /// How many pictures a run of the network takes at most: eyes, and parts of a picture that are looked at closely
    #[arg(long, default_value_t, value_name = "auto|N")]
    #[schemars(with = "String")]
    pub batch_size: BatchSize,

    /// Where to work: auto, cpu, gpu, gpu:N
    #[arg(long, default_value_t, value_name = "auto|cpu|gpu|gpu:N")]
    #[schemars(with = "String")]
    pub device: DeviceWish,

    /// Whether the result is one picture and not a folder of them; the command line fills it in.
    #[arg(skip)]
    #[schemars(skip)]
    pub one_picture: bool,

    /// Which source holds the network that --weights named; the command line fills it in.
    #[arg(skip)]
    #[schemars(skip)]
    pub weights_source: Option<u32>,

    /// Which source holds the picture that --background named; the command line fills it in.
    #[arg(skip)]
    #[schemars(skip)]
    pub background_source: Option<u32>,
}

/// What tells people from their background.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Model {
    /// A small network that is brought along: people near the camera, and smaller ones by looking closer.
    #[default]
    Selfie,
    /// No network: a screen of one colour behind them.
    Chroma,
    /// Robust Video Matting: the file that --weights names, or the model that --network names.
    Rvm,
    /// Any network that makes a matte of one picture: the file that --weights names, or the model that --network names.
    Onnx,
}

/// What comes out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Format {
    /// VP9 with alpha in WebM: plays in browsers at once.
    #[default]
    Webm,
    /// `ProRes` 4444 in MOV, for editors.
    Prores,
    /// HEVC with alpha in MOV, as iOS and macOS play it; where an encoder for that is here.
    Hevc,
    /// FFV1 in Matroska, without loss.
    Ffv1,
    /// A PNG for each frame.
    Png,
    /// H.264 on a green, or another, background.
    Green,
    /// The matte alone, as grey H.264.
    Matte,
    /// H.264 with the matte in the corners, as `DeoVR` and `HereSphere` play it.
    Deovr,
}

/// Speed against size and edges.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Quality {
    /// Fast, to look at.
    Draft,
    /// What most want.
    #[default]
    Balanced,
    /// Slow encoding, fewer losses.
    Best,
}

/// Two eyes in one picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Stereo {
    /// As the file says.
    #[default]
    Auto,
    /// One picture.
    None,
    /// Side by side.
    Sbs,
    /// One above the other.
    Tb,
}

impl Format {
    /// Endings of file names that mean it; the first is the one it gets. `Png` is a folder.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Webm => "webm",
            Self::Prores | Self::Hevc => "mov",
            Self::Ffv1 => "mkv",
            Self::Png => "png",
            Self::Green | Self::Matte | Self::Deovr => "mp4",
        }
    }

    /// The media type of the result.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Webm => "video/webm",
            Self::Prores | Self::Hevc => "video/quicktime",
            Self::Ffv1 => "video/x-matroska",
            Self::Png => "image/png",
            Self::Green | Self::Matte | Self::Deovr => "video/mp4",
        }
    }

    /// Whether it has an alpha plane.
    pub fn has_alpha(self) -> bool {
        matches!(self, Self::Webm | Self::Prores | Self::Hevc | Self::Ffv1 | Self::Png)
    }
}

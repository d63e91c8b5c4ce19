//! Which files a result can be in, and what each takes.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codec::Codec;
use crate::params::AudioChoice;

/// The file format of the result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Container {
    /// MP4, its index in front.
    #[default]
    Mp4,
    /// Matroska.
    Mkv,
    /// WebM: VP9 or AV1 with Opus.
    Webm,
    /// QuickTime.
    Mov,
}

impl Container {
    /// The container that a file name's extension asks for; nothing when it is none of ours.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" => Some(Self::Mp4),
            "mkv" => Some(Self::Mkv),
            "webm" => Some(Self::Webm),
            "mov" => Some(Self::Mov),
            _ => None,
        }
    }

    /// The usual extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mkv => "mkv",
            Self::Webm => "webm",
            Self::Mov => "mov",
        }
    }

    /// FFmpeg's name of the muxer.
    pub fn muxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mkv => "matroska",
            Self::Webm => "webm",
            Self::Mov => "mov",
        }
    }

    /// The media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Mkv => "video/x-matroska",
            Self::Webm => "video/webm",
            Self::Mov => "video/quicktime",
        }
    }

    /// Whether it is of the MP4 family: exact clocks of any rate, edit lists.
    pub fn is_mp4_family(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
    }

    /// Whether it takes this codec.
    pub fn takes(self, codec: Codec) -> bool {
        match self {
            Self::Mp4 | Self::Mkv => true,
            Self::Webm => matches!(codec, Codec::Vp9 | Codec::Av1),
            Self::Mov => matches!(codec, Codec::H264 | Codec::Hevc),
        }
    }

    /// The codec when nothing was asked for.
    pub fn default_codec(self) -> Codec {
        if self == Self::Webm { Codec::Vp9 } else { Codec::H264 }
    }

    /// The sound when nothing was asked for.
    pub fn default_audio(self) -> AudioChoice {
        if self == Self::Webm { AudioChoice::Opus } else { AudioChoice::Aac }
    }

    /// Whether it takes sound of this codec (FFmpeg's name).
    pub fn takes_audio(self, codec: &str) -> bool {
        const MP4: [&str; 7] = ["aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"];
        const MOV: [&str; 5] = ["aac", "mp3", "ac3", "alac", "eac3"];
        match self {
            Self::Mkv => true,
            Self::Webm => matches!(codec, "opus" | "vorbis"),
            Self::Mp4 => MP4.contains(&codec),
            Self::Mov => MOV.contains(&codec) || codec.starts_with("pcm_"),
        }
    }
}

//! Which codecs there are, and which encoders of FFmpeg make them.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How pictures are coded in the result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Codec {
    /// H.264: plays everywhere.
    H264,
    /// HEVC (H.265): about a third smaller, plays on newer devices.
    Hevc,
    /// AV1: smaller again, slower to make.
    Av1,
    /// VP9: for WebM.
    Vp9,
}

/// An encoder, by FFmpeg's name.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Encoder {
    /// H.264 on the CPU.
    Libx264,
    /// HEVC on the CPU.
    Libx265,
    /// AV1 on the CPU.
    Libsvtav1,
    /// VP9 on the CPU.
    #[serde(rename = "libvpx-vp9")]
    #[value(name = "libvpx-vp9")]
    LibvpxVp9,
    /// H.264 on an NVIDIA GPU.
    #[serde(rename = "h264_nvenc")]
    #[value(name = "h264_nvenc")]
    H264Nvenc,
    /// HEVC on an NVIDIA GPU.
    #[serde(rename = "hevc_nvenc")]
    #[value(name = "hevc_nvenc")]
    HevcNvenc,
    /// AV1 on an NVIDIA GPU.
    #[serde(rename = "av1_nvenc")]
    #[value(name = "av1_nvenc")]
    Av1Nvenc,
}

impl Codec {
    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
            Self::Vp9 => "vp9",
        }
    }

    /// The encoder that works without a GPU.
    pub fn cpu_encoder(self) -> Encoder {
        match self {
            Self::H264 => Encoder::Libx264,
            Self::Hevc => Encoder::Libx265,
            Self::Av1 => Encoder::Libsvtav1,
            Self::Vp9 => Encoder::LibvpxVp9,
        }
    }

    /// The encoder on a GPU, where there is one for this codec.
    pub fn gpu_encoder(self) -> Option<Encoder> {
        match self {
            Self::H264 => Some(Encoder::H264Nvenc),
            Self::Hevc => Some(Encoder::HevcNvenc),
            Self::Av1 => Some(Encoder::Av1Nvenc),
            Self::Vp9 => None,
        }
    }
}

impl Encoder {
    /// FFmpeg's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Libx264 => "libx264",
            Self::Libx265 => "libx265",
            Self::Libsvtav1 => "libsvtav1",
            Self::LibvpxVp9 => "libvpx-vp9",
            Self::H264Nvenc => "h264_nvenc",
            Self::HevcNvenc => "hevc_nvenc",
            Self::Av1Nvenc => "av1_nvenc",
        }
    }

    /// What it makes.
    pub fn codec(self) -> Codec {
        match self {
            Self::Libx264 | Self::H264Nvenc => Codec::H264,
            Self::Libx265 | Self::HevcNvenc => Codec::Hevc,
            Self::Libsvtav1 | Self::Av1Nvenc => Codec::Av1,
            Self::LibvpxVp9 => Codec::Vp9,
        }
    }

    /// Whether it needs a GPU.
    pub fn is_gpu(self) -> bool {
        matches!(self, Self::H264Nvenc | Self::HevcNvenc | Self::Av1Nvenc)
    }

    /// Constant quality when nothing was asked for, on the scale of the codec's CPU encoder.
    pub fn default_crf(self) -> u8 {
        match self.codec() {
            Codec::H264 => 23,
            Codec::Hevc => 28,
            Codec::Av1 => 35,
            Codec::Vp9 => 31,
        }
    }

    /// The largest (worst) constant quality of the codec's CPU encoder.
    pub fn crf_max(self) -> u8 {
        match self.codec() {
            Codec::H264 | Codec::Hevc => 51,
            Codec::Av1 | Codec::Vp9 => 63,
        }
    }

    /// Whether two passes can be made through FFmpeg. SVT-AV1's wrapper has none; NVENC does both in one process.
    pub fn has_two_pass(self) -> bool {
        self != Self::Libsvtav1
    }

    /// Whether one process leaves cores idle, so that chunks side by side are faster.
    pub fn gains_from_parallel_chunks(self) -> bool {
        self == Self::LibvpxVp9
    }
}

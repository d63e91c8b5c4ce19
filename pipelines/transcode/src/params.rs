//! What a person chooses.

use clap::ValueEnum;
use reel_device::DeviceWish;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codec::{Codec, Encoder};
use crate::container::Container;
use crate::words::{Bitrate, ChunkChoice, Resolution};

/// How to transcode.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Codec of the pictures [default: h264, for WebM vp9]
    #[arg(long, value_enum)]
    pub codec: Option<Codec>,

    /// One encoder by its FFmpeg name, instead of the best for the codec
    #[arg(long, value_enum, value_name = "NAME")]
    pub encoder: Option<Encoder>,

    /// Fit into this size: a height (720p) or a box (1280x720). Aspect is kept, nothing is enlarged
    #[arg(long, value_name = "720p|WxH")]
    #[schemars(with = "Option<String>")]
    pub resolution: Option<Resolution>,

    /// Speed against size; `cpu` is medium without a GPU
    #[arg(long, value_enum, default_value_t)]
    pub preset: Preset,

    /// Constant quality, smaller is better [default: h264 23, hevc 28, av1 35, vp9 31]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=63), conflicts_with = "bitrate")]
    #[schemars(range(max = 63))]
    pub crf: Option<u8>,

    /// Average bits a second instead of constant quality: 800k, 5M
    #[arg(long, value_name = "RATE")]
    #[schemars(with = "Option<String>")]
    pub bitrate: Option<Bitrate>,

    /// Look at everything once before encoding; needs --bitrate
    #[arg(long, requires = "bitrate")]
    pub two_pass: bool,

    /// What happens to the sound [default: aac, for WebM opus]
    #[arg(long, value_enum)]
    pub audio: Option<AudioChoice>,

    /// Cut the work into chunks: auto, none, or about so many seconds each
    #[arg(long, default_value_t, value_name = "auto|none|SECS")]
    #[schemars(with = "String")]
    pub chunk: ChunkChoice,

    /// Fail on a damaged source instead of delivering what can be had
    #[arg(long)]
    pub strict: bool,

    /// How the result is checked: quick walks all packets and decodes both ends and the seams, full decodes all
    #[arg(long, value_enum, default_value_t)]
    pub verify: VerifyDepth,

    /// Where to work: auto, cpu, gpu, gpu:N
    ///
    /// `auto` takes a GPU where one works. `gpu` and `gpu:N` (N as `reel gpu` shows it) ask for one. Where it cannot,
    /// the CPU does the work and the result says why. `cpu` looks for no GPU.
    #[arg(long, default_value_t, value_name = "auto|cpu|gpu|gpu:N")]
    #[schemars(with = "String")]
    pub device: DeviceWish,

    /// File format of the result; the command line takes it from the output's name
    #[arg(long, value_enum, hide = true)]
    pub container: Option<Container>,
}

/// Speed against size, in the words of x264.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are x264's and say it all")]
pub enum Preset {
    Ultrafast,
    Superfast,
    Veryfast,
    Faster,
    Fast,
    #[default]
    Medium,
    Slow,
    Slower,
    Veryslow,
    /// Medium, and never on a GPU.
    Cpu,
}

impl Preset {
    /// The word for x264 and x265.
    pub fn as_x264(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium | Self::Cpu => "medium",
            Self::Slow => "slow",
            Self::Slower => "slower",
            Self::Veryslow => "veryslow",
        }
    }
}

/// What happens to the sound.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum AudioChoice {
    /// The packets as they are.
    Copy,
    /// AAC.
    Aac,
    /// Opus.
    Opus,
    /// No sound.
    None,
}

/// How the result is checked.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum VerifyDepth {
    /// Every packet walked; both ends and the seams decoded.
    #[default]
    Quick,
    /// Everything decoded.
    Full,
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn parsed(line: &str) -> Result<Params, clap::Error> {
        let command = Params::augment_args(clap::Command::new("transcode"));
        command.clone().debug_assert();
        let matches = command.try_get_matches_from(line.split_whitespace())?;
        Params::from_arg_matches(&matches)
    }

    #[test]
    fn the_command_line_and_json_say_the_same() {
        let line = "transcode --codec hevc --resolution 720p --preset slow --bitrate 5M --two-pass --audio copy \
                    --chunk 2.5 --strict --verify full --device gpu:1 --container mkv";
        let params = parsed(line).unwrap();
        let json = serde_json::json!({
            "codec": "hevc", "resolution": "720p", "preset": "slow", "bitrate": "5M", "two_pass": true,
            "audio": "copy", "chunk": "2.5", "strict": true, "verify": "full", "device": "gpu:1", "container": "mkv",
        });
        assert_eq!(serde_json::from_value::<Params>(json).unwrap(), params);
        assert_eq!(parsed("transcode").unwrap(), Params::default());
        assert_eq!(serde_json::from_str::<Params>("{}").unwrap(), Params::default());
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        for line in
            ["--crf 20 --bitrate 5M", "--two-pass", "--crf 64", "--codec mpeg2", "--encoder h264_vaapi"]
        {
            assert!(parsed(&format!("transcode {line}")).is_err(), "{line}");
        }
        assert!(serde_json::from_str::<Params>(r#"{"filter": "x"}"#).is_err());
    }
}

//! What a person chooses: `reel pack` and `reel unpack`.

use std::fmt;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use reel_device::DeviceWish;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stream::seal::SealTo;
use crate::stream::tar::Entry;
use crate::units::{ByteSize, Span, as_text};

/// How the bytes become pictures.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// For disks and copies: 98 % of the video is payload; no re-encode survives
    #[default]
    Archive,
    /// For video sites: cells of grey that survive a re-encode
    Share,
    /// The parameters of the old converter: cells of colour
    Legacy,
}

/// By what repair symbols are made.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCorrection {
    /// RaptorQ, RFC 6330
    #[default]
    Raptor,
    /// Reed-Solomon over 16 bits
    ReedSolomon,
}

/// Whether something is done.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// It is
    #[default]
    On,
    /// It is not
    Off,
}

/// What a `share` video must survive.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub enum Target {
    /// A site that gives 10 Mbit/s at 1080p
    #[default]
    #[value(name = "1080p-10M")]
    #[serde(rename = "1080p-10M")]
    Hd1080At10M,
    /// A site that gives 4 Mbit/s at 1080p
    #[value(name = "1080p-4M")]
    #[serde(rename = "1080p-4M")]
    Hd1080At4M,
    /// A site that gives 2 Mbit/s at 720p
    #[value(name = "720p-2M")]
    #[serde(rename = "720p-2M")]
    Hd720At2M,
    /// Anything down to 480p at 1 Mbit/s
    #[value(name = "paranoid")]
    #[serde(rename = "paranoid")]
    Paranoid,
}

impl From<Target> for crate::share::Target {
    fn from(target: Target) -> Self {
        match target {
            Target::Hd1080At10M => Self::Hd1080At10M,
            Target::Hd1080At4M => Self::Hd1080At4M,
            Target::Hd720At2M => Self::Hd720At2M,
            Target::Paranoid => Self::Paranoid,
        }
    }
}

/// Whether blocks are compressed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compress {
    /// Each block with zstd where that makes it smaller
    #[default]
    Auto,
    /// Not at all
    Off,
}

/// How closely the finished video is looked at.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verify {
    /// Every frame is read back and every block compared with its digest
    #[default]
    Full,
    /// Only the structure of the video is read back
    Quick,
}

/// Everything that `reel pack` can be told.
#[derive(Args, Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PackParams {
    /// How the bytes become pictures
    #[arg(long, value_enum, default_value_t, value_name = "PROFILE")]
    #[serde(default)]
    pub profile: Profile,
    /// What a `share` video must survive [default: 1080p-10M]
    #[arg(long, value_enum, value_name = "TARGET")]
    pub target: Option<Target>,
    /// Size of the pictures [default: 1920x1080]
    #[arg(long, value_name = "WxH")]
    pub resolution: Option<Size>,
    /// Pictures a second, 1 to 60 [default: archive 10, others 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    pub fps: Option<u32>,
    /// Colours of a `legacy` video, 2 to 256 [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_count: Option<u16>,
    /// Whether a cell of a `legacy` video is 3x3 pixels; else it is one [default: on]
    #[arg(long, value_enum, value_name = "WHETHER", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nine_to_one: Option<Switch>,
    /// By what the repair symbols of a `legacy` video are made [default: raptor]
    #[arg(long, value_enum, value_name = "CODE")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_correction: Option<ErrorCorrection>,
    /// Repair symbols for each source symbol, above 0 to 0.5 [default: archive 0.05, legacy 0.1, share by target]
    #[arg(long, value_name = "R")]
    pub error_correction_ratio: Option<Ratio>,
    /// Write no repair symbols: any damage loses bytes
    #[arg(long, conflicts_with = "error_correction_ratio")]
    #[serde(default)]
    pub no_error_correction: bool,
    /// Leave out the pictures that tell a person what this is
    #[arg(long)]
    #[serde(default)]
    pub no_metadata_frames: bool,
    /// Whether blocks are compressed
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    #[serde(default)]
    pub compress: Compress,
    /// How closely the finished video is looked at
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    #[serde(default)]
    pub verify: Verify,
    /// Cut into videos of at most this size, like 1GB or 700MiB: OUT.001.avi, OUT.002.avi and so on
    #[arg(long, value_name = "SIZE")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_size: Option<ByteSize>,
    /// Cut into videos that play at most this long, like 10m or 1h30m
    #[arg(long, value_name = "TIME")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_duration: Option<Span>,
    /// Several inputs or a folder as one tar stream: its entries, files in the order of the sources. Empty: one file.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub entries: Vec<Entry>,
    /// The one file is a tar stream already, and `unpack` makes a folder of it.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tar: bool,
    /// The name that `unpack` gives; for a tar stream that of the folder.
    #[arg(skip)]
    #[serde(default)]
    pub name: String,
    /// Write a `share` video as Matroska instead of MP4.
    #[arg(skip)]
    #[serde(default)]
    pub matroska: bool,
    /// What draws and measures the cells of a `share` or `legacy` video; the bytes are the same.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "is_auto")]
    #[schemars(with = "String")]
    pub device: DeviceWish,
    /// Encryption: the public half of the video's key, and the key sealed for its owner.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub seal: Option<Seal>,
}

impl PackParams {
    /// What does not go together, and what to do.
    pub fn contradiction(&self) -> Option<(String, &'static str)> {
        if self.profile == Profile::Share && self.resolution.is_some() {
            let message = "the size of a share video follows from its target";
            return Some((message.to_owned(), "leave --resolution out, or choose another --target"));
        }
        if self.profile != Profile::Share && self.target.is_some() {
            let message = "--target is of the profile share alone";
            return Some((message.to_owned(), "add --profile share, or leave it out"));
        }
        let legacy_only = [
            ("--color-count", self.color_count.is_some()),
            ("--nine-to-one", self.nine_to_one.is_some()),
            ("--error-correction", self.error_correction.is_some()),
        ];
        let given = legacy_only.iter().find(|(_, given)| *given && self.profile != Profile::Legacy)?;
        Some((format!("{} is of the profile legacy alone", given.0), "add --profile legacy, or leave it out"))
    }
}

/// How a video is sealed. Only the public half of its key is here, so it may lie in a queue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Seal {
    /// What blocks are sealed to.
    pub seal_to: SealTo,
    /// The secret half, itself sealed with a passphrase or for the keys of some people; base64.
    pub key: String,
}

/// Everything that `reel unpack` can be told.
#[derive(Args, Clone, PartialEq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnpackParams {
    /// Write what can be had when something is missing; holes are zeros and are named
    #[arg(long)]
    #[serde(default)]
    pub allow_partial: bool,
    /// Only read everything and say whether it holds; nothing is written
    #[arg(long, conflicts_with_all = ["output", "list", "allow_partial"])]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verify: bool,
    /// What measures the cells of a `share` or `legacy` video; the bytes are the same.
    #[arg(skip)]
    #[serde(default, skip_serializing_if = "is_auto")]
    #[schemars(with = "String")]
    pub device: DeviceWish,
}

fn is_auto(wish: &DeviceWish) -> bool {
    *wish == DeviceWish::Auto
}

/// Width and height in pixels, each from 64 to 8192 and even.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Size {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What a person may be told of a size that is none.
const SIZE_RANGE: &str = "a size is WIDTHxHEIGHT, like 1280x720, each even and from 64 to 8192";

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = match text {
            "720p" => "1280x720",
            "1080p" => "1920x1080",
            "2160p" | "4k" | "4K" => "3840x2160",
            other => other,
        };
        let sides = named.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let fits = |side: u32| (64..=8192).contains(&side) && side.is_multiple_of(2);
        match sides {
            Some((width, height)) if fits(width) && fits(height) => Ok(Self { width, height }),
            _ => Err(SIZE_RANGE.to_owned()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Above 0 to 0.5, as millionths, so that equal ratios are equal parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Ratio(u32);

impl Ratio {
    /// As a number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<f64>() {
            Ok(ratio) if ratio > 0.0 && ratio <= 0.5 => Ok(Self((ratio * 1e6).round().max(1.0) as u32)),
            _ => Err("Error correction failed: the ratio r is above 0 and at most 0.5 (0 < r <= 0.5); for none use --no-error-correction".to_owned()),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_f64())
    }
}

as_text!(Size);
as_text!(Ratio);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_of_another_profile_is_refused_by_name() {
        let target = PackParams { target: Some(Target::Paranoid), ..PackParams::default() };
        assert!(target.contradiction().is_some_and(|(message, _)| message.contains("--target")));
        assert_eq!(PackParams { profile: Profile::Share, ..target }.contradiction(), None);
        let colours = PackParams { color_count: Some(8), ..PackParams::default() };
        assert!(colours.contradiction().is_some_and(|(message, _)| message.contains("--color-count")));
    }

    #[test]
    fn sizes_and_ratios_say_their_range() {
        assert_eq!("1280x720".parse(), Ok(Size { width: 1280, height: 720 }));
        for bad in ["1281x720", "32x32", "x", "1280", "9000x9000"] {
            assert_eq!(bad.parse::<Size>(), Err(SIZE_RANGE.to_owned()), "{bad}");
        }
        assert_eq!("0.05".parse::<Ratio>().map(Ratio::as_f64), Ok(0.05));
        for bad in ["0", "0.51", "-1", "NaN", "many"] {
            assert!(bad.parse::<Ratio>().unwrap_err().contains("at most 0.5"), "{bad}");
        }
    }
}

//! The encoder's part of an FFmpeg command line: one file an encoder family.

mod nvenc;
mod svtav1;
#[cfg(test)]
mod tests;
mod vp9;
mod x264;
mod x265;

use serde::{Deserialize, Serialize};

use crate::codec::Encoder;
use crate::intent::Quality;
use crate::params::Preset;

/// Everything that decides which bytes an encoder writes. Plan data: nothing here is `auto`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VideoEncode {
    /// Which encoder.
    pub encoder: Encoder,
    /// Speed against size.
    pub preset: Preset,
    /// Quality or rate.
    pub quality: Quality,
    /// Cores that the encoder may fill.
    pub cores: u32,
    /// Width in pixels, as encoded.
    pub width: u32,
    /// Height in pixels, as encoded.
    pub height: u32,
    /// Frames a second, for bounds on rate and level.
    pub frame_rate: f64,
}

/// Which pass over the frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass<'a> {
    /// The only one.
    Only,
    /// The first of two; writes what it saw to this path. No bytes are kept.
    First(&'a str),
    /// The second of two; reads this path.
    Second(&'a str),
}

/// Options without which NVENC may do what it could not do with them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Dropped(pub Vec<String>);

impl Dropped {
    fn keeps(&self, option: &str) -> bool {
        !self.0.iter().any(|dropped| dropped == option)
    }
}

impl VideoEncode {
    /// Whether two processes run one after the other. NVENC looks twice within one.
    pub fn is_two_pass(&self) -> bool {
        !self.encoder.is_gpu() && matches!(self.quality, Quality::Average { two_pass: true, .. })
    }

    /// The arguments from `-c:v` on, without anything about time, tags or the output file.
    pub fn args(&self, pass: Pass<'_>, dropped: &Dropped) -> Vec<String> {
        match self.encoder {
            Encoder::Libx264 => x264::args(self, pass),
            Encoder::Libx265 => x265::args(self, pass),
            Encoder::Libsvtav1 => svtav1::args(self),
            Encoder::LibvpxVp9 => vp9::args(self, pass),
            Encoder::H264Nvenc | Encoder::HevcNvenc | Encoder::Av1Nvenc => nvenc::args(self, dropped),
        }
    }

    /// Threads for the decoder that feeds it: those that FFmpeg itself would take.
    pub fn decoder_threads(&self) -> u32 {
        if self.cores <= 1 { 1 } else { (self.cores + 1).min(16) }
    }

    /// Threads that the encoder is told to use.
    pub fn encoder_threads(&self) -> u32 {
        match self.encoder {
            Encoder::Libx264 => x264::threads(self.cores),
            _ => self.cores,
        }
    }
}

/// `["-a 1", "b"]` → `["-a", "1", "b"]`; only for words without spaces in their values.
fn words<S: AsRef<str>>(groups: impl IntoIterator<Item = S>) -> Vec<String> {
    let split = |group: S| group.as_ref().split(' ').map(str::to_owned).collect::<Vec<_>>();
    groups.into_iter().flat_map(split).collect()
}

/// The passes' options for encoders that take FFmpeg's own.
fn pass_args(pass: Pass<'_>) -> Vec<String> {
    let args = |number: &str, stats: &str| {
        vec!["-pass".to_owned(), number.to_owned(), "-passlogfile".to_owned(), stats.to_owned()]
    };
    match pass {
        Pass::Only => Vec::new(),
        Pass::First(stats) => args("1", stats),
        Pass::Second(stats) => args("2", stats),
    }
}

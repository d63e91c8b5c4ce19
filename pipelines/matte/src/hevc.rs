//! HEVC with alpha: which encoder here can do it, and its options.

use reel_engine::RunError;
use reel_media::child::run_capturing;
use reel_media::{Ffmpeg, MediaError};
use reel_types::{CancelToken, Failure, FailureKind};
use serde::{Deserialize, Serialize};

use crate::failure::run_error;
use crate::params::Quality;

/// An encoder that writes the alpha beside the pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HevcEncoder {
    /// Apple's own.
    VideoToolbox,
    /// x265 4 that was built with alpha, in an FFmpeg that knows of it.
    X265,
}

/// What FFmpeg tells of one encoder is a page.
const HELP_BYTES_MAX: usize = 1 << 20;

impl HevcEncoder {
    /// FFmpeg's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::VideoToolbox => "hevc_videotoolbox",
            Self::X265 => "libx265",
        }
    }

    /// The first that this FFmpeg has. One without alpha drops it in silence, so its name alone does not count.
    ///
    /// # Errors
    /// Missing, with what to use instead; those of a child.
    pub(crate) fn probe(ffmpeg: &Ffmpeg, cancel: &CancelToken) -> Result<Self, RunError> {
        for encoder in [Self::VideoToolbox, Self::X265] {
            if !ffmpeg.has_encoder(encoder.name()) {
                continue;
            }
            let spec = ffmpeg.command().args(["-h".to_owned(), format!("encoder={}", encoder.name())]);
            match run_capturing(&spec, cancel, HELP_BYTES_MAX) {
                Ok((help, _)) if encoder.can(&String::from_utf8_lossy(&help)) => return Ok(encoder),
                Ok(_) | Err(MediaError::ChildFailed { .. }) => {}
                Err(error) => return Err(run_error(error)),
            }
        }
        let message = format!("FFmpeg {} has no encoder for HEVC with alpha", ffmpeg.version());
        let hint = "use --format webm or prores; hevc takes VideoToolbox, or FFmpeg 7.1 with an x265 4 that was built with alpha";
        Err(Failure::new(FailureKind::Missing, message).with_hint(hint).into())
    }

    /// Whether its own help says that it takes alpha.
    fn can(self, help: &str) -> bool {
        let pixels = help.lines().filter_map(|line| line.trim().strip_prefix("Supported pixel formats:"));
        let takes =
            |name: &str| pixels.clone().any(|names| names.split_whitespace().any(|word| word == name));
        match self {
            Self::VideoToolbox => takes("bgra") && help.contains("-alpha_quality"),
            Self::X265 => takes("yuva420p"),
        }
    }

    /// Its options, for QuickTime.
    pub(crate) fn args(self, quality: Quality, threads: u32) -> Vec<String> {
        let options = match (self, quality) {
            (Self::VideoToolbox, Quality::Draft) => "-pix_fmt bgra -q:v 45 -alpha_quality 0.75".to_owned(),
            (Self::VideoToolbox, Quality::Balanced) => "-pix_fmt bgra -q:v 65 -alpha_quality 0.9".to_owned(),
            (Self::VideoToolbox, Quality::Best) => "-pix_fmt bgra -q:v 80 -alpha_quality 1".to_owned(),
            (Self::X265, quality) => {
                let (preset, crf) = match quality {
                    Quality::Draft => ("ultrafast", 26),
                    Quality::Balanced => ("medium", 20),
                    Quality::Best => ("slow", 16),
                };
                format!(
                    "-pix_fmt yuva420p -preset {preset} -crf {crf} -x265-params log-level=error:pools={threads}"
                )
            }
        };
        let all = format!("-c:v {} {options} -tag:v hvc1", self.name());
        all.split_whitespace().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoder_counts_only_with_alpha() {
        let x265 = |pixels: &str| {
            HevcEncoder::X265.can(&format!("Encoder libx265:\n    Supported pixel formats: {pixels}\n"))
        };
        assert!(!x265("yuv420p yuvj420p yuv422p gray"));
        assert!(x265("yuv420p yuva420p gray"));
        let apple = "    Supported pixel formats: videotoolbox_vld nv12 yuv420p bgra p010le\n";
        assert!(!HevcEncoder::VideoToolbox.can(apple));
        assert!(
            HevcEncoder::VideoToolbox.can(&format!("{apple}  -alpha_quality     <double>     E..V.......\n"))
        );
    }

    #[test]
    fn the_alpha_is_asked_for_and_the_tag_is_apples() {
        for quality in [Quality::Draft, Quality::Balanced, Quality::Best] {
            let apple = HevcEncoder::VideoToolbox.args(quality, 4).join(" ");
            assert!(apple.starts_with("-c:v hevc_videotoolbox -pix_fmt bgra"), "{apple}");
            assert!(apple.contains("-alpha_quality") && apple.ends_with("-tag:v hvc1"), "{apple}");
            let x265 = HevcEncoder::X265.args(quality, 4).join(" ");
            assert!(x265.starts_with("-c:v libx265 -pix_fmt yuva420p"), "{x265}");
            assert!(x265.contains("pools=4") && x265.ends_with("-tag:v hvc1"), "{x265}");
        }
    }
}

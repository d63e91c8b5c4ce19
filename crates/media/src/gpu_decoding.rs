//! Decoding on an NVIDIA GPU: which films it gives as the CPU does, what FFmpeg is told, whether it really does.
//!
//! Asked for strictly: frames have to lie in the GPU's memory before they are downloaded, so that FFmpeg cannot go back to the CPU by
//! itself and leave it unsaid.

use std::fmt;
use std::time::Duration;

use reel_types::CancelToken;
use serde::{Deserialize, Serialize};

use crate::child::{ChildSpec, run_capturing};
use crate::error::MediaError;
use crate::formats::{InputArgs, file_url};
use crate::probe::{VideoCodec, VideoStream};
use crate::tools::Ffmpeg;

/// A sort of film that GPUs have decoders for whose pixels are those of the CPU's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct GpuDecoding {
    codec: GpuCodec,
    ten_bits: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GpuCodec {
    H264,
    Hevc,
    Vp9,
    Av1,
}

const ALL: [GpuDecoding; 7] = [
    GpuDecoding { codec: GpuCodec::H264, ten_bits: false },
    GpuDecoding { codec: GpuCodec::Hevc, ten_bits: false },
    GpuDecoding { codec: GpuCodec::Hevc, ten_bits: true },
    GpuDecoding { codec: GpuCodec::Vp9, ten_bits: false },
    GpuDecoding { codec: GpuCodec::Vp9, ten_bits: true },
    GpuDecoding { codec: GpuCodec::Av1, ten_bits: false },
    GpuDecoding { codec: GpuCodec::Av1, ten_bits: true },
];

/// What makes a film of each sort here, to try it: encoders of FFmpeg, the first that is there, with their options.
type Encoders = &'static [(&'static str, &'static [&'static str])];

impl GpuDecoding {
    /// The sort of this film.
    ///
    /// # Errors
    /// Why a GPU is not asked: there is no decoder for it, or its frames would not be those of the CPU.
    pub fn of(video: &VideoStream) -> Result<Self, &'static str> {
        let codec = match video.codec {
            VideoCodec::H264 => GpuCodec::H264,
            VideoCodec::Hevc => GpuCodec::Hevc,
            VideoCodec::Vp9 => GpuCodec::Vp9,
            VideoCodec::Av1 => GpuCodec::Av1,
            _ => return Err("GPUs are asked for H.264, HEVC, VP9 and AV1 alone"),
        };
        let pixels = video.pixel_format.as_ref().map_or("", |pixels| pixels.name.as_str());
        let ten_bits = match pixels {
            "yuv420p" => false,
            "yuv420p10le" => true,
            _ => return Err("GPUs are asked for 4:2:0 in 8 or 10 bits alone"),
        };
        let this = Self { codec, ten_bits };
        if !ALL.contains(&this) {
            return Err("no GPU has a decoder for H.264 in 10 bits that all have");
        }
        if video.has_alpha || video.colour.range.as_deref() == Some("pc") {
            return Err("GPUs are asked for opaque films in limited range alone");
        }
        if !video.orientation.is_upright() || video.is_interlaced() {
            return Err("GPUs are asked for upright, progressive films alone");
        }
        Ok(this)
    }

    /// The sort of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|sort| sort.to_string() == name)
    }

    /// The layout in which the GPU gives frames, and the same samples as the CPU gives them.
    fn layouts(self) -> (&'static str, &'static str) {
        if self.ten_bits { ("p010le", "yuv420p10le") } else { ("nv12", "yuv420p") }
    }

    /// The input, decoded on the GPU. One thread: more would hold more of its memory, and decode no faster.
    pub(crate) fn input(input: InputArgs) -> InputArgs {
        let input = input.option("-hwaccel", "cuda").option("-hwaccel_output_format", "cuda");
        input.option("-threads", "1")
    }

    /// Filters that bring its frames to the CPU, sample for sample what the CPU would have decoded.
    pub(crate) fn download(self) -> [String; 3] {
        let (theirs, ours) = self.layouts();
        ["hwdownload".to_owned(), format!("format={theirs}"), format!("format={ours}")]
    }

    fn encoders(self) -> Encoders {
        match self.codec {
            GpuCodec::H264 => &[("libx264", &["-preset", "veryfast", "-bf", "2"])],
            GpuCodec::Hevc => &[("libx265", &["-preset", "ultrafast", "-x265-params", "log-level=error"])],
            GpuCodec::Vp9 => &[("libvpx-vp9", &["-deadline", "realtime", "-cpu-used", "8"])],
            GpuCodec::Av1 => &[
                ("libsvtav1", &["-preset", "12"]),
                ("libaom-av1", &["-usage", "realtime", "-cpu-used", "8"]),
            ],
        }
    }
}

impl fmt::Display for GpuDecoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codec = match self.codec {
            GpuCodec::H264 => "h264",
            GpuCodec::Hevc => "hevc",
            GpuCodec::Vp9 => "vp9",
            GpuCodec::Av1 => "av1",
        };
        write!(f, "{codec} {}", self.layouts().1)
    }
}

/// Decodes half a second of such a film (its name, as [`GpuDecoding`] shows it) on the GPU with that UUID and on the CPU, and compares
/// all samples. The error is the end of the child's stderr, for the classifier of the device.
///
/// # Errors
/// What FFmpeg said; or that the samples differ, or that there is nothing to try it with.
pub fn try_decoder_within(
    ffmpeg: &Ffmpeg,
    name: &str,
    gpu_uuid: Option<&str>,
    limit: Duration,
) -> Result<(), String> {
    let sort = GpuDecoding::named(name).ok_or_else(|| format!("{name} is no decoder that is known here"))?;
    let here = |(name, _): &&(&str, &[&str])| ffmpeg.has_encoder(name);
    let (encoder, options) = sort
        .encoders()
        .iter()
        .find(here)
        .ok_or_else(|| format!("{name} was not tried: this FFmpeg makes no such film"))?;
    let folder = tempfile::Builder::new().prefix("reel-decoder-probe-").tempdir();
    let folder = folder.map_err(|error| format!("{name} was not tried: {error}"))?;
    let path = folder.path().join("film.mkv");
    let (theirs, ours) = sort.layouts();
    let made = ffmpeg
        .command()
        .args(["-f", "lavfi", "-i", "testsrc2=size=256x256:rate=30:duration=0.5"])
        .args(["-vf", &format!("noise=alls=12:allf=t,format={ours}"), "-c:v", encoder])
        .args(options.iter().copied())
        .arg(file_url(&path));
    asked(made, limit)?;
    let decoded = |input: InputArgs, filters: String, gpu: &str| {
        let spec = ffmpeg.command().args(input.args()).args(["-vf", &filters, "-f", "md5", "pipe:1"]);
        asked(spec.env("CUDA_VISIBLE_DEVICES", gpu), limit)
    };
    let on_cpu = decoded(InputArgs::source(&path), format!("format={ours}"), "")?;
    let gpu = gpu_uuid.unwrap_or("");
    let on_gpu = decoded(GpuDecoding::input(InputArgs::source(&path)), sort.download().join(","), gpu)?;
    if on_cpu == on_gpu && !on_cpu.is_empty() {
        return Ok(());
    }
    Err(format!("its {name} decoder gives other samples than the CPU does, by way of {theirs}"))
}

fn asked(spec: ChildSpec, limit: Duration) -> Result<Vec<u8>, String> {
    match run_capturing(&spec.wall_limit(limit), &CancelToken::new(), 4096) {
        Ok((out, _)) => Ok(out),
        Err(MediaError::ChildFailed { stderr_tail, .. }) if !stderr_tail.is_empty() => Err(stderr_tail),
        Err(MediaError::TimedOut { .. }) => Err(format!("no answer within {} s", limit.as_secs())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_is_found_by_its_name() {
        for sort in ALL {
            assert_eq!(GpuDecoding::named(&sort.to_string()), Some(sort));
        }
        assert_eq!(GpuDecoding::named("h264 yuv420p10le"), None);
    }

    #[test]
    fn frames_are_downloaded_before_anything_else_is_done_to_them() {
        let sort = GpuDecoding::named("hevc yuv420p10le").unwrap();
        assert_eq!(sort.download().join(","), "hwdownload,format=p010le,format=yuv420p10le");
        let args: Vec<String> = GpuDecoding::input(InputArgs::source("/a.mp4"))
            .args()
            .into_iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        let line = args.join(" ");
        assert!(line.contains("-hwaccel cuda -hwaccel_output_format cuda -threads 1"), "{line}");
        assert!(line.ends_with("-i file:/a.mp4"), "{line}");
    }
}

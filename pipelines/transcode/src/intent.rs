//! The parameters as meant: checked against each other, with every default filled in.

use reel_device::DeviceWish;
use reel_types::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

use crate::codec::{Codec, Encoder};
use crate::container::Container;
use crate::params::{AudioChoice, Params, Preset};

/// What is to be made, without anything about the source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Intent {
    /// The file format.
    pub container: Container,
    /// The codec.
    pub codec: Codec,
    /// The encoder on the CPU: the one asked for, else the codec's.
    pub cpu_encoder: Encoder,
    /// The encoder on a GPU, when one may be used.
    pub gpu_encoder: Option<Encoder>,
    /// Whether a GPU was asked for by name, so that doing without is a fallback even where there is none.
    pub gpu_wanted: bool,
    /// Which device.
    pub device: DeviceWish,
    /// Speed against size.
    pub preset: Preset,
    /// Quality or rate.
    pub quality: Quality,
    /// What happens to the sound.
    pub audio: AudioChoice,
}

/// How good, or how large.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Quality {
    /// Constant quality on the scale of the codec's CPU encoder.
    Constant {
        /// Smaller is better.
        crf: u8,
    },
    /// An average rate.
    Average {
        /// Bits a second.
        bits_per_sec: u64,
        /// Whether everything is looked at once before.
        two_pass: bool,
    },
}

impl Intent {
    /// Checks the parameters against each other and fills in the defaults.
    ///
    /// # Errors
    /// [`FailureKind::Usage`] with what to change.
    pub fn from_params(params: &Params) -> Result<Self, Failure> {
        let container = params.container.unwrap_or_default();
        let codec = codec(params, container)?;
        let named_gpu = params.encoder.filter(|encoder| encoder.is_gpu());
        let named_cpu = params.encoder.filter(|encoder| !encoder.is_gpu());
        if !container.takes(codec) {
            let message = format!("{} cannot hold {}", container.extension(), codec.as_str());
            return Err(usage(message, "use --codec or another extension, for example .mp4 or .mkv"));
        }
        let cpu_asked = params.preset == Preset::Cpu || params.device == DeviceWish::Cpu;
        if let Some(encoder) = named_gpu.filter(|_| cpu_asked) {
            let message = format!("{} needs a GPU, and the CPU was asked for", encoder.name());
            return Err(usage(message, "leave out --encoder, or use --device auto"));
        }
        let gpu_asked = matches!(params.device, DeviceWish::Gpu | DeviceWish::GpuIndex(_));
        if let Some(encoder) = named_cpu.filter(|_| gpu_asked) {
            let message = format!("{} works on the CPU, and a GPU was asked for", encoder.name());
            return Err(usage(message, "leave out --encoder, or use --device auto"));
        }
        if gpu_asked && params.preset == Preset::Cpu {
            return Err(usage("--preset cpu and --device gpu exclude each other", "leave out one of them"));
        }
        let gpu_encoder = if cpu_asked || named_cpu.is_some() { None } else { codec.gpu_encoder() };
        if gpu_asked && gpu_encoder.is_none() {
            let message = format!("no GPU makes {}", codec.as_str());
            return Err(usage(message, "use --codec h264, hevc or av1, or --device auto"));
        }
        let cpu_encoder = named_cpu.unwrap_or(codec.cpu_encoder());
        Ok(Self {
            container,
            codec,
            cpu_encoder,
            gpu_encoder,
            gpu_wanted: gpu_asked || named_gpu.is_some(),
            device: if cpu_asked { DeviceWish::Cpu } else { params.device },
            preset: params.preset,
            quality: quality(params, cpu_encoder)?,
            audio: audio(params, container)?,
        })
    }
}

fn codec(params: &Params, container: Container) -> Result<Codec, Failure> {
    match (params.codec, params.encoder) {
        (Some(codec), Some(encoder)) if encoder.codec() != codec => {
            let message =
                format!("{} makes {}, not {}", encoder.name(), encoder.codec().as_str(), codec.as_str());
            Err(usage(message, "leave out --codec or --encoder"))
        }
        (_, Some(encoder)) => Ok(encoder.codec()),
        (Some(codec), None) => Ok(codec),
        (None, None) => Ok(container.default_codec()),
    }
}

fn quality(params: &Params, cpu_encoder: Encoder) -> Result<Quality, Failure> {
    match (params.crf, params.bitrate) {
        (Some(_), Some(_)) => Err(usage("--crf and --bitrate exclude each other", "leave out one of them")),
        (_, None) if params.two_pass => {
            Err(usage("--two-pass needs --bitrate", "add for example --bitrate 5M"))
        }
        (crf, None) => {
            let crf = crf.unwrap_or(cpu_encoder.default_crf());
            let crf_max = cpu_encoder.crf_max();
            if crf > crf_max {
                let message = format!("--crf {crf} is beyond {crf_max}, the end of {}", cpu_encoder.name());
                return Err(usage(message, "use a smaller number; smaller is better"));
            }
            Ok(Quality::Constant { crf })
        }
        (None, Some(_)) if params.two_pass && !cpu_encoder.has_two_pass() => {
            let message = format!("FFmpeg offers no two passes for {}", cpu_encoder.name());
            Err(usage(message, "leave out --two-pass, or use another codec"))
        }
        (None, Some(bitrate)) => {
            Ok(Quality::Average { bits_per_sec: bitrate.bits_per_sec, two_pass: params.two_pass })
        }
    }
}

fn audio(params: &Params, container: Container) -> Result<AudioChoice, Failure> {
    let choice = params.audio.unwrap_or(container.default_audio());
    let codec = match choice {
        AudioChoice::Aac => "aac",
        AudioChoice::Opus => "opus",
        AudioChoice::Copy | AudioChoice::None => return Ok(choice),
    };
    if container.takes_audio(codec) {
        return Ok(choice);
    }
    let message = format!("{} cannot hold {codec}", container.extension());
    Err(usage(message, "use --audio aac for .mp4 and .mov, --audio opus for .webm, or an .mkv"))
}

pub(crate) fn usage(message: impl Into<String>, hint: &str) -> Failure {
    Failure::new(FailureKind::Usage, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(change: impl FnOnce(&mut Params)) -> Result<Intent, String> {
        let mut params = Params::default();
        change(&mut params);
        Intent::from_params(&params).map_err(|failure| {
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(failure.hint.is_some());
            failure.message
        })
    }

    #[test]
    fn nothing_asked_for_is_h264_with_aac_in_mp4_gpu_first() {
        let intent = meant(|_| ()).unwrap();
        assert_eq!(
            (intent.container, intent.codec, intent.audio),
            (Container::Mp4, Codec::H264, AudioChoice::Aac)
        );
        assert_eq!((intent.cpu_encoder, intent.gpu_encoder), (Encoder::Libx264, Some(Encoder::H264Nvenc)));
        assert_eq!(intent.quality, Quality::Constant { crf: 23 });
        assert!(!intent.gpu_wanted);
    }

    #[test]
    fn webm_is_vp9_with_opus() {
        let intent = meant(|params| params.container = Some(Container::Webm)).unwrap();
        assert_eq!((intent.codec, intent.audio), (Codec::Vp9, AudioChoice::Opus));
        assert_eq!(intent.gpu_encoder, None);
    }

    #[test]
    fn the_preset_cpu_and_a_named_cpu_encoder_keep_off_the_gpu() {
        assert_eq!(meant(|params| params.preset = Preset::Cpu).unwrap().gpu_encoder, None);
        assert_eq!(meant(|params| params.encoder = Some(Encoder::Libx265)).unwrap().gpu_encoder, None);
        assert!(meant(|params| params.encoder = Some(Encoder::HevcNvenc)).unwrap().gpu_wanted);
    }

    #[test]
    fn what_excludes_each_other_is_said() {
        let errors = [
            meant(|p| (p.codec, p.encoder) = (Some(Codec::Av1), Some(Encoder::Libx264))),
            meant(|p| (p.codec, p.container) = (Some(Codec::H264), Some(Container::Webm))),
            meant(|p| (p.audio, p.container) = (Some(AudioChoice::Aac), Some(Container::Webm))),
            meant(|p| (p.crf, p.bitrate) = (Some(20), "5M".parse().ok())),
            meant(|p| (p.crf, p.codec) = (Some(60), Some(Codec::H264))),
            meant(|p| p.two_pass = true),
            meant(|p| (p.two_pass, p.bitrate, p.codec) = (true, "5M".parse().ok(), Some(Codec::Av1))),
            meant(|p| (p.device, p.encoder) = (DeviceWish::Cpu, Some(Encoder::H264Nvenc))),
            meant(|p| (p.device, p.encoder) = (DeviceWish::Gpu, Some(Encoder::Libx264))),
            meant(|p| (p.device, p.preset) = (DeviceWish::Gpu, Preset::Cpu)),
            meant(|p| (p.device, p.codec, p.container) = (DeviceWish::Gpu, Some(Codec::Vp9), None)),
        ];
        let said: Vec<String> = errors.into_iter().map(|error| error.unwrap_err()).collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}

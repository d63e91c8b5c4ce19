//! What FFmpeg and the driver are known to say, each with the public place where it was seen.

use crate::fault::FaultClass;
use FaultClass::{Absent, Broken, Busy, Cannot, Hung};

/// One thing that is said.
#[derive(PartialEq, Eq, Debug)]
pub struct KnownFault {
    /// What is said (letter case aside).
    pub text: &'static str,
    /// What it means.
    pub class: FaultClass,
    /// Encoder options (FFmpeg's names, without the dash) without which the same device may do it.
    pub drop_options: &'static [&'static str],
    /// A public place that shows it: `project#issue`, or `project: file` where the text is in the source.
    pub source: &'static str,
}

const fn row(text: &'static str, class: FaultClass, source: &'static str) -> KnownFault {
    KnownFault { text, class, drop_options: &[], source }
}

const fn without(
    text: &'static str,
    drop_options: &'static [&'static str],
    source: &'static str,
) -> KnownFault {
    KnownFault { text, class: Cannot, drop_options, source }
}

const NVENC_C: &str = "FFmpeg: libavcodec/nvenc.c";
const CUDA_H: &str = "CUDA driver API: cuda.h";

/// First match wins. A device that broke says so besides much else, so that comes first; `No capable devices found` is
/// the last line of many failures and tells least, so it comes last.
pub const KNOWN_FAULTS: &[KnownFault] = &[
    row("CUDA_ERROR_ILLEGAL_ADDRESS", Broken, "livepeer/lpms#239"),
    row("an illegal memory access was encountered", Broken, "NVIDIA/VideoProcessingFramework#147"),
    row("CUDA_ERROR_LAUNCH_FAILED", Broken, "elFarto/nvidia-vaapi-driver#65"),
    row("CUDA_ERROR_UNKNOWN", Broken, "livepeer/lpms#239"),
    row("CUDA_ERROR_ECC_UNCORRECTABLE", Broken, CUDA_H),
    row("CUDA_ERROR_DEVICE_UNAVAILABLE", Busy, CUDA_H),
    row("GPU has fallen off the bus", Broken, "pop-os/pop#3363"),
    row("device does not exist (5)", Broken, NVENC_C),
    row("EncodePicture failed!: generic error (20)", Broken, NVENC_C),
    row("EncodePicture failed!: unknown error (20)", Broken, NVENC_C),
    row("no answer within", Hung, "reel: media/src/encoder_probe.rs"),
    row("Cannot load libcuda.so.1", Absent, "NixOS/nixpkgs#77834"),
    row("Cannot load libnvidia-encode.so.1", Absent, "ErsatzTV/legacy#1977"),
    row("CUDA_ERROR_NO_DEVICE", Absent, "NVIDIA/VideoProcessingFramework#432"),
    row("No CUDA capable devices found", Absent, NVENC_C),
    row("OpenEncodeSessionEx failed: out of memory (10)", Busy, "valkjsaaa/auto-bilibili-recorder#9"),
    row("OpenEncodeSessionEx failed: incompatible client key (21)", Busy, NVENC_C),
    row("CUDA_ERROR_OUT_OF_MEMORY", Busy, "keylase/nvidia-patch#711"),
    row(": out of memory (10)", Busy, "keylase/nvidia-patch#13"),
    row("encoder busy (18)", Busy, NVENC_C),
    row("Failed locking bitstream buffer", Broken, NVENC_C),
    without("B frames as references are not supported", &["b_ref_mode"], "GyanD/codexffmpeg#78"),
    without("Each B frame as reference is not supported", &["b_ref_mode"], NVENC_C),
    without("Max B-frames", &["bf", "b_ref_mode"], NVENC_C),
    without("Temporal AQ not supported", &["temporal-aq"], NVENC_C),
    without("RC lookahead not supported", &["rc-lookahead"], NVENC_C),
    without("Weighted Prediction not supported", &["weighted_pred"], NVENC_C),
    without("Invalid Level", &["level"], "rigaya/NVEnc#665"),
    row("Driver does not support the required nvenc API version", Cannot, "GyanD/codexffmpeg#181"),
    row("10 bit encode not supported", Cannot, "vexorian/dizquetv#475"),
    row("YUV444P not supported", Cannot, NVENC_C),
    row("Codec not supported", Cannot, NVENC_C),
    row("unsupported device (2)", Cannot, "HandBrake/HandBrake#1998"),
    row("not within range from", Cannot, "jellyfin/jellyfin-ffmpeg#60"),
    row("Hardware is lacking required capabilities", Cannot, "FFmpeg: libavcodec/nvdec.c, cuviddec.c"),
    row("InitializeEncoder failed", Cannot, NVENC_C),
    row("Provided device doesn't support required NVENC features", Cannot, "HaveAGitGat/Tdarr#985"),
    row("No capable devices found", Cannot, "BtbN/FFmpeg-Builds#245"),
    row("No NVENC capable devices found", Cannot, "HandBrake/HandBrake#1998"),
];

/// The first row that fits.
pub(crate) fn known_fault(said: &str) -> Option<&'static KnownFault> {
    let said = said.to_ascii_lowercase();
    KNOWN_FAULTS.iter().find(|known| said.contains(&known.text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_reached_by_its_own_text() {
        for known in KNOWN_FAULTS {
            let found = known_fault(&format!("[h264_nvenc @ 0x5602] {}: (no details)", known.text));
            assert_eq!(found.map(|found| found.text), Some(known.text), "an earlier row hides it");
        }
    }

    #[test]
    fn every_row_names_where_it_was_seen() {
        for known in KNOWN_FAULTS {
            assert!(known.source.contains('#') || known.source.contains(": "), "{}", known.text);
        }
    }

    #[test]
    fn recorded_lines_are_sorted_as_the_maintainers_explain_them() {
        let check = |said: &str, class: FaultClass| {
            assert_eq!(known_fault(said).map(|k| k.class), Some(class), "{said}")
        };
        check("Driver does not support the required nvenc API version. Required: 13.0 Found: 12.2", Cannot);
        check("OpenEncodeSessionEx failed: incompatible client key (21): (no details)", Busy);
        check("OpenEncodeSessionEx failed: out of memory (10): (no details)\nNo capable devices found", Busy);
        check("cu_device) failed -> CUDA_ERROR_OUT_OF_MEMORY: out of memory\nNo capable devices found", Busy);
        check("cuInit(0) failed -> CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", Absent);
        check("Max B-frames 4 exceed 0\nProvided device doesn't support required NVENC features", Cannot);
        check("[h264_cuvid @ 0x1] Video width 5120 not within range from 48 to 4096", Cannot);
        check("EncodePicture failed!: generic error (20): (no details)", Broken);
        check("EncodePicture failed!: out of memory (10): (no details)", Busy);
        check("Failed locking bitstream buffer: out of memory (10): (no details)", Busy);
        check("Failed locking bitstream buffer: invalid param (8): (no details)", Broken);
    }
}

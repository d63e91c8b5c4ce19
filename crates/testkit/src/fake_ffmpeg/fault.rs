//! The twelve GPU faults that are replayed.

use reel_device::FaultClass;

/// Begins a line that FFmpeg says as a warning (libavcodec/nvenc.c, `nvenc_check_capabilities`).
const WARNING: &str = "@WARNING@";

/// A way for a GPU to fail. What it says is what FFmpeg says; `@ENCODER@` stands for the encoder's name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GpuFault {
    /// No driver. NixOS/nixpkgs#77834.
    NoDriver,
    /// The GPU has no encoder. HandBrake/HandBrake#1998.
    NoCapableDevice,
    /// Too many sessions, as older drivers say it. valkjsaaa/auto-bilibili-recorder#9.
    SessionsOutOfMemory,
    /// Too many sessions, as newer drivers say it. FFmpeg: libavcodec/nvenc.c.
    SessionsClientKey,
    /// FFmpeg is newer than the driver. GyanD/codexffmpeg#181.
    ApiTooNew,
    /// `-b_ref_mode` on a GPU that cannot; works without it. BtbN/FFmpeg-Builds#245.
    NoBFrameReferences,
    /// `-bf` on a GPU that cannot; works without it. FFmpeg: libavcodec/nvenc.c.
    NoBFrames,
    /// No memory for a context. keylase/nvidia-patch#711.
    OutOfMemory,
    /// 10 bits on a GPU that cannot. vexorian/dizquetv#475.
    NoTenBit,
    /// Starts and never moves. HaveAGitGat/Tdarr#767.
    Hang,
    /// Dies after a few frames. livepeer/lpms#239.
    DiesMidway,
    /// Says that all is well, and the output is short. GyanD/codexffmpeg#126.
    ShortOutput,
}

impl GpuFault {
    /// All twelve.
    pub const ALL: [Self; 12] = [
        Self::NoDriver,
        Self::NoCapableDevice,
        Self::SessionsOutOfMemory,
        Self::SessionsClientKey,
        Self::ApiTooNew,
        Self::NoBFrameReferences,
        Self::NoBFrames,
        Self::OutOfMemory,
        Self::NoTenBit,
        Self::Hang,
        Self::DiesMidway,
        Self::ShortOutput,
    ];

    /// Its name in the script.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoDriver => "no-driver",
            Self::NoCapableDevice => "no-capable-device",
            Self::SessionsOutOfMemory => "sessions-out-of-memory",
            Self::SessionsClientKey => "sessions-client-key",
            Self::ApiTooNew => "api-too-new",
            Self::NoBFrameReferences => "no-b-frame-references",
            Self::NoBFrames => "no-b-frames",
            Self::OutOfMemory => "out-of-memory",
            Self::NoTenBit => "no-ten-bit",
            Self::Hang => "hang",
            Self::DiesMidway => "dies-midway",
            Self::ShortOutput => "short-output",
        }
    }

    /// How a job that meets it should be sorted; nothing where the process itself gives no sign, so that only
    /// verifying the output finds it.
    pub fn class(self) -> Option<FaultClass> {
        match self {
            Self::NoDriver => Some(FaultClass::Absent),
            Self::SessionsOutOfMemory | Self::SessionsClientKey | Self::OutOfMemory => Some(FaultClass::Busy),
            Self::NoCapableDevice
            | Self::ApiTooNew
            | Self::NoBFrameReferences
            | Self::NoBFrames
            | Self::NoTenBit => Some(FaultClass::Cannot),
            Self::Hang => Some(FaultClass::Hung),
            Self::DiesMidway => Some(FaultClass::Broken),
            Self::ShortOutput => None,
        }
    }

    /// What is said on stderr. Lines that FFmpeg says as warnings begin with `@WARNING@`.
    pub(super) fn stderr(self) -> String {
        let lines: &[&str] = match self {
            Self::NoDriver => &["Cannot load libcuda.so.1"],
            Self::NoCapableDevice => &[
                "OpenEncodeSessionEx failed: unsupported device (2): (no details)",
                "No capable devices found",
            ],
            Self::SessionsOutOfMemory => {
                &["OpenEncodeSessionEx failed: out of memory (10): (no details)", "No capable devices found"]
            }
            Self::SessionsClientKey => &[
                "OpenEncodeSessionEx failed: incompatible client key (21): (no details)",
                "No capable devices found",
            ],
            Self::ApiTooNew => &[
                "Driver does not support the required nvenc API version. Required: 13.0 Found: 12.2",
                "The minimum required Nvidia driver for nvenc is (unknown) or newer",
            ],
            Self::NoBFrameReferences => {
                &["@WARNING@B frames as references are not supported", "No capable devices found"]
            }
            Self::NoBFrames => &[
                "@WARNING@Max B-frames 4 exceed 0",
                "Provided device doesn't support required NVENC features",
            ],
            Self::OutOfMemory => &[
                "dl_fn->cuda_dl->cuCtxCreate(&ctx->cu_context_internal, 0, cu_device) failed -> \
                 CUDA_ERROR_OUT_OF_MEMORY: out of memory",
                "No capable devices found",
            ],
            Self::NoTenBit => &["@WARNING@10 bit encode not supported", "No capable devices found"],
            Self::DiesMidway => &[
                "dl_fn->cuda_dl->cuCtxPushCurrent(ctx->cu_context) failed -> CUDA_ERROR_ILLEGAL_ADDRESS: an illegal \
                 memory access was encountered",
                "EncodePicture failed!: generic error (20): (no details)",
            ],
            Self::Hang | Self::ShortOutput => return String::new(),
        };
        let said = |line: &&str| {
            let (mark, line) = match line.strip_prefix(WARNING) {
                Some(line) => (WARNING, line),
                None => ("", *line),
            };
            format!("{mark}[@ENCODER@ @ 0x56274dcd8280] {line}\n")
        };
        let mut said: String = lines.iter().map(said).collect();
        said.push_str(match self {
            Self::DiesMidway => "Video encoding failed\nConversion failed!\n",
            _ => {
                "Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe \
                 incorrect parameters such as bit_rate, rate, width or height\nConversion failed!\n"
            }
        });
        said
    }
}

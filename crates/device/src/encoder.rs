//! Trying an encoder on a device.

/// NVIDIA's hardware encoders, as FFmpeg names them.
pub const NVENC_ENCODERS: [&str; 3] = ["h264_nvenc", "hevc_nvenc", "av1_nvenc"];

/// Says by trying whether an encoder works. Implemented by whoever runs FFmpeg.
pub trait EncoderProbe: Send + Sync {
    /// Which binary is tried: another text whenever the file is another (path, size, time of change).
    fn binary_identity(&self) -> String;

    /// Encodes about 0.1 s with this encoder on this device (`CUDA_VISIBLE_DEVICES`), or on any when there is none.
    /// Must end by itself: the implementor bounds the time.
    ///
    /// # Errors
    /// The end of what the binary said on stderr.
    fn try_encoder(&self, encoder: &str, gpu_uuid: Option<&str>) -> Result<(), String>;
}

//! Trying what a device can do.

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

    /// Decodes a short film of this sort on this device, and compares all samples with what the CPU decodes. What the sort is called
    /// is between those who ask and the implementor. Must end by itself.
    ///
    /// # Errors
    /// The end of what the binary said on stderr; or that it decodes something else. One that tries no decoders has none.
    fn try_decoder(&self, decoder: &str, _gpu_uuid: Option<&str>) -> Result<(), String> {
        Err(format!("{decoder} was not tried: decoders are not tried here"))
    }
}

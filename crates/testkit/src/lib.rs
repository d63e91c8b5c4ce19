//! What tests need: a fake GPU, a fake FFmpeg, small networks.

pub mod clips;
pub mod fake_ffmpeg;
pub mod fake_nvml;
pub mod fake_probe;
pub mod onnx;

pub use fake_ffmpeg::{Call, FakeFfmpeg, GpuFault, Scope};
pub use fake_nvml::FakeNvml;
pub use fake_probe::FakeProbe;

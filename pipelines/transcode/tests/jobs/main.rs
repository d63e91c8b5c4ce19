//! Whole jobs on the real worker loop, judged with plain FFmpeg.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set fails its test")]

mod chunked;
mod damaged;
mod faithful;
mod faults;
mod look;
mod odd;
mod scene;

//! Whole jobs on the real worker loop, judged with plain FFmpeg.

mod chunked;
mod damaged;
mod faithful;
mod faults;
mod look;
mod scene;

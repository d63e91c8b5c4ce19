//! GPUs that fail in twelve ways: each job ends right, on the CPU, on another GPU or with fewer options, and says why.
//!
//! The driver and FFmpeg are fakes; what a fake GPU encodes is real, so that every result is looked at frame by frame.

#![expect(clippy::unwrap_used, reason = "a stage that cannot be set is a failed test")]

mod argv;
mod asked;
mod chunks;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod sweep;

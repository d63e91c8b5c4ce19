//! Whole jobs: from a clip to a verified result, in one process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should end")]

mod chapters;
mod contract;
mod decoding;
mod devices;
mod formats;
mod look;
mod scene;
mod sound;
mod stream;

//! Whole jobs: files in, video, files out.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set fails its test")]

mod damaged;
mod device;
mod legacy;
mod refused;
mod round_trip;
mod scene;
mod share;

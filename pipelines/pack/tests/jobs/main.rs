//! Whole jobs: files in, video, files out.

mod damaged;
mod refused;
mod round_trip;
mod scene;
mod share;

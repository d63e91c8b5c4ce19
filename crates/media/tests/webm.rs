//! WebM with an alpha plane: written, read back by us, and read by FFmpeg.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

#[path = "webm/hostile.rs"]
mod hostile;
#[path = "webm/planes.rs"]
mod planes;
#[path = "webm/round_trip.rs"]
mod round_trip;
#[path = "webm/verify.rs"]
mod verify;

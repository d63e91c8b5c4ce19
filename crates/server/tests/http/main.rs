//! The server over a real socket, with a worker and a pipeline that copies.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod access;
mod artifacts;
mod attacks;
mod client;
mod content;
mod copy;
mod document;
mod door;
mod events;
mod fetch;
mod hooks;
mod jobs;
mod keep;
mod keys;
mod metrics;
mod nginx;
mod problems;
mod scene;
mod socket;
mod stop;
mod system;
mod tus;
mod uploads;

//! `reel unpack` as a pipeline: inspect, plan, run, assemble.

mod assemble;
mod facts;
mod find;
mod parts;
mod pipeline;
mod plan;
mod remux;
mod run;
mod told;
mod verify;

pub use facts::{Peeked, peek};
pub use pipeline::Unpack;

//! `reel pack` as a pipeline: inspect, plan, run, assemble.

mod ahead;
mod archive;
mod assemble;
mod cards;
mod facts;
mod interleave;
mod legacy;
mod pipeline;
mod plan;
mod report;
mod run;
mod share;
mod share_rate;
mod split;
mod stored;
mod verify;

pub use pipeline::Pack;

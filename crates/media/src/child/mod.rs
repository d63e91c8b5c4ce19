//! Supervised children: started by one thread that lives, watched, limited, and never left behind.
//!
//! A child runs in its own process group. The kernel kills it when this process dies; the supervisor ends the whole
//! group when the token is cancelled, when nothing moves for `stall_timeout`, or when `wall_limit` is over.

mod pipe;
mod progress;
mod running;
mod spawner;
mod spec;
mod stderr_tail;
mod supervisor;
mod totals;

pub use progress::FfmpegProgress;
pub use running::{Running, spawn};
pub use spec::{ChildSpec, Limits, Plumbing, Pulse};
pub use supervisor::{ChildReport, run, run_capturing, run_streaming};
pub use totals::{Totals, kill_all, living, totals};

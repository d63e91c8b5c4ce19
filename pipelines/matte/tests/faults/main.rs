//! Whatever goes wrong: an end in time, a result or one clear error, nothing left behind.
//!
//! A few cases of each sort are run, all with `REEL_FAULTS=all` (`make faults`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should end")]

mod case;
mod children;
mod damage;
mod fake;
mod networks;
#[path = "../jobs/scene.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod scene;

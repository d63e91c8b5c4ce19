//! Networks on the real library. Where set-up has not brought it, each test says so and is skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod memory;
mod models;
mod refusals;
mod runs;
mod scene;
mod states;
mod time;

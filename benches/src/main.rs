//! `make bench`: every figure that the README quotes, as a ratio against what a user would run instead.
//!
//! Each case runs five interleaved pairs (ours, theirs, ours, …) after a warm-up, and prints the minimum wall time and
//! the median CPU time of each. A pair during which other processes took more than a tenth of the machine does not
//! count; a case with too few pairs left says "not measured".

mod anchors;
mod batch;
mod clips;
mod legacy;
mod load;
mod matte;
mod pack;
mod pair;
mod run;
mod server;
mod suite;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// Where things are.
struct Place {
    /// The release binary.
    reel: PathBuf,
    /// The example that measures the queue.
    claims: PathBuf,
    /// The example that runs films on two cards.
    two_cards: PathBuf,
    /// Clips and outputs; removed and made anew.
    work: PathBuf,
}

fn main() -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?.to_owned();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let place = Place {
        reel: target.join("release/reel"),
        claims: target.join("release/examples/claims"),
        two_cards: target.join("release/examples/two_cards"),
        work: target.join("bench"),
    };
    anyhow::ensure!(place.reel.is_file(), "{} is missing: run `make bench`", place.reel.display());
    let only: Vec<String> = std::env::args().skip(1).collect();
    let report = suite::run(&place, &only)?;
    let results = root.join("benches/results");
    std::fs::create_dir_all(&results)?;
    let name = if only.is_empty() { "latest".to_owned() } else { only.join("-") };
    std::fs::write(results.join(format!("{name}.md")), &report)?;
    eprintln!("written to benches/results/{name}.md");
    Ok(())
}

//! Ours and theirs, in turn.

use anyhow::Result;

use crate::run::{Line, Took};

/// More foreign load than this and a pair does not count.
const FOREIGN_MAX: f64 = 0.10;

/// What five pairs came to.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) ours: Summary,
    pub(crate) theirs: Summary,
    /// How many pairs were quiet enough to count.
    pub(crate) pairs: usize,
}

/// Minimum wall and median CPU of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) wall_secs: f64,
    pub(crate) cpu_secs: f64,
}

/// One warm-up of each, then `pairs` pairs; up to three more in place of pairs that were disturbed. `before` clears
/// what a run of ours would find done. Nothing when fewer than three pairs count.
pub(crate) fn compare(
    ours: &Line,
    theirs: &Line,
    pairs: usize,
    mut before: impl FnMut() -> Result<()>,
) -> Result<Option<Compared>> {
    before()?;
    ours.run()?;
    theirs.run()?;
    let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
    for _ in 0..pairs + 3 {
        if our_runs.len() == pairs {
            break;
        }
        before()?;
        let (our_run, _) = ours.run()?;
        let (their_run, _) = theirs.run()?;
        if our_run.foreign.max(their_run.foreign) <= FOREIGN_MAX {
            our_runs.push(our_run);
            their_runs.push(their_run);
        }
    }
    if our_runs.len() < 3 {
        return Ok(None);
    }
    Ok(Some(Compared { ours: summary(&our_runs), theirs: summary(&their_runs), pairs: our_runs.len() }))
}

fn summary(runs: &[Took]) -> Summary {
    let wall_secs = runs.iter().map(|run| run.wall_secs).fold(f64::INFINITY, f64::min);
    Summary { wall_secs, cpu_secs: median(runs.iter().map(|run| run.cpu_secs).collect()) }
}

/// The middle one; the lower middle of an even count.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

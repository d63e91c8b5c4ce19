//! The keys of encrypted jobs that are kept with them, each sealed to its owner.
//!
//! A job's key is part of what it was asked for. To go on with one, the same key has to be asked for again, and only who has the
//! passphrase or the key file gets it out.

use reel_engine::submit::local_source;
use reel_pack::Seal;
use reel_queue::{JobFilter, Queue};
use reel_types::{Job, Source};
use serde_json::Value;

use crate::problem::Problem;
use crate::settings::Settings;
use crate::targets::Target;
use crate::wiring::open_archive;

/// Trying one takes half a second on purpose.
const SEALS_MAX: usize = 4;
/// Where a job's params have it.
const SEAL: &str = "seal";

/// The seals of the newest jobs that differ from this one in nothing else. `params` are without a seal.
///
/// # Errors
/// A storage problem when the queue cannot be read.
pub(super) async fn seals(
    settings: &Settings,
    params: &Value,
    target: &Target,
) -> Result<Vec<Seal>, Problem> {
    let sources = target.sources.iter().map(|path| local_source(path)).collect::<Result<Vec<_>, _>>()?;
    let jobs = open_archive(settings).await?.queue.jobs(JobFilter::default()).await?;
    Ok(jobs.iter().filter_map(|job| seal_of(job, params, &sources)).take(SEALS_MAX).collect())
}

fn seal_of(job: &Job, params: &Value, sources: &[Source]) -> Option<Seal> {
    if job.pipeline != "pack" || job.sources != sources {
        return None;
    }
    let mut asked = job.params.clone();
    let seal = asked.as_object_mut()?.remove(SEAL)?;
    if asked != *params { None } else { serde_json::from_value(seal).ok() }
}

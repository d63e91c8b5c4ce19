//! `reel jobs`: the jobs of the state folder.

pub(crate) mod change;
mod find;
pub(crate) mod list;
pub(crate) mod record;
pub(crate) mod show;
pub(crate) mod watch;

use std::sync::Arc;

use crate::args::JobsVerb;
use crate::console::Console;
use crate::problem::Problem;
use crate::remote;
use crate::settings::Settings;
use crate::wiring::open_archive;
pub(crate) use list::ago;

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// A usage problem when a job cannot be found; a storage problem when the state folder cannot be used.
pub async fn run(console: &Arc<Console>, settings: &Settings, verb: JobsVerb) -> Result<u8, Problem> {
    if let Some(server) = &settings.server {
        return remote::jobs(console, settings, server, verb).await;
    }
    let archive = open_archive(settings).await?;
    match verb {
        JobsVerb::List { only, limit } => {
            list::list(&archive, console, settings, only.map(Into::into), limit).await
        }
        JobsVerb::Show { job } => show::show(&archive, console, settings, &job).await,
        JobsVerb::Watch { jobs } => watch::watch(&archive, console, settings, &jobs).await,
        JobsVerb::Cancel { jobs } => {
            change::change(&archive, console, settings, &jobs, change::Change::Cancel).await
        }
        JobsVerb::Retry { jobs } => {
            change::change(&archive, console, settings, &jobs, change::Change::Retry).await
        }
        JobsVerb::Forget { jobs } => {
            change::change(&archive, console, settings, &jobs, change::Change::Forget).await
        }
    }
}

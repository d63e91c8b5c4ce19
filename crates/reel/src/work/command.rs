//! A whole command that works on inputs: open the engine, work, show, sum up.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use reel_types::FailureKind;

use super::{Request, work};
use crate::batch::{self, Batch};
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::records::{ResultRecord, Status, SummaryRecord, rounded};
use crate::remote;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::targets::Target;
use crate::wiring::App;

/// Does what was asked, and answers with the exit code.
///
/// # Errors
/// A storage problem: nothing was tried.
pub async fn do_request(
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    mut request: Request,
) -> Result<u8, Problem> {
    if let Some(server) = &settings.server {
        return remote::do_request(console, settings, server, request).await;
    }
    let began = Instant::now();
    let mut screen = Screen::new(Arc::clone(console), settings);
    let interrupt =
        Interrupt::listen().map_err(|error| Problem::storage("cannot listen for signals", &error))?;
    let opened = match request.pipeline {
        "transcode" | "matte" => app.open_engine(settings).await,
        _ => app.open_engine_of_files(settings).await,
    };
    let results = match opened {
        Ok(engine) => {
            let mut batch = match request.batch.take() {
                Some(wish) => {
                    let targets = &mut request.targets;
                    match Batch::begin(&wish, &engine, settings, targets, &interrupt, &mut screen).await? {
                        batch::Begun::Work(batch) => Some(batch),
                        batch::Begun::Alone => None,
                        batch::Begun::Told => return Ok(crate::exit::DONE),
                    }
                }
                None => None,
            };
            let results =
                work(&engine, request, settings, &interrupt, &mut screen, batch.as_deref_mut()).await;
            if let Some(batch) = batch {
                screen.batch(&batch.sum_up());
            }
            results
        }
        Err(problem) => refuse_all(&request.targets, &problem, &mut screen),
    };
    let summary = SummaryRecord::of(&results, rounded(began.elapsed().as_secs_f64()));
    screen.summary(&summary);
    Ok(summary.exit_code)
}

/// Tells of an input for which no job is made, and answers with the exit code. A command that makes no sense as a whole is told of
/// without one.
///
/// # Errors
/// The problem of such a command.
pub fn refuse(
    console: &Arc<Console>,
    settings: &Settings,
    input: &Path,
    problem: Problem,
) -> Result<u8, Problem> {
    if problem.kind == ProblemKind::Failure(FailureKind::Usage) {
        return Err(problem);
    }
    let status = if problem.kind == ProblemKind::Exists { Status::Exists } else { Status::Refused };
    let result = ResultRecord::from_problem(input, None, status, problem);
    let mut screen = Screen::new(Arc::clone(console), settings);
    screen.result(&result);
    let summary = SummaryRecord::of(&[result], 0.0);
    screen.summary(&summary);
    Ok(summary.exit_code)
}

/// Each input gets its result, also when a needed part is missing.
fn refuse_all(targets: &[Target], problem: &Problem, screen: &mut Screen) -> Vec<ResultRecord> {
    let refused =
        |target: &Target| ResultRecord::from_problem(&target.input, None, Status::Refused, problem.clone());
    let results: Vec<ResultRecord> = targets.iter().map(refused).collect();
    results.iter().for_each(|result| screen.result(result));
    results
}

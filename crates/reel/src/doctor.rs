//! `reel doctor`: what was found, what works, what is missing and the one command that brings it.

mod check;
mod compute;
mod ffmpeg;
mod gpus;
mod infer;
mod machine;

use reel_server::Finding;

use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::table;
use crate::wiring::App;

use check::{Check, State};

/// Looks at everything. The code is that of a missing part when something is missing that `reel transcode` needs.
///
/// # Errors
/// None today; the signature is that of all verbs.
pub fn run(app: &App, console: &Console, settings: &Settings) -> Result<u8, Problem> {
    let checks = checks(app, settings);
    let missing = checks.iter().filter(|check| check.state == State::Missing).count();
    if settings.json {
        for check in &checks {
            let line = serde_json::to_string(check)
                .map_err(|error| Problem::storage("cannot write JSON", &error))?;
            console.data(&line);
        }
    } else {
        let rows: Vec<Vec<String>> = checks.iter().map(Check::row).collect();
        table::lines(&rows).iter().for_each(|line| console.data(line));
        console.data(match missing {
            0 => "everything that is needed is here",
            _ => "something that is needed is missing",
        });
    }
    Ok(if missing == 0 { exit::DONE } else { exit::MISSING })
}

/// Looks at everything.
fn checks(app: &App, settings: &Settings) -> Vec<Check> {
    let (machine, state) = machine::checks(settings);
    let (tools, ffmpeg) = ffmpeg::checks(settings);
    let gpus = gpus::checks(app, ffmpeg.as_ref(), state.as_ref());
    [tools, gpus, compute::checks(), infer::checks(settings), machine].concat()
}

/// The same for the server.
pub fn findings(app: &App, settings: &Settings) -> Vec<Finding> {
    checks(app, settings).into_iter().map(Check::finding).collect()
}

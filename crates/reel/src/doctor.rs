//! `reel doctor`: what was found, what works, what is missing and the one command that brings it.

mod check;
mod compute;
mod ffmpeg;
mod gpus;
mod machine;

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
    let (machine, state) = machine::checks(settings);
    let (tools, ffmpeg) = ffmpeg::checks(settings);
    let gpus = gpus::checks(app, ffmpeg.as_ref(), state.as_ref());
    let checks: Vec<Check> = [tools, gpus, compute::checks(), machine].concat();
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

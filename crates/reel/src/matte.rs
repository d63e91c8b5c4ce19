//! `reel matte`: from what was typed to a request.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_matte::{Backdrop, Format, Params};
use reel_types::Task;

use crate::args::MatteArgs;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::targets::{Target, is_folder, pair};
use crate::text::shown;
use crate::wiring::App;
use crate::work::{HandOver, Request, do_request};

/// Cuts people out, and answers with the exit code.
///
/// # Errors
/// A usage problem: nothing was tried.
pub async fn run(
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    args: MatteArgs,
) -> Result<u8, Problem> {
    let request = request(settings, args)?;
    do_request(app, console, settings, request).await
}

fn request(settings: &Settings, args: MatteArgs) -> Result<Request, Problem> {
    let format = format(&args)?;
    let mut params = Params { format: Some(format), device: settings.device, ..args.params };
    // Behind the film, in the order in which the parameters count them.
    let mut beside: Vec<PathBuf> = Vec::new();
    if let Some(weights) = &args.weights {
        beside.push(weights.clone());
        params.weights_source = Some(1);
    }
    if let Some(typed) = &args.background {
        let (background, picture) = background(typed);
        params.background = Some(background);
        if let Some(picture) = picture {
            beside.push(picture);
            params.background_source = u32::try_from(beside.len()).ok();
        }
    }
    let targets = pair(&args.inputs, &args.output, format.extension())?;
    let with_beside = |target: Target| {
        let sources = target.sources.iter().chain(&beside).cloned().collect();
        Target { sources, ..target }
    };
    let params = serde_json::to_value(&params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })?;
    Ok(Request {
        pipeline: "matte",
        params,
        targets: targets.into_iter().map(with_beside).collect(),
        media_secs,
        hand_over: HandOver::File,
    })
}

/// As asked, else by the output's ending.
fn format(args: &MatteArgs) -> Result<Format, Problem> {
    if let Some(format) = args.params.format {
        return Ok(format);
    }
    if args.background.is_some() {
        return Ok(Format::Green);
    }
    if is_folder(&args.output) {
        return Ok(Format::default());
    }
    let output = Path::new(&args.output);
    let extension = output.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("webm") => Ok(Format::Webm),
        Some("mov") => Ok(Format::Prores),
        Some("mkv") => Ok(Format::Ffv1),
        Some("png") => Ok(Format::Png),
        Some("mp4") => Err(Problem::usage(format!("{}: MP4 holds nothing transparent", shown(output)))
            .with_hint(
                "let the output end in .webm or .mov; or say --background, or --format green, matte or deovr",
            )),
        _ => Err(Problem::usage(format!("{} has no ending that says which format is wanted", shown(output)))
            .with_hint("let the output end in .webm, .mov, .mkv or .png; a folder must end in `/`")),
    }
}

/// A word, or the name of a picture.
fn background(typed: &OsString) -> (Backdrop, Option<PathBuf>) {
    let word = typed.to_str().filter(|word| *word == "blur" || word.starts_with('#'));
    match word.and_then(|word| word.parse().ok()) {
        Some(backdrop) => (backdrop, None),
        None => (Backdrop::Picture, Some(PathBuf::from(typed))),
    }
}

/// Seconds of film in the chunks of a job.
fn media_secs(tasks: &[Task]) -> Option<f64> {
    let secs = |task: &Task| {
        let chunk = &task.spec.chunk;
        let tick = chunk["tick"]["num"].as_f64()? / chunk["tick"]["den"].as_f64()?;
        Some((chunk["first_ticks"].as_f64()? * tick, task.spec.cost))
    };
    // A chunk's cost is its length in milliseconds, forty times.
    let cost: u64 = tasks.iter().filter_map(secs).map(|(_, cost)| cost).sum();
    Some(cost as f64 / 40_000.0).filter(|secs| *secs > 0.0)
}

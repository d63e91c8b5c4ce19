//! `reel transcode`: from what was typed to a request.

use std::path::Path;
use std::sync::Arc;

use reel_transcode::{Container, Intent, Params};
use reel_types::Task;

use crate::args::TranscodeArgs;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::targets::{is_folder, pair};
use crate::text::shown;
use crate::wiring::App;
use crate::work::{HandOver, Request, do_request};

/// Transcodes, and answers with the exit code.
///
/// # Errors
/// A usage problem: nothing was tried.
pub async fn run(
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    args: TranscodeArgs,
) -> Result<u8, Problem> {
    let request = request(settings, args)?;
    do_request(app, console, settings, request).await
}

fn request(settings: &Settings, args: TranscodeArgs) -> Result<Request, Problem> {
    let container = match args.params.container {
        Some(container) => container,
        None if is_folder(&args.output) => Container::default(),
        None => container_of(Path::new(&args.output))?,
    };
    let params = Params { container: Some(container), device: settings.device, ..args.params };
    Intent::from_params(&params)?;
    let targets = pair(&args.inputs, &args.output, container.extension())?;
    let params = serde_json::to_value(&params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })?;
    Ok(Request { pipeline: "transcode", params, targets, media_secs, hand_over: HandOver::File, batch: None })
}

fn container_of(output: &Path) -> Result<Container, Problem> {
    let extension = output.extension().and_then(|extension| extension.to_str());
    extension.and_then(Container::from_extension).ok_or_else(|| {
        let message = match extension {
            Some(extension) => format!("{}: reel writes no .{extension} files", shown(output)),
            None => format!("{} has no ending that says which format is wanted", shown(output)),
        };
        Problem::usage(message)
            .with_hint("let the output end in .mp4, .mkv, .webm or .mov; a folder must end in `/`")
    })
}

/// Seconds of film in the chunks of a job.
fn media_secs(tasks: &[Task]) -> Option<f64> {
    let chunks = || tasks.iter().map(|task| &task.spec.chunk).filter(|chunk| chunk["type"] == "video");
    let secs = |chunk: &serde_json::Value, name: &str| {
        let tick = chunk["tick"]["num"].as_f64()? / chunk["tick"]["den"].as_f64()?;
        Some(chunk[name].as_f64()? * tick)
    };
    let first = chunks().filter_map(|chunk| secs(chunk, "first_ticks")).reduce(f64::min)?;
    let last = chunks().filter_map(|chunk| secs(chunk, "last_ticks")).reduce(f64::max)?;
    Some(last - first).filter(|secs| *secs > 0.0)
}

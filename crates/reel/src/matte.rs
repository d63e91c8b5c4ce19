//! `reel matte`: from what was typed to a request.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_matte::{Backdrop, Format, Params};
use reel_types::Task;

use crate::args::MatteArgs;
use crate::batch::{ForecastWish, Wish};
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
    if settings.server.is_some() && (args.log.is_some() || args.forecast == ForecastWish::Only) {
        return Err(Problem::usage("--log and --forecast only are for films that are made on this machine"));
    }
    let request = request(settings, args)?;
    do_request(app, console, settings, request).await
}

fn request(settings: &Settings, args: MatteArgs) -> Result<Request, Problem> {
    let format = format(&args)?;
    let inputs = films_in(&args.inputs)?;
    let mut params = Params { format: Some(format), device: settings.device, ..args.params.clone() };
    // Behind the film, in the order in which the parameters count them.
    let mut beside: Vec<PathBuf> = Vec::new();
    if let Some(weights) = &args.weights {
        beside.push(weights.clone());
        params.weights_source = Some(1);
    }
    if let Some(typed) = &args.background {
        let (background, picture) = background(typed)?;
        params.background = Some(background);
        if let Some(picture) = picture {
            beside.push(picture);
            params.background_source = u32::try_from(beside.len()).ok();
        }
    }
    // Many pictures become a folder; one is a file.
    params.one_picture = format == Format::Png && !is_folder(&args.output);
    let is_many = format == Format::Png && !params.one_picture && !params.preview;
    let targets =
        if is_many { folders(&inputs, &args)? } else { pair(&inputs, &args.output, format.extension())? };
    let with_beside = |target: Target| {
        let sources = target.sources.iter().chain(&beside).cloned().collect();
        Target { sources, ..target }
    };
    let wish = Wish { log: args.log, forecast: args.forecast, params: params.clone() };
    let params = serde_json::to_value(&params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })?;
    Ok(Request {
        pipeline: "matte",
        params,
        targets: targets.into_iter().map(with_beside).collect(),
        media_secs,
        hand_over: if is_many { HandOver::Folder } else { HandOver::File },
        batch: Some(wish),
    })
}

/// What film and picture files end in. Only for folders: a file that is named is taken whatever it is called.
const FILM_ENDINGS: [&str; 22] = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "vob", "wmv", "flv",
    "ogv", "mxf", "3gp", "y4m", "png", "jpg", "jpeg", "webp",
];

/// The inputs, with the films in it for each folder, by name.
fn films_in(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut films = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            films.push(input.clone());
            continue;
        }
        let read = |error| Problem::storage(format!("cannot read the folder {}", shown(input)), &error);
        let entries = std::fs::read_dir(input).map_err(read)?;
        let is_film = |path: &PathBuf| {
            let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
            path.is_file() && ending.is_some_and(|ending| FILM_ENDINGS.contains(&ending.as_str()))
        };
        let mut found: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_film).collect();
        if found.is_empty() {
            return Err(Problem::usage(format!("there is no film in the folder {}", shown(input)))
                .with_hint("name the files one by one: then it does not matter what they are called"));
        }
        found.sort();
        films.append(&mut found);
    }
    Ok(films)
}

/// A folder of pictures for each film: the output itself for one, else one in it that is called like the film.
fn folders(inputs: &[PathBuf], args: &MatteArgs) -> Result<Vec<Target>, Problem> {
    let output = Path::new(&args.output).components().as_path();
    if let [input] = inputs
        && !output.exists()
    {
        return Ok(vec![Target::of_file(input, output.to_owned())]);
    }
    let targets = pair(inputs, &args.output, Format::Png.extension())?;
    Ok(targets
        .into_iter()
        .map(|target| Target { output: target.output.with_extension(""), ..target })
        .collect())
}

/// As asked, else by the output's ending.
fn format(args: &MatteArgs) -> Result<Format, Problem> {
    if args.params.preview {
        let is_png =
            Path::new(&args.output).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
        return match is_png || is_folder(&args.output) {
            true => Ok(Format::Png),
            false => {
                Err(Problem::usage("a preview is a PNG picture").with_hint("let the output end in .png"))
            }
        };
    }
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

/// A word, or the name of a picture; a picture may be called like a colour.
fn background(typed: &OsString) -> Result<(Backdrop, Option<PathBuf>), Problem> {
    let picture = PathBuf::from(typed);
    match typed.to_str().filter(|word| *word == "blur" || word.starts_with('#')).map(str::parse) {
        Some(Ok(backdrop)) => Ok((backdrop, None)),
        Some(Err(error)) if !picture.exists() => Err(Problem::usage(format!("--background: {error}"))
            .with_hint("say #RRGGBB, for example #00b140, or blur, or the name of a picture")),
        _ => Ok((Backdrop::Picture, Some(picture))),
    }
}

/// Seconds of film in the chunks of a job.
fn media_secs(tasks: &[Task]) -> Option<f64> {
    // The cost of a stretch of film is its length in milliseconds, forty times.
    let films = tasks.iter().filter(|task| task.spec.chunk["type"] == "film");
    let cost: u64 = films.map(|task| task.spec.cost).sum();
    Some(cost as f64 / 40_000.0).filter(|secs| *secs > 0.0)
}

//! `reel pack`: from what was typed to a request.

mod entries;
mod kept;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_pack::stream::names::base_name;
use reel_pack::{PackParams, Profile};

use crate::args::PackArgs;
use crate::console::Console;
use crate::delivery::numbered_there;
use crate::problem::{Problem, ProblemKind};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::targets::{Target, check, is_folder, named_output};
use crate::text::shown;
use crate::wiring::App;
use crate::work::{HandOver, Request, do_request, refuse};

/// Packs, and answers with the exit code.
///
/// # Errors
/// A usage problem: nothing was tried.
pub async fn run(
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    args: PackArgs,
) -> Result<u8, Problem> {
    let mut args = args;
    args.params.device = settings.device;
    let input = args.inputs.first().cloned().unwrap_or_default();
    match request(settings, args).await {
        Ok(request) => do_request(app, console, settings, request).await,
        Err(problem) => refuse(console, settings, &input, problem),
    }
}

async fn request(settings: &Settings, args: PackArgs) -> Result<Request, Problem> {
    if let Some((message, hint)) = args.params.contradiction() {
        return Err(Problem::usage(message).with_hint(hint));
    }
    let gathered = entries::gather(&args.inputs)?;
    let output = output(&args, &gathered.name)?;
    let matroska = output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mkv"));
    let is_sealed = args.encrypt || args.key.key_file.is_some() || args.key.passphrase_file.is_some();
    if is_sealed && settings.server.is_some() {
        return Err(Problem::usage("a server encrypts nothing: it would see what only you should")
            .with_hint("leave --server away: encrypt it here, and send the video wherever you like"));
    }
    let secret = is_sealed.then(|| Secret::for_new(&args.key)).transpose()?;
    let mut params = PackParams { entries: gathered.entries, name: gathered.name, matroska, ..args.params };
    let input = args.inputs.first().cloned().unwrap_or_default();
    let target = Target { input, sources: gathered.sources, output };
    let is_split = params.split_size.is_some() || params.split_duration.is_some();
    if is_split {
        refuse_numbered_input(&target)?;
    } else {
        check(std::slice::from_ref(&target), &target.sources)?;
    }
    if let Some(secret) = secret {
        let kept = kept::seals(settings, &as_json(&params)?, &target).await?;
        params.seal = Some(secret.seal(&kept)?);
    }
    Ok(Request {
        pipeline: "pack",
        params: as_json(&params)?,
        targets: vec![target],
        media_secs: |_| None,
        hand_over: if is_split { HandOver::Numbered } else { HandOver::File },
        batch: None,
    })
}

fn as_json(params: &PackParams) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })
}

/// No video of several may take the place of what is packed.
fn refuse_numbered_input(target: &Target) -> Result<(), Problem> {
    let there: Vec<Target> = numbered_there(&target.output)
        .into_iter()
        .map(|output| Target { output, ..target.clone() })
        .collect();
    there.iter().try_for_each(|one| check(std::slice::from_ref(one), &target.sources))
}

/// In a folder the video is called like what is in it.
fn output(args: &PackArgs, name: &str) -> Result<PathBuf, Problem> {
    named_output(&args.output)?;
    let extension = match args.params.profile {
        Profile::Archive | Profile::Legacy => "avi",
        Profile::Share => "mp4",
    };
    if is_folder(&args.output) {
        return Ok(Path::new(&args.output).join(base_name(&format!("{name}.{extension}"))));
    }
    let output = PathBuf::from(OsString::from(&args.output));
    let typed = output.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let fits = match args.params.profile {
        Profile::Archive | Profile::Legacy => typed.eq_ignore_ascii_case("avi"),
        Profile::Share => ["mp4", "mkv"].iter().any(|known| typed.eq_ignore_ascii_case(known)),
    };
    if fits {
        return Ok(output);
    }
    let hint = match args.params.profile {
        Profile::Archive | Profile::Legacy => {
            "let the output end in .avi; `ffmpeg -c copy` turns it into .mkv or .mp4 without loss"
        }
        Profile::Share => "let the output end in .mp4 or .mkv: sites refuse .avi",
    };
    Err(Problem::usage(format!("{} does not end as a packed video does", shown(&output))).with_hint(hint))
}

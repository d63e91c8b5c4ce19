//! `reel unpack`: from what was typed to a request, or a look at what is in a video.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_media::OnDemand;
use reel_pack::stream::seal::FileKey;
use reel_pack::{Peeked, UnpackParams, peek};
use reel_types::CancelToken;

use crate::args::UnpackArgs;
use crate::console::Console;
use crate::delivery::folder_exists;
use crate::exit;
use crate::problem::{Problem, ProblemKind};
use crate::secret::{self, KeyArgs};
use crate::settings::Settings;
use crate::targets::{Target, check, is_folder, named_output};
use crate::text::{bytes, shown};
use crate::wiring::{App, ffmpeg_on_demand, open_state};
use crate::work::{HandOver, Request, do_request, refuse};

/// Unpacks or lists, and answers with the exit code.
///
/// # Errors
/// A usage or an input problem: nothing was tried.
pub async fn run(
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    args: UnpackArgs,
) -> Result<u8, Problem> {
    let mut args = args;
    args.params.device = settings.device;
    let ffmpeg = ffmpeg_on_demand(settings, &open_state(settings)?);
    if args.list {
        let listed = args.videos.iter().map(|video| {
            look(&ffmpeg, video, &args.key, secret::is_given(&args.key))
                .map(|(peeked, _)| list(console, settings, video, &peeked))
                .map_or_else(|problem| refuse(console, settings, video, problem), |()| Ok(exit::DONE))
        });
        return Ok(exit::worst(listed.collect::<Result<Vec<_>, _>>()?));
    }
    let first = args.videos.first().cloned().unwrap_or_default();
    for video in &args.videos {
        if let Err(problem) = try_reading(video) {
            return refuse(console, settings, video, problem);
        }
    }
    // Nobody is asked for a passphrase that then is of no use.
    let opened = look(&ffmpeg, &first, &args.key, settings.server.is_none());
    let asked = opened.and_then(|(peeked, key)| {
        if peeked.sealed_key.is_some() && settings.server.is_some() {
            let problem = Problem::usage("a server opens no encrypted video: it would need the key");
            return Err(problem.with_hint("leave --server away; this machine unpacks it"));
        }
        request(args, &peeked).map(|request| (request, key))
    });
    match asked {
        Ok((request, key)) => {
            let app = key.map_or_else(|| app.clone(), |key| app.clone().with_key(key));
            do_request(&app, console, settings, request).await
        }
        Err(problem) => refuse(console, settings, &first, problem),
    }
}

fn try_reading(video: &Path) -> Result<(), Problem> {
    let hinted = |problem: Problem| match &problem.hint {
        Some(_) => problem,
        None => problem.with_hint("check the name, and that it may be read"),
    };
    reel_engine::submit::local_source(video).map_err(|failure| hinted(failure.into())).map(drop)
}

/// What is in a video, and its key where it is encrypted and that is wanted.
fn look(
    ffmpeg: &OnDemand,
    video: &Path,
    key: &KeyArgs,
    wants_key: bool,
) -> Result<(Peeked, Option<Arc<FileKey>>), Problem> {
    try_reading(video)?;
    let peeked = peek(ffmpeg, video, None, &CancelToken::new())?;
    let Some(wrapped) = peeked.sealed_key.as_deref().filter(|_| wants_key) else { return Ok((peeked, None)) };
    let key = Arc::new(secret::open(key, wrapped)?);
    Ok((peek(ffmpeg, video, Some(&key), &CancelToken::new())?, Some(key)))
}

fn request(args: UnpackArgs, peeked: &Peeked) -> Result<Request, Problem> {
    let name = peeked.name.clone().unwrap_or_else(|| "unpacked".to_owned());
    let output = match &args.output {
        Some(output) => {
            named_output(output)?;
            if is_folder(output) { Path::new(output).join(&name) } else { PathBuf::from(output) }
        }
        None => PathBuf::from(name),
    };
    let input = args.videos.first().cloned().unwrap_or_default();
    let target = Target { input, sources: args.videos, output };
    let hand_over = match (args.params.verify, peeked.is_tar) {
        (true, _) => HandOver::Finding,
        (false, true) => HandOver::Folder,
        (false, false) => HandOver::File,
    };
    match hand_over {
        HandOver::File => check(std::slice::from_ref(&target), &target.sources)?,
        HandOver::Folder if fs::symlink_metadata(&target.output).is_ok() => {
            return Err(folder_exists(&target.output));
        }
        HandOver::Folder | HandOver::Numbered | HandOver::Finding => {}
    }
    let params = UnpackParams { ..args.params };
    let params = serde_json::to_value(&params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })?;
    Ok(Request {
        pipeline: "unpack",
        params,
        targets: vec![target],
        media_secs: |_| None,
        hand_over,
        batch: None,
    })
}

fn list(console: &Console, settings: &Settings, path: &Path, peeked: &Peeked) {
    if settings.json {
        let record = serde_json::json!({
            "type": "packed", "input": path.to_string_lossy(), "name": peeked.name, "size_bytes": peeked.size_bytes,
            "sha256": peeked.sha256, "kind": if peeked.is_tar { "tar" } else { "file" },
            "part": peeked.part.map(|(part, _)| part), "part_count": peeked.part.map(|(_, count)| count),
            "encrypted": peeked.sealed_key.is_some(), "profile": peeked.profile, "repair_ratio": peeked.repair_ratio,
        });
        console.data(&record.to_string());
        return;
    }
    let name = peeked.name.as_deref().map_or("encrypted".to_owned(), |name| shown(Path::new(name)));
    let size = peeked.size_bytes.map(|size| format!("  {}", bytes(size))).unwrap_or_default();
    let part = peeked.part.map(|(part, count)| format!("  part {part} of {count}")).unwrap_or_default();
    let kind = if peeked.is_tar { "  folder" } else { "" };
    console.data(&format!(
        "{name}{size}{kind}{part}  profile {}, {:.0} % repair",
        peeked.profile,
        peeked.repair_ratio * 100.0
    ));
    if let Some(sha256) = &peeked.sha256 {
        console.data(&format!("  sha256 {sha256}"));
    }
}

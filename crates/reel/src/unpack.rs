//! `reel unpack`: from what was typed to a request, or a look at what is in a video.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_pack::{Peeked, UnpackParams, peek};
use reel_types::CancelToken;

use crate::args::UnpackArgs;
use crate::console::Console;
use crate::exit;
use crate::problem::{Problem, ProblemKind};
use crate::secret;
use crate::settings::Settings;
use crate::targets::{Target, check, is_folder, named_output};
use crate::text::{bytes, shown};
use crate::wiring::{App, find_ffmpeg, open_state};
use crate::work::{HandOver, Request, do_request};

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
    let ffmpeg = find_ffmpeg(settings, &open_state(settings)?)?;
    let first = args.videos.first().map_or(Path::new(""), PathBuf::as_path);
    reel_engine::submit::local_source(first)?;
    let mut peeked = peek(&ffmpeg, first, None, &CancelToken::new())?;
    let mut app = app.clone();
    let wants_key = !args.list || args.key.key_file.is_some() || args.key.passphrase_file.is_some();
    if let Some(wrapped) = peeked.sealed_key.clone().filter(|_| wants_key) {
        let key = Arc::new(secret::open(&args.key, &wrapped)?);
        peeked = peek(&ffmpeg, first, Some(&key), &CancelToken::new())?;
        app = app.with_key(key);
    }
    if args.list {
        list(console, settings, first, &peeked);
        return Ok(exit::DONE);
    }
    do_request(&app, console, settings, request(args, &peeked)?).await
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
    let hand_over = if peeked.is_tar { HandOver::Folder } else { HandOver::File };
    if hand_over == HandOver::File {
        check(std::slice::from_ref(&target), &target.sources)?;
    }
    let params = UnpackParams { ..args.params };
    let params = serde_json::to_value(&params).map_err(|error| {
        Problem::new(ProblemKind::Failure(reel_types::FailureKind::Internal), error.to_string())
    })?;
    Ok(Request { pipeline: "unpack", params, targets: vec![target], media_secs: |_| None, hand_over })
}

fn list(console: &Console, settings: &Settings, path: &Path, peeked: &Peeked) {
    if settings.json {
        let record = serde_json::json!({
            "type": "packed", "input": path.to_string_lossy(), "name": peeked.name, "size_bytes": peeked.size_bytes,
            "sha256": peeked.sha256, "kind": if peeked.is_tar { "tar" } else { "file" },
            "encrypted": peeked.sealed_key.is_some(), "profile": peeked.profile, "repair_ratio": peeked.repair_ratio,
        });
        console.data(&record.to_string());
        return;
    }
    let name = peeked.name.as_deref().map_or("encrypted".to_owned(), |name| shown(Path::new(name)));
    let size = peeked.size_bytes.map(|size| format!("  {}", bytes(size))).unwrap_or_default();
    let kind = if peeked.is_tar { "  folder" } else { "" };
    console.data(&format!(
        "{name}{size}{kind}  profile {}, {:.0} % repair",
        peeked.profile,
        peeked.repair_ratio * 100.0
    ));
    if let Some(sha256) = &peeked.sha256 {
        console.data(&format!("  sha256 {sha256}"));
    }
}

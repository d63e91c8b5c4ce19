//! A file of this machine becomes one of the server: in pieces, going on where an earlier command was cut off.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reel_store::sha256_of_file;
use reel_types::FailureKind;
use ureq::Body;
use ureq::http::{Method, Response, StatusCode};

use super::answer::UploadAnswer;
use super::client::{API, Client, Refusal};
use super::note::{Note, Place};
use crate::problem::{Problem, ProblemKind};
use crate::text::{bytes, shown};

/// A cut connection costs at most so much.
const PIECE_BYTES: u64 = 16 << 20;
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

/// A file of this machine, read once.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
    /// Without any folder.
    pub(super) filename: String,
}

/// Reads a file for its digest.
pub(super) fn measure(path: &Path) -> Result<Measured, Problem> {
    let (size_bytes, sha256) = sha256_of_file(path).map_err(|error| {
        Problem::new(ProblemKind::Failure(FailureKind::Input), format!("cannot read {}", shown(path)))
            .caused_by(&error)
            .with_hint("check the name, and that it may be read")
    })?;
    let filename = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Measured { size_bytes, sha256, filename })
}

/// What the server has of this file from an earlier command, if it is there still.
pub(super) fn known(
    client: &Client,
    place: &Place,
    measured: &Measured,
) -> Result<Option<UploadAnswer>, Problem> {
    let Some(Note::Whole(id)) = place.read() else { return Ok(None) };
    match client.get::<UploadAnswer>(&format!("{API}/videos/{id}")) {
        Ok(upload) if upload.sha256 == measured.sha256 => Ok(Some(upload)),
        Ok(_) => Ok(None),
        Err(Refusal { status: Some(404), .. }) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Sends a file, or the rest of it.
pub(super) fn send(
    client: &Client,
    place: &Place,
    path: &Path,
    measured: &Measured,
    note: impl Fn(String),
) -> Result<UploadAnswer, Problem> {
    let sending = match going_on(client, place)? {
        Some(sending) => sending,
        None => begin(client, place, measured)?,
    };
    let size = bytes(measured.size_bytes);
    match sending.at {
        0 => note(format!("sending {} ({size})", shown(path))),
        at => note(format!("sending {} ({size}) from {} on", shown(path), bytes(at))),
    }
    let id = send_rest(client, sending, path, measured)?;
    let upload: UploadAnswer = client.get(&format!("{API}/videos/{id}"))?;
    if upload.sha256 != measured.sha256 || upload.size != measured.size_bytes {
        place.forget();
        return Err(changed(path));
    }
    place.write(&Note::Whole(id));
    Ok(upload)
}

fn changed(path: &Path) -> Problem {
    let message = format!("{} changed while it was sent", shown(path));
    Problem::new(ProblemKind::Failure(FailureKind::Input), message).with_hint("run the command again")
}

/// An upload under way.
struct Sending {
    path: String,
    at: u64,
    /// Its name, once it is whole.
    id: Option<String>,
}

fn going_on(client: &Client, place: &Place) -> Result<Option<Sending>, Problem> {
    let Some(Note::Partial(path)) = place.read() else { return Ok(None) };
    match standing(client, &path) {
        Ok(sending) => Ok(Some(sending)),
        Err(Refusal { status: Some(404), .. }) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

fn begin(client: &Client, place: &Place, measured: &Measured) -> Result<Sending, Problem> {
    let length = measured.size_bytes.to_string();
    let name = format!("filename {}", STANDARD.encode(&measured.filename));
    let headers = [TUS, ("upload-length", length.as_str()), ("upload-metadata", name.as_str())];
    let answer = client.send_again(&Method::POST, &format!("{API}/uploads"), &headers, Some(&[]));
    let answer = answer.map_err(|refusal| match refusal.status {
        Some(404 | 405) => Problem::new(
            ProblemKind::Failure(FailureKind::Missing),
            "the server takes no files in pieces (tus)",
        )
        .with_hint("it is an older reel, or something before it swallows /api/v1/uploads"),
        _ => refusal.problem,
    })?;
    let path = text(&answer, "location").ok_or_else(|| missing("Location"))?;
    // Behind a proxy it may be told in full.
    let path = match path.find(API) {
        Some(at) => path.split_at(at).1.to_owned(),
        None => return Err(missing("Location")),
    };
    place.write(&Note::Partial(path.clone()));
    Ok(Sending { path, at: 0, id: text(&answer, "upload-id") })
}

fn standing(client: &Client, path: &str) -> Result<Sending, Refusal> {
    let answer = client.send_again(&Method::HEAD, path, &[TUS], None)?;
    let at = text(&answer, "upload-offset").and_then(|at| at.parse().ok());
    let at = at.ok_or_else(|| Refusal { status: None, problem: missing("Upload-Offset") })?;
    Ok(Sending { path: path.to_owned(), at, id: text(&answer, "upload-id") })
}

/// Sends pieces until the server has the whole; answers with its name there.
fn send_rest(
    client: &Client,
    mut sending: Sending,
    path: &Path,
    measured: &Measured,
) -> Result<String, Problem> {
    let cannot_read = |error: &std::io::Error| {
        Problem::new(ProblemKind::Failure(FailureKind::Input), format!("cannot read {}", shown(path)))
            .caused_by(error)
    };
    let mut file = File::open(path).map_err(|error| cannot_read(&error))?;
    let mut piece = Vec::new();
    let mut pauses = Client::pauses();
    loop {
        if let Some(id) = sending.id {
            return Ok(id);
        }
        let wanted = measured.size_bytes.saturating_sub(sending.at).min(PIECE_BYTES);
        piece.clear();
        file.seek(SeekFrom::Start(sending.at)).map_err(|error| cannot_read(&error))?;
        file.by_ref().take(wanted).read_to_end(&mut piece).map_err(|error| cannot_read(&error))?;
        if piece.len() as u64 != wanted || wanted == 0 {
            return Err(changed(path));
        }
        let offset = sending.at.to_string();
        let headers =
            [TUS, ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
        match client.send(Method::PATCH, &sending.path, &headers, Some(&piece)) {
            Ok(answer) => {
                pauses = Client::pauses();
                sending.at += wanted;
                sending.id = text(&answer, "upload-id");
                if sending.id.is_none() && sending.at >= measured.size_bytes {
                    sending = standing(client, &sending.path)?;
                }
            }
            // What of it arrived is known to the server alone.
            Err(refusal)
                if (refusal.may_pass() || refusal.status == Some(StatusCode::CONFLICT.as_u16()))
                    && client.pause(&mut pauses) =>
            {
                sending = standing(client, &sending.path)?;
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
}

fn text(answer: &Response<Body>, name: &str) -> Option<String> {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn missing(header: &str) -> Problem {
    Problem::new(
        ProblemKind::Failure(FailureKind::Missing),
        format!("the server's answer to an upload has no {header}"),
    )
    .with_hint("something before it may take headers away")
}

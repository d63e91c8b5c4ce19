//! A parcel becomes a file of the server: in pieces, going on where an earlier command was cut off.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reel_types::FailureKind;
use ureq::Body;
use ureq::http::{Method, Response, StatusCode};

use super::answer::UploadAnswer;
use super::client::{API, Client, Refusal};
use super::gauge::Gauge;
use super::note::{Note, Place};
use super::parcel::Parcel;
use crate::problem::{Problem, ProblemKind};
use crate::text::{bytes, shown};

/// What the first request carries: as much as nginx takes by itself. Who sends much into a refusal often hears of nothing but a
/// broken connection, so pieces grow.
const PIECE_BYTES: u64 = 1 << 20;
/// What one request carries at most. What arrived of it counts, whatever cuts it.
const PIECE_BYTES_MAX: u64 = 16 << 20;
/// What stands before a server may take less at once; one that takes less than this takes no files.
const PIECE_BYTES_MIN: u64 = 64 << 10;
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

/// A parcel whose digest is known.
pub(super) struct Measured {
    pub(super) parcel: Parcel,
    pub(super) sha256: String,
    /// Where it is remembered.
    pub(super) place: Place,
}

/// What the server has of this parcel from an earlier command, if it is there still.
pub(super) fn known(client: &Client, measured: &Measured) -> Result<Option<UploadAnswer>, Problem> {
    let Some(Note::Whole(id)) = measured.place.read() else { return Ok(None) };
    match client.get::<UploadAnswer>(&format!("{API}/videos/{id}")) {
        Ok(upload) if upload.sha256 == measured.sha256 => Ok(Some(upload)),
        Ok(_) => Ok(None),
        Err(Refusal { status: Some(404), .. }) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Sends a parcel, or the rest of it.
pub(super) fn send(
    client: &Client,
    measured: &Measured,
    gauge: &Gauge<'_>,
    note: impl Fn(String),
) -> Result<UploadAnswer, Problem> {
    let (parcel, place) = (&measured.parcel, &measured.place);
    let sending = match going_on(client, place)? {
        Some(sending) => sending,
        None => begin(client, place, parcel)?,
    };
    let size = bytes(parcel.size_bytes);
    match sending.at {
        0 => note(format!("sending {} ({size})", shown(&parcel.path))),
        at => note(format!("sending {} ({size}) from {} on", shown(&parcel.path), bytes(at))),
    }
    let id = send_rest(client, sending, parcel, gauge)?;
    let upload: UploadAnswer = client.get(&format!("{API}/videos/{id}"))?;
    if upload.sha256 != measured.sha256 || upload.size != parcel.size_bytes {
        place.forget();
        return Err(parcel.changed());
    }
    place.write(&Note::Whole(id));
    Ok(upload)
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

fn begin(client: &Client, place: &Place, parcel: &Parcel) -> Result<Sending, Problem> {
    let length = parcel.size_bytes.to_string();
    let name = format!("filename {}", STANDARD.encode(&parcel.filename));
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
    let at = at.ok_or_else(|| Refusal::new(None, missing("Upload-Offset")))?;
    Ok(Sending { path: path.to_owned(), at, id: text(&answer, "upload-id") })
}

/// Sends pieces until the server has the whole; answers with its name there.
fn send_rest(
    client: &Client,
    mut sending: Sending,
    parcel: &Parcel,
    gauge: &Gauge<'_>,
) -> Result<String, Problem> {
    let (mut piece_bytes, mut piece_bytes_max) = (PIECE_BYTES, PIECE_BYTES_MAX);
    let mut pauses = Client::pauses();
    loop {
        gauge.tell(sending.at);
        if let Some(id) = sending.id {
            return Ok(id);
        }
        let to = parcel.size_bytes.min(sending.at.saturating_add(piece_bytes));
        if to <= sending.at {
            return Err(parcel.changed());
        }
        match send_piece(client, &sending, to, parcel, gauge)? {
            Ok(answer) => {
                pauses = Client::pauses();
                piece_bytes = (piece_bytes * 2).min(piece_bytes_max);
                sending = Sending { at: to, id: text(&answer, "upload-id"), ..sending };
                if sending.id.is_none() && sending.at >= parcel.size_bytes {
                    sending = standing(client, &sending.path)?;
                }
            }
            Err(Refusal { status: Some(413), .. }) if piece_bytes > PIECE_BYTES_MIN => {
                piece_bytes /= 2;
                piece_bytes_max = piece_bytes;
            }
            Err(refusal) if refusal.may_pass() || refusal.status == Some(StatusCode::CONFLICT.as_u16()) => {
                if !client.pause(&mut pauses) {
                    return Err(refusal.into());
                }
                // What of it arrived is known to the server alone.
                let now = standing(client, &sending.path)?;
                if now.at > sending.at {
                    pauses = Client::pauses();
                } else {
                    // Perhaps it was too much at once, and whoever found so was not heard.
                    piece_bytes = (piece_bytes / 2).max(PIECE_BYTES_MIN);
                }
                sending = now;
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
}

/// Sends the bytes up to `to`. The outer problem is one of this machine.
fn send_piece(
    client: &Client,
    sending: &Sending,
    to: u64,
    parcel: &Parcel,
    gauge: &Gauge<'_>,
) -> Result<Result<Response<Body>, Refusal>, Problem> {
    let offset = sending.at.to_string();
    let headers =
        [TUS, ("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
    let tell = |at| gauge.tell(at);
    let mut piece = parcel.read(sending.at, to, &tell);
    let size_bytes = to.saturating_sub(sending.at);
    let answer = client.send_stream(Method::PATCH, &sending.path, &headers, (&mut piece, size_bytes));
    match piece.failed() {
        Some(problem) => Err(problem),
        None => Ok(answer),
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

//! A result of the server becomes a file here: fetched beside its place, going on where it was cut off, checked, put in place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use reel_store::sha256_of_file;
use reel_types::{Artifact, FailureKind, JobId};
use rustix::fs::{FlockOperation, flock};
use ureq::http::Method;

use super::client::{Client, Refusal};
use crate::delivery::{self, Delivered, Delivery, Standing, beside, deliver, deliver_tree};
use crate::problem::{Problem, ProblemKind};
use crate::text::shown;
use crate::work::{HandOver, internal};

/// What is fetched, and where it goes.
pub(super) struct Wanted<'a> {
    pub(super) client: &'a Client,
    pub(super) job: &'a JobId,
    /// Its key is the address of its bytes.
    pub(super) artifact: &'a Artifact,
    pub(super) output: PathBuf,
    pub(super) force: bool,
    pub(super) becomes: HandOver,
}

/// Fetches and delivers; says what delivery had to say.
pub(super) fn fetch(wanted: &Wanted<'_>) -> Result<(Delivered, Vec<String>), Problem> {
    let hint = "the server keeps the result: run the command again to fetch it";
    loop {
        if wanted.becomes != HandOver::Folder {
            match delivery::standing(&wanted.output, wanted.artifact)? {
                Standing::Equal => return Ok((Delivered::AlreadyThere, Vec::new())),
                Standing::Different if !wanted.force => {
                    let problem = delivery::exists(&wanted.output, None);
                    return Err(problem.with_hint(format!(
                        "{hint} with --force to replace the file, or with another name after -o"
                    )));
                }
                Standing::Different | Standing::Free => {}
            }
        }
        let object = beside(&wanted.output, wanted.job, "download");
        // Another command that fetched the same has put it in place meanwhile: look again.
        if !bring(wanted, &object)? {
            continue;
        }
        let delivery = Delivery {
            job: wanted.job.clone(),
            object: object.clone(),
            artifact: wanted.artifact.clone(),
            output: wanted.output.clone(),
            force: wanted.force,
        };
        let delivered = match wanted.becomes {
            HandOver::Folder => deliver_tree(&delivery),
            _ => deliver(&delivery).map(|delivered| (delivered, Vec::new())),
        };
        if let Ok((Delivered::ObjectGone, _)) = &delivered {
            continue;
        }
        let _ = fs::remove_file(&object);
        return delivered.map_err(|problem| match problem.kind {
            ProblemKind::Failure(FailureKind::Damaged) => problem,
            _ => problem.with_hint(hint),
        });
    }
}

/// Fills the file beside the output; false when another command has taken it away.
fn bring(wanted: &Wanted<'_>, object: &Path) -> Result<bool, Problem> {
    let cannot = |error: &io::Error| {
        Problem::storage(format!("cannot write {}", shown(object)), error)
            .with_hint("the server keeps the result: run the command again to fetch it")
    };
    let open = OpenOptions::new().read(true).append(true).create(true).open(object);
    let mut file = open.map_err(|error| cannot(&error))?;
    flock(&file, FlockOperation::LockExclusive).map_err(|error| cannot(&error.into()))?;
    if !is_still(&file, object) {
        return Ok(false);
    }
    let mut pauses = Client::pauses();
    let size = wanted.artifact.size_bytes;
    loop {
        let at = file.metadata().map_err(|error| cannot(&error))?.len();
        if at > size {
            file.set_len(0).map_err(|error| cannot(&error))?;
            continue;
        }
        if at == size {
            break;
        }
        match read_from(wanted, &mut file, at) {
            Ok(()) => {}
            Err(Broken::Here(error)) => return Err(cannot(&error)),
            Err(Broken::There(refusal)) if !refusal.may_pass() => return Err(refusal.into()),
            Err(Broken::There(refusal)) => {
                if file.metadata().is_ok_and(|meta| meta.len() > at) {
                    pauses = Client::pauses();
                }
                if !wanted.client.pause(&mut pauses) {
                    return Err(refusal.into());
                }
            }
        }
    }
    file.sync_all().map_err(|error| cannot(&error))?;
    let (_, sha256) = sha256_of_file(object).map_err(|error| cannot(&error))?;
    if sha256 != wanted.artifact.sha256 {
        let _ = fs::remove_file(object);
        let message = format!("what came for {} is not what the server made", shown(&wanted.output));
        return Err(Problem::new(ProblemKind::Failure(FailureKind::Verification), message)
            .with_hint("run the command again to fetch it anew"));
    }
    Ok(true)
}

/// Whether the open file is the one that the name means.
fn is_still(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

enum Broken {
    Here(io::Error),
    There(Refusal),
}

/// Appends what follows byte `at`, as far as it comes.
fn read_from(wanted: &Wanted<'_>, file: &mut File, at: u64) -> Result<(), Broken> {
    let range = format!("bytes={at}-");
    let headers: &[(&str, &str)] = if at > 0 { &[("range", &range)] } else { &[] };
    let answer = wanted.client.send(Method::GET, &wanted.artifact.key, headers, None);
    let answer = answer.map_err(Broken::There)?;
    if at > 0 && answer.status().as_u16() != 206 {
        // Something before the server does not pass ranges on: all of it comes again.
        file.set_len(0).map_err(Broken::Here)?;
        file.rewind().map_err(Broken::Here)?;
    }
    let left = wanted.artifact.size_bytes.saturating_sub(file.metadata().map_err(Broken::Here)?.len());
    let mut body = answer.into_body().into_reader().take(left);
    let mut buffer = vec![0_u8; 1 << 18];
    let cut = |error: &io::Error| {
        let message = format!("the connection to {} broke", wanted.client.url());
        let problem = Problem::new(ProblemKind::Failure(FailureKind::Transient), message).caused_by(error);
        Broken::There(Refusal::new(None, problem))
    };
    let mut got = 0_u64;
    loop {
        if wanted.client.stop.is_cancelled() {
            return Err(Broken::Here(io::Error::from(io::ErrorKind::Interrupted)));
        }
        match body.read(&mut buffer) {
            Ok(0) if got < left => return Err(cut(&io::Error::from(io::ErrorKind::UnexpectedEof))),
            Ok(0) => return Ok(()),
            Ok(count) => {
                let piece = buffer.get(..count).ok_or_else(|| Broken::Here(io::Error::other("too much")))?;
                file.write_all(piece).map_err(Broken::Here)?;
                got += count as u64;
            }
            Err(error) => return Err(cut(&error)),
        }
    }
}

/// The problem of a job whose results do not fit what was asked for.
pub(super) fn unfitting(job: &JobId, count: usize) -> Problem {
    internal(format!("job {job} has {count} results, not one"))
}

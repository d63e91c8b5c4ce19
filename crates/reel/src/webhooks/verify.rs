//! `reel webhooks verify`: whether a message is one of ours, as whoever receives it would ask.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueHint};
use reel_server::{WebhookSecret, verify_webhook};
use reel_types::FailureKind;

use crate::console::Console;
use crate::exit;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::text::shown;

/// Where the secret is when no file holds it.
const VARIABLE: &str = "REEL_WEBHOOK_SECRET";
/// Most bytes of a message; ours have fewer.
const BODY_BYTES_MAX: u64 = 16 << 20;
/// Most bytes of a file with a secret.
const SECRET_BYTES_MAX: u64 = 4096;

/// `reel webhooks verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// What `Reel-Signature` says
    #[arg(long, value_name = "SIGNATURE")]
    pub signature: String,
    /// Read the secret from the first line of this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,
}

/// Reads the body from stdin and says whether the signature is right and not older than five minutes.
///
/// # Errors
/// A usage problem when there is no secret; an input problem when the signature is not right.
pub(super) fn run(console: &Console, settings: &Settings, args: &VerifyArgs) -> Result<u8, Problem> {
    let secret = WebhookSecret::new(secret(args.secret_file.as_deref())?);
    let body =
        read_at_most(io::stdin(), BODY_BYTES_MAX).map_err(|error| unread("the message on stdin", &error))?;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_secs = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    verify_webhook(&secret, &args.signature, &body, now_secs).map_err(|error| {
        refused(error.to_string())
            .with_hint("it is over the bytes of the body as they came, and good for five minutes")
    })?;
    if settings.json {
        console.data(r#"{"type":"signature","valid":true}"#);
    } else if !settings.quiet {
        console.data("the signature is right");
    }
    Ok(exit::DONE)
}

fn secret(file: Option<&Path>) -> Result<String, Problem> {
    let missing = || {
        Problem::usage("there is no secret to verify with")
            .with_hint(format!("set {VARIABLE}, or use --secret-file FILE"))
    };
    let text = match file {
        None => env::var(VARIABLE).map_err(|_| missing())?,
        Some(path) => {
            let read = File::open(path).and_then(|file| read_at_most(file, SECRET_BYTES_MAX));
            let bytes = read.map_err(|error| unread(&shown(path), &error))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let first = text.lines().next().unwrap_or_default().trim().to_owned();
    if first.is_empty() { Err(missing()) } else { Ok(first) }
}

fn read_at_most(from: impl Read, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::other(format!("it has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

fn unread(what: &str, error: &io::Error) -> Problem {
    refused(format!("cannot read {what}")).caused_by(error)
}

fn refused(message: String) -> Problem {
    Problem::new(ProblemKind::Failure(FailureKind::Input), message)
}

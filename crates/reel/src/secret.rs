//! Passphrases: from a file, from the environment, or typed without being shown.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use reel_pack::Seal;
use reel_pack::stream::seal::{FileKey, SealError, SealTo};
use reel_types::FailureKind;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::problem::{Problem, ProblemKind};
use crate::text::shown;

/// Most bytes that are read of a passphrase or key file.
const KEY_BYTES_MAX: u64 = 1 << 20;

/// Every picture holds the sealed key beside the other metadata, in four kilobytes.
const WRAPPED_BYTES_MAX: usize = 2600;

/// Where a key comes from.
#[derive(Args, Clone, Default, Debug)]
pub struct KeyArgs {
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "key_file")]
    pub passphrase_file: Option<PathBuf>,
    /// Use this age key file instead of a passphrase
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_file: Option<PathBuf>,
}

/// What opens a video, as it was given.
pub enum Secret {
    /// A passphrase.
    Passphrase(String),
    /// The text of a key file, and where it was.
    KeyFile(PathBuf, String),
}

impl Secret {
    /// For a new video; a passphrase that is typed is typed twice.
    ///
    /// # Errors
    /// A usage problem when there is no passphrase; an input problem for a file that cannot be read.
    pub fn for_new(args: &KeyArgs) -> Result<Self, Problem> {
        Ok(match &args.key_file {
            Some(path) => Self::KeyFile(path.clone(), text_of(path)?),
            None => Self::Passphrase(passphrase(args, true)?),
        })
    }

    /// A key for a video, sealed for its owner: one of those `kept` with a job that was not finished, when this opens it, so that
    /// the job goes on; else a new one.
    ///
    /// # Errors
    /// An input problem for a key file that is none.
    pub fn seal(&self, kept: &[Seal]) -> Result<Seal, Problem> {
        let is_ours = |seal: &&Seal| self.opened(&seal.key).is_ok_and(|key| key.seal_to() == seal.seal_to);
        if let Some(seal) = kept.iter().find(is_ours) {
            return Ok(seal.clone());
        }
        let key = FileKey::generate();
        let wrapped = match self {
            Self::KeyFile(path, text) => {
                let people = SealTo::from_key_file(text).map_err(|error| of_file(path, &error))?;
                key.wrap_for(&people)
            }
            Self::Passphrase(passphrase) => key.wrap_with_passphrase(passphrase),
        };
        let wrapped = wrapped.map_err(|error| refused(&error.to_string()))?;
        if wrapped.len() > WRAPPED_BYTES_MAX {
            return Err(Problem::usage("the key file has more keys than every picture has room for")
                .with_hint("leave at most 15 keys in it"));
        }
        Ok(Seal { seal_to: key.seal_to(), key: wrapped })
    }

    fn opened(&self, wrapped: &str) -> Result<FileKey, SealError> {
        match self {
            Self::KeyFile(_, text) => FileKey::unwrap_with_key_file(wrapped, text),
            Self::Passphrase(passphrase) => FileKey::unwrap_with_passphrase(wrapped, passphrase),
        }
    }
}

/// The key of a video, from how it was sealed.
///
/// # Errors
/// An input problem when the passphrase or the key file is not the one.
pub fn open(args: &KeyArgs, wrapped: &str) -> Result<FileKey, Problem> {
    let secret = match &args.key_file {
        Some(path) => Secret::KeyFile(path.clone(), text_of(path)?),
        None => Secret::Passphrase(passphrase(args, false)?),
    };
    secret
        .opened(wrapped)
        .map_err(|error| refused(&error.to_string()).with_hint("nothing was written; try another one"))
}

/// Whether there is a key without asking for one.
pub fn is_given(args: &KeyArgs) -> bool {
    args.key_file.is_some() || args.passphrase_file.is_some() || env::var_os("REEL_PASSPHRASE").is_some()
}

fn passphrase(args: &KeyArgs, is_new: bool) -> Result<String, Problem> {
    if let Some(path) = &args.passphrase_file {
        let text = text_of(path)?;
        return not_empty(text.lines().next().unwrap_or_default());
    }
    if let Some(text) = env::var_os("REEL_PASSPHRASE") {
        let text = text.into_string().map_err(|_| {
            refused("REEL_PASSPHRASE is not UTF-8").with_hint("use --passphrase-file FILE or --key-file FILE")
        })?;
        return not_empty(&text);
    }
    let typed = typed("Passphrase: ").and_then(|typed| {
        if is_new && self::typed("Once more: ")? != typed {
            return Err(io::Error::other("the two are different"));
        }
        Ok(typed)
    });
    match typed {
        Ok(typed) => not_empty(&typed),
        Err(error) => Err(Problem::usage(format!("no passphrase: {}", no_terminal(&error)))
            .with_hint("set REEL_PASSPHRASE, or use --passphrase-file FILE or --key-file FILE")),
    }
}

fn not_empty(text: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Err(Problem::usage("the passphrase is empty")
            .with_hint("set REEL_PASSPHRASE, or use --passphrase-file FILE or --key-file FILE"));
    }
    Ok(text.to_owned())
}

/// One line from the terminal, not from stdin, without showing it.
fn typed(prompt: &str) -> io::Result<String> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    write!(&terminal, "{prompt}")?;
    let before = tcgetattr(&terminal)?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
    let mut line = String::new();
    let read = BufReader::new(&terminal).read_line(&mut line);
    tcsetattr(&terminal, OptionalActions::Flush, &before)?;
    writeln!(&terminal)?;
    read?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn text_of(path: &Path) -> Result<String, Problem> {
    // Opened once: it may be a pipe. Nobody's key is longer than the bound.
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(KEY_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| {
        let message = format!("cannot read {}: {}", shown(path), sentence(&error));
        refused(&message).with_hint("name a file that holds the passphrase or the key")
    })?;
    Ok(text)
}

fn no_terminal(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => "there is no terminal to ask at".to_owned(),
        None => error.to_string(),
    }
}

fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not text".to_owned(),
        _ => error.to_string(),
    }
}

fn of_file(path: &Path, error: &SealError) -> Problem {
    refused(&format!("{}: {error}", shown(path))).with_hint("`age-keygen -o FILE` makes a key file")
}

fn refused(message: &str) -> Problem {
    Problem::new(ProblemKind::Failure(FailureKind::Input), message)
}

//! What is set beforehand: `reel.toml`, over it the environment, over that the flags.
//!
//! Each knob is a flag of the command line that also has a variable. A line of the file is put before the parser as that
//! flag, so that there is one form and one check for all three.

mod file;
mod former;
mod knobs;
mod show;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Subcommand};

use crate::args::Cli;
use crate::problem::Problem;
use file::Entry;
use knobs::{Knob, knobs};

pub use show::{example, run};

/// `reel config …`.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum ConfigVerb {
    /// Show every setting, what it is, and which of flag, variable, file and default said so
    Show,
    /// Print a reel.toml with every key, what it means and its default
    Example,
}

/// A command line with what the file and the old variables add to it.
#[derive(Clone, Debug)]
pub struct Read {
    /// As parsed, all layers together.
    pub cli: Cli,
    /// What was found, for `reel config show`.
    pub found: Found,
    /// What a person should hear once; nothing in most cases.
    pub warning: Option<String>,
}

/// The layers under the flags.
#[derive(Clone, Default, Debug)]
pub struct Found {
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// What it and the variables of the old transcoder say, the weaker first.
    entries: Vec<Entry>,
    /// As typed.
    typed: Vec<OsString>,
}

/// Why a command line was not read.
#[derive(Debug)]
pub enum Unread {
    /// It is wrong as typed, or asks for help: the parser's own words.
    Typed(clap::Error),
    /// Something under it is wrong.
    Layer(Problem),
}

impl From<Problem> for Unread {
    fn from(problem: Problem) -> Self {
        Self::Layer(problem)
    }
}

/// Reads the command line, the environment and the file.
///
/// # Errors
/// [`Unread`]: the parser's words for what was typed, a usage problem that names file and line for the rest.
pub fn read(typed: Vec<OsString>) -> Result<Read, Unread> {
    let matches = Cli::command().try_get_matches_from(&typed).map_err(Unread::Typed)?;
    let mut found = Found { typed, ..Found::default() };
    let named = matches.get_one::<PathBuf>("config").cloned();
    if let Some((path, entries)) = file::read(named)? {
        found.file = Some(path);
        found.entries = entries;
    }
    let former = former::read(|name| std::env::var(name).ok())?;
    found.entries.extend(former.entries);
    let words = found.words(&matches)?;
    let matches = Cli::command().try_get_matches_from(&words).map_err(Unread::Typed)?;
    let cli = Cli::from_arg_matches(&matches).map_err(Unread::Typed)?;
    Ok(Read { cli, found, warning: former.warning })
}

impl Found {
    /// What was typed, and before it as flags what the layers below add for this verb.
    fn words(&self, matches: &ArgMatches) -> Result<Vec<OsString>, Problem> {
        let mut words = self.typed.clone();
        let verb = matches.subcommand();
        for knob in knobs() {
            let Some(entry) = self.entry(&knob) else { continue };
            check(&knob, entry)?;
            let (at, of_verb) = match knob.verb {
                None => (1, Some(matches)),
                Some(name) => {
                    (behind_verb(&words, name), verb.filter(|(is, _)| *is == name).map(|(_, of)| of))
                }
            };
            if of_verb.is_some_and(|of| !is_said(of, &knob.id)) {
                words.splice(at..at, entry.flags(&knob));
            }
        }
        Ok(words)
    }

    /// The strongest layer's word on a knob.
    fn entry(&self, knob: &Knob) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.key == knob.key && entry.verb.as_deref() == knob.verb)
    }
}

/// By a flag or a variable, which are stronger than what stands here.
fn is_said(matches: &ArgMatches, id: &str) -> bool {
    matches!(matches.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Flags of a verb may stand anywhere behind it; its last place, since a value before it may be the same word.
fn behind_verb(words: &[OsString], verb: &str) -> usize {
    words.iter().rposition(|word| word == verb).map_or(words.len(), |at| at + 1)
}

/// A value is right where the parser takes it as the flag.
fn check(knob: &Knob, entry: &Entry) -> Result<(), Problem> {
    let verb = knob.verb.unwrap_or("doctor");
    let words = ["reel".into(), verb.into()].into_iter().chain(entry.flags(knob));
    let Err(error) = Cli::command().try_get_matches_from(words) else { return Ok(()) };
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let said: Vec<&str> = text.split("\n\n").next().unwrap_or(text).split_whitespace().collect();
    // The parser speaks of the flag; the person wrote a key.
    let said = said.join(" ").replacen(&format!("--{}", knob.key), &knob.key, 1);
    Err(Problem::usage(format!("{}: {said}", entry.place))
        .with_hint("`reel config example` shows each key and its form"))
}

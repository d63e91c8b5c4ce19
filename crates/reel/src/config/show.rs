//! `reel config show` and `reel config example`.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use serde::Serialize;

use super::knobs::{Knob, knobs};
use super::{ConfigVerb, Found};
use crate::args::Cli;
use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::table;
use crate::text::shown;

/// One line of `reel config show`, of type `setting`.
#[derive(Serialize)]
struct SettingRecord {
    r#type: &'static str,
    /// The table in the file; null at its top.
    table: Option<&'static str>,
    key: String,
    /// As the flag takes it; null where nothing is said and nothing is the default.
    value: Option<String>,
    /// `flag`, `file`, `default`, or the name of a variable.
    from: String,
    variable: String,
}

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// None of its own: a file that cannot be read is told before.
pub fn run(console: &Console, settings: &Settings, found: &Found, verb: &ConfigVerb) -> Result<u8, Problem> {
    match verb {
        ConfigVerb::Example => console.data(example().trim_end()),
        ConfigVerb::Show => show(console, settings, found)?,
    }
    Ok(exit::DONE)
}

fn show(console: &Console, settings: &Settings, found: &Found) -> Result<(), Problem> {
    let of_all = matches(&found.typed)?;
    // Parsed as the verb that has them: variables are checked with it too.
    let of_serve = matches(&["reel".into(), "serve".into()])?;
    let of_serve = of_serve.subcommand_matches("serve");
    let mut records = Vec::new();
    for knob in knobs() {
        let matches = if knob.verb.is_some() { of_serve } else { Some(&of_all) };
        records.push(record(&knob, matches, found, settings));
    }
    if settings.json {
        // A record of texts always has a JSON form.
        records.iter().for_each(|record| console.data(&serde_json::to_string(record).unwrap_or_default()));
        return Ok(());
    }
    console.say(&match &found.file {
        Some(path) => format!("settings of {}", shown(path)),
        None => "no reel.toml; `reel config example` prints one to begin with".to_owned(),
    });
    let row = |record: &SettingRecord| {
        let name = record.table.map(|table| format!("{table}.{}", record.key));
        let value = record.value.clone().unwrap_or_else(|| "-".to_owned());
        vec![name.unwrap_or_else(|| record.key.clone()), value, record.from.clone(), record.variable.clone()]
    };
    let head = ["SETTING", "VALUE", "FROM", "VARIABLE"].map(ToOwned::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(records.iter().map(row)).collect();
    table::lines(&rows).iter().for_each(|line| console.data(line));
    Ok(())
}

fn matches(words: &[OsString]) -> Result<ArgMatches, Problem> {
    Cli::command().try_get_matches_from(words).map_err(|error| {
        let text = error.render().to_string();
        let text = text.lines().next().unwrap_or_default();
        Problem::usage(text.strip_prefix("error: ").unwrap_or(text))
    })
}

fn record(knob: &Knob, matches: Option<&ArgMatches>, found: &Found, settings: &Settings) -> SettingRecord {
    let source = matches.and_then(|matches| matches.value_source(&knob.id));
    let typed = || -> Option<String> {
        let values = matches?.get_raw(&knob.id)?;
        Some(values.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(", "))
    };
    let (value, from) = match (source, found.entry(knob)) {
        (Some(ValueSource::CommandLine), _) => (typed(), "flag".to_owned()),
        (Some(ValueSource::EnvVariable), _) => (typed(), knob.variable.clone()),
        (_, Some(entry)) => {
            let value = match entry.values.as_slice() {
                [] => "false".to_owned(),
                values => values.join(", "),
            };
            (Some(value), entry.place.clone())
        }
        _ => (default(knob, settings), "default".to_owned()),
    };
    SettingRecord {
        r#type: "setting",
        table: knob.verb,
        key: knob.key.clone(),
        value,
        from,
        variable: knob.variable.clone(),
    }
}

/// The folder of jobs has a default that only this machine knows.
fn default(knob: &Knob, settings: &Settings) -> Option<String> {
    match (knob.key.as_str(), knob.is_switch) {
        ("state", _) => Some(shown(&settings.state)),
        (_, true) => Some("false".to_owned()),
        _ => knob.default.clone(),
    }
}

/// A file with every key, commented out.
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of reel. Read from --config FILE or REEL_CONFIG, else from ~/.config/reel/reel.toml, else from\n\
         # /etc/reel/reel.toml. The variable of a setting is stronger than this file, its flag is stronger than both.\n",
    );
    let mut verb = None;
    for knob in knobs() {
        if knob.verb != verb {
            verb = knob.verb;
            text.push_str(&format!("\n[{}]\n", verb.unwrap_or_default()));
        }
        text.push_str(&format!(
            "\n# {}\n# {}\n# {} = {}\n",
            knob.help,
            knob.variable,
            knob.key,
            sample(&knob)
        ));
    }
    text
}

/// The default, or something of the right form.
fn sample(knob: &Knob) -> String {
    match (&knob.default, knob.is_switch, knob.is_list) {
        (_, true, _) => "false".to_owned(),
        (_, _, true) => "[]".to_owned(),
        (Some(default), ..) if default.parse::<i64>().is_ok() => default.clone(),
        (Some(default), ..) => format!("{default:?}"),
        (None, ..) => format!("{:?}", knob.value),
    }
}

/// The variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("REEL_{}", key.to_uppercase().replace('-', "_"))
}

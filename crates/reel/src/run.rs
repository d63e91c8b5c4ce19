//! What the program does, in order.

use std::ffi::OsString;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Cli, Verb};
use crate::console::Console;
use crate::problem::Problem;
use crate::records::{Record, SummaryRecord};
use crate::settings::Settings;
use crate::wiring::App;
use crate::{doctor, exit, generate, gpu, jobs, pack, screen, transcode, unpack};

/// Reads the command line, does the verb, and answers with the exit code.
pub fn run(typed: impl IntoIterator<Item = OsString>, app: &App, console: &Arc<Console>) -> u8 {
    let typed = help_as_flag(typed.into_iter().collect());
    // Known before parsing, so that a command line that does not parse is answered in JSON as well.
    let json = typed.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let cli = match Cli::try_parse_from(&typed) {
        Ok(cli) => cli,
        Err(error) if error.kind() == ErrorKind::MissingSubcommand && !json => {
            return no_verb(typed, console);
        }
        Err(error) => return not_parsed(&error, json, console),
    };
    let done = Settings::from_args(&cli.common).and_then(|settings| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Problem::storage("cannot start", &error))?;
        runtime.block_on(do_verb(cli.verb, app, console, &settings))
    });
    done.unwrap_or_else(|problem| tell(problem, json, console))
}

async fn do_verb(verb: Verb, app: &App, console: &Arc<Console>, settings: &Settings) -> Result<u8, Problem> {
    match verb {
        Verb::Transcode(args) => transcode::run(app, console, settings, *args).await,
        Verb::Pack(args) => pack::run(app, console, settings, *args).await,
        Verb::Unpack(args) => unpack::run(app, console, settings, args).await,
        Verb::Jobs(verb) => jobs::run(console, settings, verb).await,
        Verb::Gpu => gpu::run(app, console, settings),
        Verb::Doctor => doctor::run(app, console, settings),
        Verb::Generate(args) => generate::run(console, &args),
    }
}

/// `reel help jobs list` is `reel jobs list --help`: people try it, and no verb has that name.
fn help_as_flag(mut typed: Vec<OsString>) -> Vec<OsString> {
    if typed.get(1).is_some_and(|word| word == "help") {
        typed.remove(1);
        typed.push("--help".into());
    }
    typed
}

/// Nothing to do was named: the short help. By itself clap shows it only where no variable stands for a flag.
fn no_verb(mut typed: Vec<OsString>, console: &Console) -> u8 {
    typed.push("-h".into());
    if let Err(help) = Cli::try_parse_from(typed) {
        console.say(help.render().to_string().trim_end());
    }
    exit::USAGE
}

/// Help and version are data; the rest is a usage problem in clap's own words.
fn not_parsed(error: &clap::Error, json: bool, console: &Console) -> u8 {
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console.data(text.to_string().trim_end());
            return exit::DONE;
        }
        _ if json => {
            return tell(in_one_line(&text.to_string()), json, console);
        }
        _ if console.err_colour => console.say(text.ansi().to_string().trim_end()),
        _ => console.say(text.to_string().trim_end()),
    }
    exit::USAGE
}

/// What was wrong, without clap's usage and pointer to the help.
fn in_one_line(text: &str) -> Problem {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let said = text.split("\n\n").next().unwrap_or(text);
    let words: Vec<&str> = said.split_whitespace().collect();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    Problem::usage(words.join(" ")).with_hint(tip.unwrap_or("see `reel --help`"))
}

/// A problem of the command as a whole.
fn tell(problem: Problem, json: bool, console: &Console) -> u8 {
    let code = problem.kind.exit_code();
    if json {
        let summary = SummaryRecord::of_problem(problem);
        if let Ok(line) = serde_json::to_string(&Record::Summary(&summary)) {
            console.data(&line);
        }
    } else {
        screen::tell(console, None, &problem);
    }
    code
}

//! What the program does, in order.

use std::ffi::OsString;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::args::{Cli, Verb};
use crate::config::{self, Found, Read, Unread};
use crate::console::Console;
use crate::problem::Problem;
use crate::records::{Record, SummaryRecord};
use crate::settings::Settings;
use crate::wiring::App;
use crate::{
    doctor, exit, generate, gpu, jobs, keys, log, matte, models, pack, screen, serve, transcode, unpack,
    webhooks,
};

/// Reads the command line, does the verb, and answers with the exit code.
pub fn run(typed: impl IntoIterator<Item = OsString>, app: &App, console: &Arc<Console>) -> u8 {
    let typed = help_as_flag(typed.into_iter().collect());
    // Known before parsing, so that a command line that does not parse is answered in JSON as well.
    let json = typed.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let Read { cli, found, warning } = match config::read(typed.clone()) {
        Ok(read) => read,
        Err(Unread::Typed(error)) if error.kind() == ErrorKind::MissingSubcommand && !json => {
            return no_verb(typed, console);
        }
        Err(Unread::Typed(error)) => return not_parsed(&error, json, console),
        Err(Unread::Layer(problem)) => return tell(problem, json, console),
    };
    if let Some(warning) = warning.filter(|_| !cli.common.quiet) {
        console.say(&format!("warning: {warning}"));
    }
    log::begin(&cli.verb);
    let done = Settings::from_args(&cli.common).and_then(|settings| {
        let runtime = match &cli.verb {
            // Requests are answered while others wait for the disk.
            Verb::Serve(_) => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
            _ => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        };
        let runtime = runtime.map_err(|error| Problem::storage("cannot start", &error))?;
        runtime.block_on(do_verb(cli.verb, app, console, &settings, &found))
    });
    done.unwrap_or_else(|problem| tell(problem, json, console))
}

async fn do_verb(
    verb: Verb,
    app: &App,
    console: &Arc<Console>,
    settings: &Settings,
    found: &Found,
) -> Result<u8, Problem> {
    match verb {
        Verb::Transcode(args) => transcode::run(app, console, settings, *args).await,
        Verb::Matte(args) => matte::run(app, console, settings, *args).await,
        Verb::Pack(args) => pack::run(app, console, settings, *args).await,
        Verb::Unpack(args) => unpack::run(app, console, settings, args).await,
        Verb::Jobs(verb) => jobs::run(console, settings, verb).await,
        Verb::Serve(args) => serve::run(app, console, settings, args).await,
        Verb::Keys(verb) => keys::run(console, settings, verb).await,
        Verb::Webhooks(verb) => webhooks::run(console, settings, verb).await,
        Verb::Config(verb) => config::run(console, settings, found, &verb),
        Verb::Models(verb) => models::run(console, settings, verb),
        Verb::Gpu => gpu::run(app, console, settings),
        Verb::Doctor => doctor::run(app, console, settings),
        Verb::Generate(args) => generate::run(console, &args),
    }
}

/// `reel help jobs list` is `reel jobs list --help`, also behind flags: people try it, and no verb has that name.
fn help_as_flag(mut typed: Vec<OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let takes_value = |word: &str| {
        let names = |arg: &clap::Arg| {
            let long = arg.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long));
            let short =
                arg.get_short().is_some_and(|short| word.strip_prefix('-') == Some(&short.to_string()));
            (long || short) && arg.get_action().takes_values()
        };
        command.get_arguments().any(names)
    };
    let mut at = 1;
    while let Some(word) = typed.get(at).map(|word| word.to_string_lossy().into_owned()) {
        match word.as_str() {
            "help" => {
                typed.remove(at);
                typed.push("--help".into());
                break;
            }
            "--" => break,
            flag if flag.starts_with('-') => at += if takes_value(flag) { 2 } else { 1 },
            _ => break,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_a_flag_wherever_the_verb_would_stand() {
        let check = |typed: &str, expected: &str| {
            let words = help_as_flag(typed.split(' ').map(Into::into).collect());
            assert_eq!(words, expected.split(' ').map(OsString::from).collect::<Vec<_>>(), "{typed}");
        };
        check("reel help jobs list", "reel jobs list --help");
        check("reel --state x help pack", "reel --state x pack --help");
        check("reel --json --device=cpu -q help pack", "reel --json --device=cpu -q pack --help");
        check("reel --state help pack a", "reel --state help pack a");
        check("reel pack help -o a.avi", "reel pack help -o a.avi");
        check("reel -- help", "reel -- help");
    }
}

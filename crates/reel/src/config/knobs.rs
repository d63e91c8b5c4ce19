//! What can be set: every flag that has a variable.

use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::args::Cli;

/// One setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Knob {
    /// What the parser calls it.
    pub(super) id: String,
    /// Its name in the file: the flag without its dashes.
    pub(super) key: String,
    /// The verb whose flag it is, which is its table in the file; nothing for all verbs.
    pub(super) verb: Option<&'static str>,
    /// Its variable.
    pub(super) variable: String,
    /// It is said or not said.
    pub(super) is_switch: bool,
    /// It may be said several times.
    pub(super) is_list: bool,
    /// The first line of its help.
    pub(super) help: String,
    /// What its value is called in the help.
    pub(super) value: String,
    /// Its default as the parser writes it.
    pub(super) default: Option<String>,
}

/// Verbs that have settings of their own.
const VERBS: [&str; 1] = ["serve"];

/// All of them, in the order of the help.
pub(super) fn knobs() -> Vec<Knob> {
    let command = Cli::command();
    let mut knobs = of(&command, None);
    for verb in VERBS {
        knobs.extend(command.find_subcommand(verb).into_iter().flat_map(|command| of(command, Some(verb))));
    }
    knobs
}

fn of(command: &Command, verb: Option<&'static str>) -> Vec<Knob> {
    command.get_arguments().filter_map(|arg| knob(arg, verb)).collect()
}

fn knob(arg: &Arg, verb: Option<&'static str>) -> Option<Knob> {
    let key = arg.get_long()?.to_owned();
    // Which file is read cannot stand in the file.
    if key == "config" {
        return None;
    }
    let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let is_switch = !arg.get_action().takes_values();
    Some(Knob {
        id: arg.get_id().to_string(),
        verb,
        variable: arg.get_env()?.to_string_lossy().into_owned(),
        is_switch,
        is_list: matches!(arg.get_action(), ArgAction::Append),
        help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
        value: arg.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default(),
        default: default.filter(|_| !is_switch),
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_variable_of_its_name() {
        let knobs = knobs();
        assert!(knobs.iter().any(|knob| knob.key == "listen" && knob.verb == Some("serve")), "{knobs:?}");
        for knob in knobs {
            let variable = format!("REEL_{}", knob.key.to_uppercase().replace('-', "_"));
            assert_eq!(knob.variable, variable, "{}", knob.key);
        }
    }
}

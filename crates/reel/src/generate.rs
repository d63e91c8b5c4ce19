//! `reel generate`: what is derived from the definition of the command line.

mod reference;

use std::fs;
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_complete::{Generator, Shell};
use clap_mangen::Man;

use crate::args::{Cli, GenerateArgs, Generated};
use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::text::shown;

/// One generated file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its name in the folder.
    pub name: PathBuf,
    /// What is in it.
    pub text: Vec<u8>,
}

/// Writes the files and says where.
///
/// # Errors
/// A storage problem when the folder cannot be written.
pub fn run(console: &Console, args: &GenerateArgs) -> Result<u8, Problem> {
    fs::create_dir_all(&args.folder).map_err(|error| {
        Problem::storage(format!("cannot make the folder {}", shown(&args.folder)), &error)
    })?;
    for page in pages(args.what)? {
        let path = args.folder.join(&page.name);
        fs::write(&path, &page.text)
            .map_err(|error| Problem::storage(format!("cannot write {}", shown(&path)), &error))?;
        console.data(&shown(&path));
    }
    Ok(exit::DONE)
}

/// The files, in memory.
///
/// # Errors
/// None in practice: writing into memory does not fail.
pub fn pages(what: Generated) -> Result<Vec<Page>, Problem> {
    let mut command = Cli::command();
    command.build();
    match what {
        Generated::Man => {
            let mut pages = Vec::new();
            man(&command, &mut pages)?;
            Ok(pages)
        }
        Generated::Completions => {
            Ok([Shell::Bash, Shell::Zsh, Shell::Fish].into_iter().map(completion).collect())
        }
        Generated::Openapi => {
            let json = reel_server::document().to_pretty_json();
            let mut text = json.map_err(|error| Problem::storage("cannot write JSON", &error))?;
            text.push('\n');
            Ok(vec![Page { name: "openapi.json".into(), text: text.into_bytes() }])
        }
        Generated::Reference => {
            Ok(vec![Page { name: "cli.md".into(), text: reference::markdown(&command).into_bytes() }])
        }
    }
}

/// A page for the command and, after it, for each of its verbs.
fn man(command: &Command, pages: &mut Vec<Page>) -> Result<(), Problem> {
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text).map_err(|error| Problem::storage("cannot write a manual page", &error))?;
    pages.push(Page { name: page.get_filename().into(), text });
    command.get_subcommands().filter(|verb| !verb.is_hide_set()).try_for_each(|verb| man(verb, pages))
}

fn completion(shell: Shell) -> Page {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "reel", &mut text);
    Page { name: shell.file_name("reel").into(), text }
}

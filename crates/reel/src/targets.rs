//! Which output belongs to which input, decided before any work.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::text::shown;

/// One input and where its result goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// As typed; what the result is told for.
    pub input: PathBuf,
    /// The files that the job reads: the input alone, or all that it stands for.
    pub sources: Vec<PathBuf>,
    /// The final path.
    pub output: PathBuf,
}

impl Target {
    /// A file that is itself what the job reads.
    pub fn of_file(input: &Path, output: PathBuf) -> Self {
        Self { input: input.to_owned(), sources: vec![input.to_owned()], output }
    }
}

/// Whether `-o` names a folder: it exists as one, or ends in `/`.
pub fn is_folder(output: &OsStr) -> bool {
    output.as_bytes().ends_with(b"/") || Path::new(output).is_dir()
}

/// Pairs inputs with outputs. In a folder a result is called like its input, with `extension`.
///
/// # Errors
/// A usage problem: several inputs without a folder, two inputs with one output, an output that is an input, or an
/// output that is no regular file.
pub fn pair(inputs: &[PathBuf], output: &OsStr, extension: &str) -> Result<Vec<Target>, Problem> {
    named_output(output)?;
    let folder = is_folder(output);
    if inputs.len() > 1 && !folder {
        let message = format!("{} inputs and one output file {}", inputs.len(), shown(Path::new(output)));
        return Err(Problem::usage(message).with_hint("name a folder after -o; one that ends in `/` is made"));
    }
    let place = |input: &PathBuf| match folder {
        true => Path::new(output).join(result_name(input, extension)),
        false => PathBuf::from(output),
    };
    let targets: Vec<Target> = inputs.iter().map(|input| Target::of_file(input, place(input))).collect();
    check(&targets, inputs)?;
    Ok(targets)
}

/// Whether what stands after `-o` names anything.
///
/// # Errors
/// A usage problem.
pub fn named_output(output: &OsStr) -> Result<(), Problem> {
    if output.is_empty() {
        return Err(
            Problem::usage("the name after -o is empty").with_hint("name a file or a folder after -o")
        );
    }
    if output == "-" {
        return Err(Problem::usage("results are files, not streams: -o - is not possible")
            .with_hint("name a file after -o; for a file called `-` say ./-"));
    }
    Ok(())
}

/// Whether each output can be written without harm.
///
/// # Errors
/// A usage problem: two inputs with one output, an output that is an input, or one that is no regular file.
pub fn check(targets: &[Target], inputs: &[PathBuf]) -> Result<(), Problem> {
    refuse_clashes(targets)?;
    targets.iter().try_for_each(|target| refuse_overwriting_an_input(target, inputs))?;
    targets.iter().try_for_each(|target| refuse_special(&target.output))
}

/// `clip.mov` becomes `clip.mp4`.
fn result_name(input: &Path, extension: &str) -> OsString {
    let mut name = input.file_stem().unwrap_or(OsStr::new("output")).to_owned();
    name.push(".");
    name.push(extension);
    name
}

fn refuse_clashes(targets: &[Target]) -> Result<(), Problem> {
    let mut taken: BTreeMap<&Path, &Path> = BTreeMap::new();
    for target in targets {
        if let Some(other) = taken.insert(&target.output, &target.input) {
            let (one, two, out) = (shown(other), shown(&target.input), shown(&target.output));
            return Err(Problem::usage(format!("{one} and {two} would both become {out}"))
                .with_hint("transcode them with two commands, into two folders"));
        }
    }
    Ok(())
}

fn refuse_overwriting_an_input(target: &Target, inputs: &[PathBuf]) -> Result<(), Problem> {
    match inputs.iter().find(|input| is_same_file(input, &target.output)) {
        None => Ok(()),
        Some(input) => {
            let message = format!("the output {} is the input {}", shown(&target.output), shown(input));
            Err(Problem::usage(message).with_hint("choose another name after -o"))
        }
    }
}

/// A device, a pipe or a socket would be replaced by the rename: nobody wants that of `/dev/null`.
fn refuse_special(output: &Path) -> Result<(), Problem> {
    match fs::metadata(output) {
        Ok(meta) if meta.is_dir() => {
            let message = format!("the output {} is a folder", shown(output));
            Err(Problem::usage(message).with_hint("remove it or choose another name after -o"))
        }
        Ok(meta) if !meta.is_file() => {
            Err(Problem::usage(format!("the output {} is not a regular file", shown(output)))
                .with_hint("choose another name after -o"))
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
            Err(Problem::usage(format!("the name {} is too long for its folder", shown(output)))
                .with_hint("choose a shorter name after -o"))
        }
        _ => Ok(()),
    }
}

/// By inode, so that links of both sorts are seen; by name when one is not there.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inputs: &[&str], output: &str, expected: Result<&[&str], &str>) {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        match (pair(&inputs, OsStr::new(output), "mp4"), expected) {
            (Ok(targets), Ok(expected)) => {
                let outputs: Vec<_> = targets.iter().map(|target| target.output.to_str().unwrap()).collect();
                assert_eq!(outputs, expected);
            }
            (Err(problem), Err(expected)) => assert!(problem.to_string().contains(expected), "{problem}"),
            (got, expected) => panic!("{got:?} is not {expected:?}"),
        }
    }

    #[test]
    fn names_come_from_the_input_or_from_the_output() {
        check(&["a.mov"], "b.mkv", Ok(&["b.mkv"]));
        check(&["x/a.mov", "y/b.tar.mov", "c"], "out/", Ok(&["out/a.mp4", "out/b.tar.mp4", "out/c.mp4"]));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        check(&["a.mov", "b.mov"], "c.mp4", Err("2 inputs and one output file"));
        check(&["a.mov", "x/a.mkv"], "out/", Err("would both become out/a.mp4"));
        check(&["a.mov"], "-", Err("not streams"));
        check(&["a.mov"], "", Err("empty"));
        check(&["a.mov"], "a.mov", Err("is the input"));
        check(&["a.mov"], "/dev/null", Err("not a regular file"));
        check(&["a.mov"], &format!("{}.mp4", "x".repeat(252)), Err("too long"));
    }

    #[test]
    fn an_input_is_recognised_behind_links() {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("in.mp4");
        fs::write(&input, b"x").unwrap();
        std::os::unix::fs::symlink(&input, dir.path().join("soft.mp4")).unwrap();
        fs::hard_link(&input, dir.path().join("hard.mp4")).unwrap();
        for name in ["in.mp4", "soft.mp4", "hard.mp4", "./in.mp4"] {
            let output = dir.path().join(name);
            let problem = pair(std::slice::from_ref(&input), output.as_os_str(), "mp4").unwrap_err();
            assert!(problem.to_string().contains("is the input"), "{name}: {problem}");
        }
    }
}

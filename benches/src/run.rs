//! One run of one command: its wall time, and the CPU time of it and all its children.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::load::Load;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall_secs: f64,
    /// User and system time, children included.
    pub(crate) cpu_secs: f64,
    /// Share of the machine that other processes took meanwhile, 0 to 1.
    pub(crate) foreign: f64,
}

/// A command as data, so that it can be printed as it was run.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) words: Vec<OsString>,
}

impl Line {
    pub(crate) fn new<I: IntoIterator<Item = S>, S: Into<OsString>>(words: I) -> Self {
        Self { words: words.into_iter().map(Into::into).collect() }
    }

    /// The words, with the path of the program and of files cut to their last part.
    pub(crate) fn shown(&self) -> String {
        let short = |word: &OsString| {
            let text = word.to_string_lossy().into_owned();
            let cut = text.starts_with('/').then(|| text.rsplit('/').next().map(str::to_owned)).flatten();
            cut.unwrap_or(text)
        };
        self.words.iter().map(short).collect::<Vec<_>>().join(" ")
    }

    /// Runs it and returns what it printed on stdout.
    #[expect(
        clippy::disallowed_methods,
        reason = "a bench measures whole processes; there is nothing to supervise"
    )]
    pub(crate) fn run(&self) -> Result<(Took, String)> {
        let (program, args) = self.words.split_first().context("an empty command")?;
        let load = Load::now()?;
        let (started, cpu_before) = (Instant::now(), children_cpu_secs());
        let output = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::piped()).output()?;
        let wall_secs = started.elapsed().as_secs_f64();
        let cpu_secs = children_cpu_secs() - cpu_before;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{} ended with {}: {stderr}", self.shown(), output.status);
        let foreign = load.foreign_share(cpu_secs)?;
        Ok((Took { wall_secs, cpu_secs, foreign }, String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}

/// CPU time of all children that were waited for, and of theirs.
#[expect(unsafe_code, reason = "getrusage has no safe face in the standard library")]
fn children_cpu_secs() -> f64 {
    // SAFETY: `rusage` is plain data for which all zeroes are valid, and the pointer lives through the call.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let secs = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    secs(usage.ru_utime) + secs(usage.ru_stime)
}

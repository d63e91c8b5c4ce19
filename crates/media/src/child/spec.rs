//! What to start, and within which limits.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where one end of a child's stdin or stdout goes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Plumbing {
    /// `/dev/null`.
    #[default]
    Null,
    /// A pipe of 1 MiB (where the system allows it) to or from us.
    Pipe,
}

/// Kernel limits of one child. `None` leaves what this process has. A core file is never written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limits {
    /// Most address space, in bytes.
    pub address_space_bytes: Option<u64>,
    /// Most CPU time, in seconds, of all its threads together.
    pub cpu_secs: Option<u64>,
    /// Most bytes of any file it writes.
    pub file_size_bytes: Option<u64>,
    /// Most open files; 256 when not given.
    pub open_files: Option<u64>,
}

/// Told again and again that a child is at work. Cheap to clone.
#[derive(Clone)]
pub struct Pulse(Arc<dyn Fn() + Send + Sync>);

impl Pulse {
    /// Calls `beat`, from the thread of the child's supervisor or reader.
    pub fn new(beat: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(beat))
    }

    pub(super) fn beat(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pulse")
    }
}

/// A program, its arguments and its bounds. The program is plain data, so that a test can hand in another.
#[derive(Clone, Debug)]
pub struct ChildSpec {
    /// Path of the program; `PATH` is not searched.
    pub program: PathBuf,
    /// Its arguments, one each; no shell reads them.
    pub args: Vec<OsString>,
    /// Added to the environment of this process.
    pub env: Vec<(OsString, OsString)>,
    /// Only [`super::spawn`] hands out a pipe.
    pub stdin: Plumbing,
    /// Only [`super::spawn`] hands out a pipe; the `run` functions set it themselves.
    pub stdout: Plumbing,
    /// Puts `-progress pipe:N` in front of the arguments, on a pipe of its own. For `ffmpeg` only.
    pub progress: bool,
    /// Kernel limits.
    pub limits: Limits,
    /// Ends the child when neither progress nor output moves for so long. `None`: never.
    pub stall_timeout: Option<Duration>,
    /// Bounds `stall_timeout` from above, whatever is asked for there, and stands for it where nothing is.
    pub stall_max: Option<Duration>,
    /// Ends the child after so long. `None`: never.
    pub wall_limit: Option<Duration>,
    /// Beats when progress or output moves; under a `stall_timeout`, which watches for that by itself, as long as the
    /// child lives.
    pub pulse: Option<Pulse>,
}

impl ChildSpec {
    /// A program without arguments, without limits, reading and writing nothing.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            stdin: Plumbing::Null,
            stdout: Plumbing::Null,
            progress: false,
            limits: Limits::default(),
            stall_timeout: None,
            stall_max: None,
            wall_limit: None,
            pulse: None,
        }
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// More arguments.
    pub fn args<I: IntoIterator<Item: Into<OsString>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// One more variable of the child's environment.
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    /// Asks for typed progress; for `ffmpeg` only.
    pub fn with_progress(mut self) -> Self {
        self.progress = true;
        self
    }

    /// Ends the child when nothing moves for so long.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = Some(timeout);
        self
    }

    /// Bounds every `stall_timeout`.
    pub fn stall_max(mut self, most: Option<Duration>) -> Self {
        self.stall_max = most;
        self
    }

    /// How long the child may really stand still.
    pub(super) fn stall_limit(&self) -> Option<Duration> {
        [self.stall_timeout, self.stall_max].into_iter().flatten().min()
    }

    /// Ends the child after so long.
    pub fn wall_limit(mut self, limit: Duration) -> Self {
        self.wall_limit = Some(limit);
        self
    }

    /// Tells `pulse` while the child is at work.
    pub fn pulse(mut self, pulse: Option<Pulse>) -> Self {
        self.pulse = pulse;
        self
    }

    /// Other kernel limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The program's name without its folder.
    pub fn program_name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }

    /// The command line, quoted so that it can be pasted into a shell.
    pub fn command_line(&self) -> String {
        let words =
            std::iter::once(self.program.as_os_str()).chain(self.args.iter().map(OsString::as_os_str));
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }
}

fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_on_standing_still_counts_whoever_asks_for_more() {
        let secs = Duration::from_secs;
        let bounded = ChildSpec::new("/bin/true").stall_max(Some(secs(2)));
        assert_eq!(bounded.stall_limit(), Some(secs(2)));
        assert_eq!(bounded.clone().stall_timeout(secs(60)).stall_limit(), Some(secs(2)));
        assert_eq!(bounded.stall_timeout(secs(1)).stall_limit(), Some(secs(1)));
        assert_eq!(ChildSpec::new("/bin/true").stall_limit(), None);
    }

    #[test]
    fn the_command_line_can_be_pasted_into_a_shell() {
        let spec = ChildSpec::new("/usr/bin/ffmpeg").args(["-i", "file:/tmp/it's a clip.mp4", ""]);
        assert_eq!(spec.command_line(), r"/usr/bin/ffmpeg -i 'file:/tmp/it'\''s a clip.mp4' ''");
        assert_eq!(spec.program_name(), "ffmpeg");
    }
}

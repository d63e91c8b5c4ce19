//! A scene: a folder with a state folder in it, and the real program run there.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::disallowed_methods, reason = "a test starts the program as a person does")]
#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use serde_json::Value;

/// A folder of one test.
pub struct Scene {
    dir: tempfile::TempDir,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ran {
    /// Nothing when a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A command under way, its stdout read line by line. One that nobody has ended is ended with it, also when a test fails.
pub struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    seen: String,
}

impl Scene {
    pub fn new() -> Self {
        // Beside the clips and the build, so that links between them are possible; /tmp is often another disk.
        let dir = tempfile::Builder::new().prefix("scene").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { dir }
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// A copy of a clip under this name.
    pub fn clip(&self, clip: &Path, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        std::fs::copy(clip, &path).unwrap();
        path
    }

    /// The program, in this folder, with this state folder.
    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reel"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("REEL_STATE", self.state())
            .env_remove("REEL_LOG")
            // What somebody has set on this machine is not what is tested.
            .env("REEL_CONFIG", "/dev/null");
        command.env_remove("REEL_FFMPEG").env_remove("REEL_FFPROBE").stdin(Stdio::null());
        command
    }

    pub fn reel<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        Ran::of(self.command(args))
    }

    pub fn start<S: AsRef<OsStr>>(&self, args: &[S]) -> Running {
        Running::of(self.command(args))
    }

    /// Names in the folder, hidden ones too, without the state folder.
    pub fn names(&self) -> Vec<String> {
        names(self.dir.path()).into_iter().filter(|name| name != "state").collect()
    }

    /// What the queue says of the only job.
    pub fn only_job(&self) -> Value {
        let list = self.reel(&["jobs", "list", "--json"]).records();
        assert_eq!(list.len(), 1, "{list:#?}");
        let id = list[0]["job"].as_str().unwrap();
        self.reel(&["jobs", "show", id, "--json"]).records().remove(0)
    }

    /// How many objects are left in the state folder.
    pub fn object_count(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
        }
        count(&self.state().join("objects"))
    }

    /// Waits until no process names this state folder any more; fails after 10 s.
    pub fn no_process_is_left(&self) {
        self.ended_within(Duration::from_secs(10), |_| true);
    }

    /// Waits until only this process names this state folder; fails after 5 s.
    pub fn only_is_left(&self, pid: Pid) {
        self.ended_within(Duration::from_secs(5), |other| other != pid);
    }

    fn ended_within(&self, time: Duration, must_end: impl Fn(Pid) -> bool) {
        let until = Instant::now() + time;
        for pid in self.processes().into_iter().filter(|pid| must_end(*pid)) {
            let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            let ended = wait_fd(&pidfd, until.saturating_duration_since(Instant::now()));
            assert!(ended, "process {} outlived its time: {}", pid.as_raw_nonzero(), command_line(pid));
        }
    }

    /// How many processes name this state folder now, this one excepted.
    pub fn process_count(&self) -> usize {
        self.processes().len()
    }

    fn processes(&self) -> Vec<Pid> {
        let state = self.state().to_string_lossy().into_owned();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw));
        let mine = Pid::from_raw(std::process::id() as i32);
        pids.filter(|pid| Some(*pid) != mine && command_line(*pid).contains(&state)).collect()
    }
}

impl Ran {
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails with everything that was said unless the code is this one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Stdout as JSON lines.
    pub fn records(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// The only line of type `result`.
    pub fn result(&self) -> Value {
        let mut results: Vec<Value> = self.records().into_iter().filter(|r| r["type"] == "result").collect();
        assert_eq!(results.len(), 1, "{self:#?}");
        results.remove(0)
    }
}

impl Running {
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, seen: String::new() }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id() as i32).unwrap()
    }

    /// Reads JSON lines until one fits.
    #[track_caller]
    pub fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let count = self.lines.read_line(&mut line).unwrap();
            assert!(count > 0, "it ended before what was waited for; it said: {}", self.seen);
            self.seen.push_str(&line);
            let record: Value = serde_json::from_str(&line).unwrap();
            if fits(&record) {
                return record;
            }
        }
    }

    /// Reads until a chunk is being worked on.
    #[track_caller]
    pub fn wait_until_running(&mut self) -> Value {
        self.wait_for(|record| record["type"] == "progress" && record["state"] == "running")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end, at most so long; says whether it came.
    pub fn ends_within(&self, time: Duration) -> bool {
        let pidfd = pidfd_open(self.pid(), PidfdFlags::empty()).unwrap();
        wait_fd(&pidfd, time)
    }

    pub fn end(mut self) -> Ran {
        let mut stderr = Vec::new();
        self.lines.read_to_string(&mut self.seen).unwrap();
        self.child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
        let status = self.child.wait().unwrap();
        Ran {
            code: status.code(),
            signal: status.signal(),
            stdout: std::mem::take(&mut self.seen),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both refuse one that was waited for, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was finished once was not done again.
#[track_caller]
pub fn nothing_done_twice(job: &Value) {
    let done: Vec<&Value> = job["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["outcome"] == "done")
        .map(|a| &a["task"])
        .collect();
    let mut once = done.clone();
    once.sort_by_key(|task| task.to_string());
    once.dedup();
    assert_eq!(done.len(), once.len(), "{job:#}");
    assert_eq!(done.len(), job["tasks"].as_array().unwrap().len(), "{job:#}");
}

/// Names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A hash of each frame and sound packet, as FFmpeg decodes them.
pub fn frame_hashes(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-f", "framemd5", "-"])
        .stdin(Stdio::null());
    let ran = Ran::of(command).expect(0);
    assert!(ran.stdout.lines().count() > 10, "{} has hardly any frames", path.display());
    ran.stdout
}

fn wait_fd(pidfd: &impl rustix::fd::AsFd, time: Duration) -> bool {
    let mut fds = [PollFd::new(pidfd, PollFlags::IN)];
    let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
    poll(&mut fds, Some(&time)).unwrap() > 0
}

/// Arguments and environment, joined by spaces; empty for a process that is gone.
fn command_line(pid: Pid) -> String {
    let read =
        |file: &str| std::fs::read(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap_or_default();
    String::from_utf8_lossy(&[read("cmdline"), read("environ")].concat()).replace('\0', " ")
}

//! What is asked of every case, whatever went wrong in it: an end in time, a clear word, nothing left.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reel_matte::Params;
use reel_types::{CancelToken, JobState};

use crate::scene::{Ended, Scene};

/// How long a part may stand still in these cases.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// What may pass beyond it before there is a verdict: a second or two, more on a busy machine, and a minute where something
/// waits for another patience than this.
pub(crate) const GRACE: Duration = Duration::from_secs(10);
/// A job that takes longer hangs.
const HANG: Duration = Duration::from_secs(90);

/// How many cases of a sort are run: all with `REEL_FAULTS=all`, else the first.
pub(crate) fn count(few: usize, all: usize) -> usize {
    if std::env::var("REEL_FAULTS").is_ok_and(|text| text == "all") { all } else { few }
}

/// What the cases of one sort came to; told at the end.
pub(crate) struct Tally {
    sort: &'static str,
    cases: usize,
    results: usize,
    refusals: usize,
    slowest: Duration,
    problems: Vec<String>,
}

/// One case that is over.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) ended: Option<Ended>,
    /// From the fault to the verdict, where the moment of the fault is known; else the whole job.
    pub(crate) verdict: Duration,
}

impl Case {
    /// Runs a job; nothing comes of one that hangs.
    pub(crate) fn run(
        name: String,
        scene: &Scene,
        sources: &[&Path],
        change: impl FnOnce(&mut Params),
    ) -> Self {
        let began = Instant::now();
        let ended = scene.matte_within(sources, change, HANG);
        Self { name, ended, verdict: began.elapsed() }
    }
}

impl Tally {
    pub(crate) fn new(sort: &'static str) -> Self {
        Self { sort, cases: 0, results: 0, refusals: 0, slowest: Duration::ZERO, problems: Vec::new() }
    }

    /// What every case has to keep. `folders` are named by the command lines of its children.
    pub(crate) fn take(&mut self, case: &Case, limit: Option<Duration>, folders: &[&Path]) {
        self.cases += 1;
        self.slowest = self.slowest.max(case.verdict);
        let left = left_over(folders);
        if !left.is_empty() {
            self.problem(case, format!("children are left: {left:?}"));
        }
        if limit.is_some_and(|limit| case.verdict > limit) {
            self.problem(case, format!("a verdict after {:?}", case.verdict));
        }
        let Some(Ended { job, output, .. }) = &case.ended else {
            return self.problem(case, "it hangs".to_owned());
        };
        match (job.state, &job.failure) {
            (JobState::Completed, None) if output.as_ref().is_some_and(|path| path.is_file()) => {
                self.results += 1;
            }
            (JobState::Failed, Some(failure)) if output.is_none() && !failure.message.trim().is_empty() => {
                self.refusals += 1;
                if failure.message.contains("panicked") || failure.message.contains('\n') {
                    self.problem(case, format!("no clear word: {failure:?}"));
                }
            }
            (state, failure) => self.problem(case, format!("{state:?} with {failure:?} and {output:?}")),
        }
        eprintln!(
            "{}: {:?} {:?} in {:.2} s",
            case.name,
            job.state,
            job.failure.as_ref().map(|failure| (failure.kind, &failure.message)),
            case.verdict.as_secs_f64()
        );
    }

    pub(crate) fn problem(&mut self, case: &Case, what: String) {
        self.problems.push(format!("{}: {what}", case.name));
    }

    /// Tells what came of it, and fails when one case did not keep what is asked.
    pub(crate) fn end(self) {
        let Self { sort, cases, results, refusals, slowest, problems } = self;
        eprintln!(
            "FAULTS {sort}: {cases} cases, {results} results, {refusals} refusals, {} hangs, slowest verdict {:.2} s",
            problems.iter().filter(|problem| problem.contains("hangs")).count(),
            slowest.as_secs_f64()
        );
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

/// What ends a job ends its children; this long only a child takes that nobody ended, however busy the machine is.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Command lines that name one of these folders; a child has a moment to be gone.
fn left_over(folders: &[&Path]) -> Vec<String> {
    let names: Vec<String> = folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
    let lines = || -> Vec<String> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries
            .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok()))
            .map(|entry| entry.path());
        let line = |path: PathBuf| -> Option<String> {
            let bytes = std::fs::read(path.join("cmdline")).ok()?;
            Some(String::from_utf8_lossy(&bytes).replace('\0', " "))
        };
        pids.filter_map(line).filter(|line| names.iter().any(|name| line.contains(name))).collect()
    };
    let until = Instant::now() + GONE_WITHIN;
    loop {
        let left = lines();
        if left.is_empty() || Instant::now() > until {
            return left;
        }
        CancelToken::new().wait_timeout(Duration::from_millis(10));
    }
}

/// Pseudo-random numbers that are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: usize) -> Self {
        Self((seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

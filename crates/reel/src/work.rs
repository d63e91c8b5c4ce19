//! From inputs to delivered outputs: look, submit, work, follow, deliver.

mod begin;
mod command;
mod finish;
mod follow;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_engine::{Drain, Engine, Worker, WorkerError, WorkerOptions};
use reel_types::{FailureKind, Job, JobId, Task};
use serde_json::Value;

use crate::batch::{Batch, Wish};
use crate::delivery::{Folder, numbered, numbered_there};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::records::{ProgressRecord, ResultRecord, Status};
use crate::screen::Screen;
use crate::settings::Settings;
use crate::targets::Target;

pub use command::{do_request, refuse};
pub(crate) use finish::{and_said, completed, delivered_before, ended_badly, found, internal};
pub(crate) use follow::Told;
pub use follow::{Pace, follow, stage};

/// How often the queue is asked for what other processes, and the heartbeat, have written there.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// For how long a command waits for somebody to make room on a full disk. Its own temporary files go meanwhile.
const ROOM_PATIENCE: Duration = Duration::from_secs(5);

/// What one command asks for.
#[derive(Debug)]
pub struct Request {
    /// The verb.
    pub pipeline: &'static str,
    /// Its params, as an object.
    pub params: Value,
    /// Inputs and outputs.
    pub targets: Vec<Target>,
    /// Seconds of media in a job, once its plan is made: what a speed is measured in.
    pub media_secs: fn(&[Task]) -> Option<f64>,
    /// What a finished result becomes at its place.
    pub hand_over: HandOver,
    /// What is wanted beside the work, where there may be many films.
    pub batch: Option<Wish>,
}

/// What a finished result becomes at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandOver {
    /// The file that it is.
    File,
    /// A folder: the result is a tar stream of it.
    Folder,
    /// Several files that belong together, each with a number in its name.
    Numbered,
    /// Nothing: what the job found is all there is. It failed when what it looked at is not exact.
    Finding,
}

impl HandOver {
    /// Where each of `count` results goes.
    pub(crate) fn places(self, output: &Path, count: usize) -> Vec<PathBuf> {
        match self {
            Self::File | Self::Folder => vec![output.to_owned()],
            Self::Finding => Vec::new(),
            Self::Numbered => (1..=count).map(|number| numbered(output, number)).collect(),
        }
    }

    /// What stands there before any work.
    pub(crate) fn standing_in_the_way(self, output: &Path) -> Vec<PathBuf> {
        match self {
            Self::File | Self::Folder if fs::symlink_metadata(output).is_ok() => vec![output.to_owned()],
            Self::File | Self::Folder | Self::Finding => Vec::new(),
            Self::Numbered => numbered_there(output),
        }
    }
}

/// One input whose job is made.
#[derive(Debug)]
struct Open {
    target: Target,
    job: JobId,
    pace: follow::Pace,
}

/// Works on all inputs until each has its result, or until it is interrupted. Each input gets exactly one result, which
/// is shown at once.
pub async fn work(
    engine: &Engine,
    request: Request,
    settings: &Settings,
    interrupt: &Interrupt,
    screen: &mut Screen,
    batch: Option<&mut Batch>,
) -> Vec<ResultRecord> {
    let mut desk = Desk {
        engine,
        settings,
        request: &request,
        screen,
        batch,
        open: Vec::new(),
        results: Vec::new(),
        kept: BTreeSet::new(),
    };
    let mut folders: Vec<Folder> = Vec::new();
    for target in &request.targets {
        match begin::begin(engine, &request, settings, target, &mut folders).await {
            Ok(begin::Begun::Open(open)) => desk.open.push(open),
            Ok(begin::Begun::Ended(result)) => desk.end(result).await,
            Err((status, problem)) => {
                desk.end(ResultRecord::from_problem(&target.input, None, status, problem)).await
            }
        }
    }
    desk.close_finished().await;
    if !desk.open.is_empty() {
        desk.work_until_done(interrupt).await;
    }
    // Only now: until the last input has ended, another one may need a folder that is still empty.
    folders.iter().rev().for_each(Folder::unmake);
    desk.results
}

/// What is under way and what has ended.
struct Desk<'a> {
    engine: &'a Engine,
    settings: &'a Settings,
    request: &'a Request,
    screen: &'a mut Screen,
    batch: Option<&'a mut Batch>,
    open: Vec<Open>,
    results: Vec<ResultRecord>,
    /// Jobs whose result waits in the state folder, because somebody did not get it.
    kept: BTreeSet<JobId>,
}

impl Desk<'_> {
    async fn work_until_done(&mut self, interrupt: &Interrupt) {
        let drain = Drain::new();
        let only_jobs: BTreeSet<JobId> = self.open.iter().map(|open| open.job.clone()).collect();
        let options = WorkerOptions {
            only_jobs: only_jobs.into_iter().collect(),
            gpu: self.settings.device.allows_gpu() && self.engine.site.gpu,
            tasks_max: self.settings.tasks_max.unwrap_or(WorkerOptions::default().tasks_max),
            room_patience: Some(ROOM_PATIENCE),
            ..WorkerOptions::default()
        };
        let mut worker = tokio::spawn(Worker::new(self.engine.clone(), options).run(drain.clone()));
        let mut changes = self.engine.changes();
        let ended_early = loop {
            changes.borrow_and_update();
            self.close_finished().await;
            if self.open.is_empty() {
                break None;
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = interrupt.asked() => break None,
                ended = &mut worker => break Some(ended),
            }
        };
        drain.start();
        let ended = match ended_early {
            Some(ended) => ended,
            None => {
                if interrupt.is_asked() {
                    self.screen.note("stopping; once more to stop at once");
                }
                worker.await
            }
        };
        self.close_finished().await;
        let problem = || match &ended {
            _ if interrupt.is_asked() => interrupted(),
            Ok(Err(WorkerError::NoRoom(failure))) => failure.clone().into(),
            Ok(Err(error)) => Problem::storage("cannot work in the state folder", error),
            Ok(Ok(())) => {
                let said = "somebody drained this command's worker";
                Problem::new(ProblemKind::Failure(FailureKind::Internal), said)
                    .with_hint("run the command again to go on")
            }
            _ => Problem::new(ProblemKind::Failure(FailureKind::Internal), "the worker ended by itself"),
        };
        for open in std::mem::take(&mut self.open) {
            let status = if interrupt.is_asked() { Status::Interrupted } else { Status::Failed };
            self.end(ResultRecord::from_problem(&open.target.input, Some(open.job), status, problem())).await;
        }
    }

    /// Shows where everything stands, and gives each input whose job has ended its result.
    async fn close_finished(&mut self) {
        let mut progress: Vec<ProgressRecord> = Vec::new();
        let mut index = 0;
        while index < self.open.len() {
            let result = match look(self.engine, self.request, &mut self.open[index]).await {
                Ok((job, record)) if !job.state.is_terminal() => {
                    progress.push(record);
                    index += 1;
                    continue;
                }
                Ok((job, _)) => {
                    finish::finish(
                        self.engine,
                        self.settings,
                        self.request.hand_over,
                        &self.open[index],
                        &job,
                    )
                    .await
                }
                Err(problem) => {
                    let open = &self.open[index];
                    ResultRecord::from_problem(
                        &open.target.input,
                        Some(open.job.clone()),
                        Status::Failed,
                        problem,
                    )
                }
            };
            self.open.remove(index);
            self.end(result).await;
        }
        if let Some(batch) = &mut self.batch {
            batch.watch(&mut progress).await;
        }
        self.screen.progress(&progress);
    }

    /// Takes in a result, shows it, and removes what nobody needs any more.
    async fn end(&mut self, result: ResultRecord) {
        self.screen.result(&result);
        if let Some(batch) = &mut self.batch {
            batch.ended(self.engine, &result).await;
        }
        if let Some(job) = result.job.clone() {
            if is_of_no_use(self.request, &result) {
                finish::remove_objects(self.engine, &job).await;
            } else if result.status != Status::Completed {
                self.kept.insert(job);
            } else if !self.kept.contains(&job) && !self.open.iter().any(|open| open.job == job) {
                finish::remove_objects(self.engine, &job).await;
            }
        }
        self.results.push(result);
    }
}

/// Whether what the job wrote helps nobody: the same videos give the same holes, and further copies make another job.
fn is_of_no_use(request: &Request, result: &ResultRecord) -> bool {
    let for_good = |problem: &Problem| {
        matches!(problem.kind, ProblemKind::Failure(FailureKind::Damaged | FailureKind::Input))
    };
    request.pipeline == "unpack"
        && result.status == Status::Failed
        && result.error.as_ref().is_some_and(for_good)
}

async fn look(engine: &Engine, request: &Request, open: &mut Open) -> Result<(Job, ProgressRecord), Problem> {
    let job = engine.queue.job(&open.job).await?.ok_or_else(|| finish::forgotten(&open.job))?;
    let tasks = engine.queue.tasks(&open.job).await?;
    let record = open.pace.record(&open.target.input, &job, &tasks, (request.media_secs)(&tasks));
    Ok((job, record))
}

fn interrupted() -> Problem {
    Problem::new(ProblemKind::Interrupted, "interrupted").with_hint("run the same command again to go on")
}

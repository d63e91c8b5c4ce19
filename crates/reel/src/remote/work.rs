//! A whole command whose work a server does: send, follow, fetch, sum up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc as blocking;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reel_types::{Artifact, Job, JobId, JobState};
use tokio::sync::mpsc;

use super::answer::EventAnswer;
use super::begin::{self, Begun, Desk};
use super::client::{Client, Server};
use super::download::{Wanted, fetch, unfitting};
use super::follow::follow;
use crate::console::Console;
use crate::delivery::{Delivered, Folder};
use crate::interrupt::Interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::records::{ProgressRecord, ResultRecord, Status, SummaryRecord, rounded};
use crate::screen::Screen;
use crate::settings::Settings;
use crate::targets::Target;
use crate::work::{HandOver, Pace, Request, Told, and_said, completed, ended_badly, found};

/// Jobs that are followed and fetched at once; a server has only so many streams.
const FOLLOWED_MAX: usize = 8;

/// How often the latest is shown when nothing new is told.
const SHOWN_EVERY: Duration = Duration::from_secs(1);

/// What the threads of a command tell.
enum News {
    Note(String),
    Folder(Folder),
    /// An input has its job.
    Made(usize, JobId),
    Progress(usize, Box<ProgressRecord>),
    Ended(usize, Box<ResultRecord>),
}

/// What all threads of a command share.
struct Shared {
    client: Client,
    request: Request,
    settings: Settings,
    tell: mpsc::UnboundedSender<News>,
}

/// A job to follow.
struct Made {
    index: usize,
    job: JobId,
    media_secs: Option<f64>,
}

/// Does what was asked, and answers with the exit code.
///
/// # Errors
/// A storage problem: nothing was tried.
pub async fn do_request(
    console: &Arc<Console>,
    settings: &Settings,
    server: &Server,
    request: Request,
) -> Result<u8, Problem> {
    let began = Instant::now();
    let mut screen = Screen::new(Arc::clone(console), settings);
    let interrupt =
        Interrupt::listen().map_err(|error| Problem::storage("cannot listen for signals", &error))?;
    let (tell, told) = mpsc::unbounded_channel();
    let inputs: Vec<PathBuf> = request.targets.iter().map(|target| target.input.clone()).collect();
    let client = Client::new(server);
    let stop = client.stop.clone();
    let shared = Arc::new(Shared { client, request, settings: settings.clone(), tell });
    // They wait for the network, which nothing interrupts: whoever still waits ends with the process.
    std::thread::spawn(move || send_all(&shared));
    let results = show(told, inputs, server, &interrupt, &mut screen).await;
    stop.cancel();
    let summary = SummaryRecord::of(&results, rounded(began.elapsed().as_secs_f64()));
    screen.summary(&summary);
    Ok(summary.exit_code)
}

/// Shows what the threads tell, until each input has its result.
async fn show(
    mut told: mpsc::UnboundedReceiver<News>,
    inputs: Vec<PathBuf>,
    server: &Server,
    interrupt: &Interrupt,
    screen: &mut Screen,
) -> Vec<ResultRecord> {
    let mut open: BTreeMap<usize, PathBuf> = inputs.into_iter().enumerate().collect();
    let (mut jobs, mut progress) = (BTreeMap::new(), BTreeMap::new());
    let (mut folders, mut results): (Vec<Folder>, Vec<ResultRecord>) = (Vec::new(), Vec::new());
    while !open.is_empty() {
        let news = tokio::select! {
            news = told.recv() => news,
            () = interrupt.asked() => None,
            // What stands still is shown as well: the screen thins out, and may have left the latest out.
            () = tokio::time::sleep(SHOWN_EVERY) => {
                screen.progress(&progress.values().cloned().collect::<Vec<_>>());
                continue;
            }
        };
        match news {
            Some(News::Note(text)) => screen.note(&text),
            Some(News::Folder(folder)) => folders.push(folder),
            Some(News::Made(index, job)) => {
                jobs.insert(index, job);
            }
            Some(News::Progress(index, record)) => {
                progress.insert(index, *record);
                screen.progress(&progress.values().cloned().collect::<Vec<_>>());
            }
            Some(News::Ended(index, result)) => {
                progress.remove(&index);
                open.remove(&index);
                screen.result(&result);
                results.push(*result);
            }
            None => break,
        }
    }
    for (index, input) in open {
        let job = jobs.remove(&index);
        let problem = interrupted(server, job.as_ref());
        let result = ResultRecord::from_problem(&input, job, Status::Interrupted, problem);
        screen.result(&result);
        results.push(result);
    }
    folders.iter().rev().for_each(Folder::unmake);
    results
}

fn interrupted(server: &Server, job: Option<&JobId>) -> Problem {
    let (message, hint) = match job {
        None => (
            "interrupted while it was sent".to_owned(),
            "run the same command again: what was sent is not sent again".to_owned(),
        ),
        Some(job) => (
            format!("interrupted; job {job} goes on at {}", server.url()),
            format!(
                "run the same command again for its result, or `reel --server {} jobs cancel {job}` to stop it",
                server.url()
            ),
        ),
    };
    Problem::new(ProblemKind::Interrupted, message).with_hint(hint)
}

/// Sends one input after the other; what is sent is followed meanwhile.
fn send_all(shared: &Arc<Shared>) {
    let (made, to_follow) = blocking::channel::<Made>();
    let to_follow = Arc::new(Mutex::new(to_follow));
    for _ in 0..shared.request.targets.len().min(FOLLOWED_MAX) {
        let (shared, to_follow) = (Arc::clone(shared), Arc::clone(&to_follow));
        std::thread::spawn(move || {
            loop {
                let next = to_follow.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(next) = next else { return };
                let result = follow_one(&shared, &next);
                shared.say(News::Ended(next.index, Box::new(result)));
            }
        });
    }
    let note = |text| shared.say(News::Note(text));
    let progress = |index, record| shared.say(News::Progress(index, Box::new(record)));
    let keep = |folder| shared.say(News::Folder(folder));
    let desk = Desk {
        client: &shared.client,
        request: &shared.request,
        settings: &shared.settings,
        note: &note,
        progress: &progress,
        keep: &keep,
    };
    for (index, target) in shared.request.targets.iter().enumerate() {
        match begin::begin(&desk, index, target) {
            Ok(Begun::Open { job, media_secs }) => {
                shared.say(News::Made(index, job.clone()));
                // Who follows lives as long as this end of the channel.
                let _ = made.send(Made { index, job, media_secs });
            }
            Ok(Begun::Ended(result)) => shared.say(News::Ended(index, result)),
            Err((status, problem)) => {
                let result = ResultRecord::from_problem(&target.input, None, status, problem);
                shared.say(News::Ended(index, Box::new(result)));
            }
        }
    }
}

impl Shared {
    /// Nobody listens any more once the command has ended.
    fn say(&self, news: News) {
        let _ = self.tell.send(news);
    }
}

fn follow_one(shared: &Shared, made: &Made) -> ResultRecord {
    let Some(target) = shared.request.targets.get(made.index) else {
        let problem = unfitting(&made.job, 0);
        return ResultRecord::from_problem("".as_ref(), Some(made.job.clone()), Status::Failed, problem);
    };
    let mut pace = Pace::default();
    let mut last =
        Told { state: JobState::Queued, stage: None, done_fraction: None, chunks_done: 0, chunks_total: 0 };
    let followed = follow(&shared.client, &made.job, |event| {
        match (event, event.told()) {
            (_, Some(told)) => last = told,
            // Progress is the latest, and what happened before is told after it.
            (EventAnswer::Job { status, .. }, _) if place(*status) >= place(last.state) => {
                last.state = *status
            }
            _ => return,
        }
        // How it ended is told by its result.
        if !last.state.is_terminal() {
            let record = pace.record_told(&target.input, &made.job, last, made.media_secs);
            shared.say(News::Progress(made.index, Box::new(record)));
        }
    });
    let job = match followed {
        Ok(Some(job)) => job,
        Ok(None) => return failed(target, &made.job, interrupted_problem(&made.job)),
        Err(problem) => {
            let message = problem.hint.clone().unwrap_or_default();
            let hint = format!("job {} goes on there; {message}", made.job);
            return failed(target, &made.job, problem.with_hint(hint));
        }
    };
    match hand_over(shared, target, &job) {
        Ok(result) => result,
        Err(problem) => {
            let result = failed(target, &job.id, problem);
            ResultRecord { metadata: job.metadata, gaps: job.gaps, ..result }
        }
    }
}

/// How late in a job's life a state is.
fn place(state: JobState) -> u8 {
    match state {
        JobState::Queued => 0,
        JobState::Planning => 1,
        JobState::Running | JobState::Assembling => 2,
        _ => 3,
    }
}

fn interrupted_problem(job: &JobId) -> Problem {
    Problem::new(ProblemKind::Interrupted, format!("interrupted; job {job} goes on"))
}

fn failed(target: &Target, job: &JobId, problem: Problem) -> ResultRecord {
    ResultRecord::from_problem(&target.input, Some(job.clone()), Status::of(&problem), problem)
}

/// Fetches what a job made.
fn hand_over(shared: &Shared, target: &Target, job: &Job) -> Result<ResultRecord, Problem> {
    if let Some(problem) = ended_badly(job) {
        return Err(problem);
    }
    let becomes = shared.request.hand_over;
    if becomes == HandOver::Finding {
        return Ok(found(target, job));
    }
    let places = becomes.places(&target.output, job.outputs.len());
    if job.outputs.is_empty() || places.len() != job.outputs.len() {
        return Err(unfitting(&job.id, job.outputs.len()));
    }
    let (mut left_out, mut already_there) = (Vec::new(), true);
    for (artifact, output) in job.outputs.iter().zip(places) {
        let (delivered, said) = fetch(&wanted(shared, job, artifact, output))?;
        left_out.extend(said);
        already_there &= delivered == Delivered::AlreadyThere;
    }
    Ok(and_said(completed(becomes, target, job, already_there), left_out))
}

fn wanted<'a>(shared: &'a Shared, job: &'a Job, artifact: &'a Artifact, output: PathBuf) -> Wanted<'a> {
    Wanted {
        client: &shared.client,
        job: &job.id,
        artifact,
        output,
        force: shared.settings.force,
        becomes: shared.request.hand_over,
    }
}

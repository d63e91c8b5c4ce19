//! `reel --server URL jobs`: the jobs of a server.

use std::sync::Arc;

use reel_types::{Event, EventKind, Job, JobId, JobState, Task, TaskId, TaskKind};
use tokio::sync::mpsc;
use ureq::http::Method;

use super::answer::{EventAnswer, JobAnswer, Page, ReportAnswer, TaskAnswer};
use super::client::{API, Client, Refusal, Server};
use super::follow::follow;
use crate::args::JobsVerb;
use crate::console::Console;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::jobs::change::tell;
use crate::jobs::list::Listing;
use crate::jobs::record::source_path;
use crate::jobs::{show, watch};
use crate::problem::Problem;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::text::without_controls;
use crate::work::{Pace, internal};

/// Most jobs that are looked through for one that begins as typed.
const LOOKED_THROUGH_MAX: usize = 10_000;
const PAGE_MAX: u32 = 200;

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// A usage problem when a job cannot be found; what the server refuses; that it cannot be reached.
pub async fn run(
    console: &Arc<Console>,
    settings: &Settings,
    server: &Server,
    verb: JobsVerb,
) -> Result<u8, Problem> {
    let (console, settings) = (Arc::clone(console), settings.clone());
    let client = Arc::new(Client::new(server));
    if let JobsVerb::Watch { jobs } = verb {
        return watch_all(console, settings, client, jobs).await;
    }
    let done = tokio::task::spawn_blocking(move || match verb {
        JobsVerb::List { only, limit } => list_all(&client, &console, &settings, only.map(Into::into), limit),
        JobsVerb::Show { job } => show_one(&client, &console, &settings, &job),
        JobsVerb::Cancel { jobs } => change(&client, &console, &settings, &jobs, Change::Cancel),
        JobsVerb::Retry { jobs } => change(&client, &console, &settings, &jobs, Change::Retry),
        JobsVerb::Forget { jobs } => change(&client, &console, &settings, &jobs, Change::Forget),
        JobsVerb::Watch { .. } => Ok(exit::DONE),
    });
    done.await.map_err(|error| internal(error.to_string()))?
}

fn list_all(
    client: &Client,
    console: &Console,
    settings: &Settings,
    state: Option<JobState>,
    limit: u32,
) -> Result<u8, Problem> {
    let mut listing = Listing::new(console, settings.json);
    for job in jobs(client, state, limit as usize)? {
        if console.is_out_closed() {
            break;
        }
        let tasks = if job.state.is_terminal() { Vec::new() } else { tasks(client, &job.id)? };
        listing.add(&job, &tasks);
    }
    listing.end();
    Ok(exit::DONE)
}

/// The newest jobs.
fn jobs(client: &Client, state: Option<JobState>, limit: usize) -> Result<Vec<Job>, Problem> {
    let mut found: Vec<Job> = Vec::new();
    let status = state.map(|state| format!("&status={}", state.as_str())).unwrap_or_default();
    let mut cursor = String::new();
    while found.len() < limit {
        let count = (limit - found.len()).min(PAGE_MAX as usize);
        let page: Page<JobAnswer> = client.get(&format!("{API}/jobs?limit={count}{status}{cursor}"))?;
        let is_empty = page.items.is_empty();
        found.extend(page.items.into_iter().map(Job::from));
        match page.next_cursor {
            Some(next) if !is_empty => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    Ok(found)
}

fn tasks(client: &Client, job: &JobId) -> Result<Vec<Task>, Problem> {
    let tasks: Vec<TaskAnswer> = client.get(&format!("{API}/jobs/{job}/tasks"))?;
    Ok(tasks.into_iter().map(|task| task.parts(job).0).collect())
}

fn show_one(client: &Client, console: &Console, settings: &Settings, typed: &str) -> Result<u8, Problem> {
    let job = find(client, typed)?;
    let report: ReportAnswer = client.get(&format!("{API}/jobs/{}/report", job.id))?;
    let (job, tasks, attempts) = report.parts();
    show::tell(console, settings, &job, &tasks, &attempts);
    Ok(exit::DONE)
}

/// The one job that is meant: by its id, or by the beginning of it.
fn find(client: &Client, typed: &str) -> Result<Job, Problem> {
    let prefix = typed.to_ascii_lowercase();
    let none = || {
        Problem::usage(format!("no job there begins with {:?}", without_controls(typed)))
            .with_hint(format!("see `reel --server {} jobs list`", client.url()))
    };
    if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(none());
    }
    match client.get::<JobAnswer>(&format!("{API}/jobs/{prefix}")) {
        Ok(job) => return Ok(job.into()),
        Err(Refusal { status: Some(404), .. }) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let mut fitting = jobs(client, None, LOOKED_THROUGH_MAX)?;
    fitting.retain(|job| job.id.as_str().starts_with(&prefix));
    match fitting.len() {
        0 => Err(none()),
        1 => Ok(fitting.swap_remove(0)),
        count => Err(Problem::usage(format!("{typed:?} is the beginning of {count} jobs"))
            .with_hint("type more of the id")),
    }
}

fn find_all(client: &Client, typed: &[String]) -> Result<Vec<Job>, Problem> {
    let mut found: Vec<Job> = Vec::new();
    for typed in typed {
        let job = find(client, typed)?;
        if !found.iter().any(|other| other.id == job.id) {
            found.push(job);
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Cancel,
    Retry,
    Forget,
}

fn change(
    client: &Client,
    console: &Console,
    settings: &Settings,
    typed: &[String],
    change: Change,
) -> Result<u8, Problem> {
    for job in find_all(client, typed)? {
        let path = format!("{API}/jobs/{}", job.id);
        let (method, path) = match change {
            Change::Cancel => (Method::POST, format!("{path}/cancel")),
            Change::Retry => (Method::POST, format!("{path}/retry")),
            Change::Forget => (Method::DELETE, path),
        };
        let body: Option<&[u8]> = (method == Method::POST).then_some(&[]);
        let said = match client.send_again(&method, &path, &[], body) {
            Ok(_) => match change {
                Change::Cancel => "cancelled".to_owned(),
                Change::Retry => "queued again".to_owned(),
                Change::Forget => "forgotten".to_owned(),
            },
            // It has ended, or runs: said as on this machine, where that is no error either.
            Err(Refusal { status: Some(409), .. }) if change != Change::Forget => {
                format!("is {} already", job.state.as_str())
            }
            Err(Refusal { status: Some(404), .. }) => "is gone".to_owned(),
            Err(refusal) => return Err(refusal.into()),
        };
        let after = || {
            let after = client.get::<JobAnswer>(&format!("{API}/jobs/{}", job.id)).map(Job::from);
            let after = after.unwrap_or_else(|_| job.clone());
            let tasks = tasks(client, &after.id).unwrap_or_default();
            (after, tasks)
        };
        tell(console, settings, &job, &said, after);
    }
    Ok(exit::DONE)
}

/// What a followed job tells.
enum News {
    Line(String),
    Progress(crate::records::ProgressRecord),
    Ended(JobId, Result<Option<Job>, Problem>),
}

async fn watch_all(
    console: Arc<Console>,
    settings: Settings,
    client: Arc<Client>,
    typed: Vec<String>,
) -> Result<u8, Problem> {
    let interrupt =
        Interrupt::listen().map_err(|error| Problem::storage("cannot listen for signals", &error))?;
    let mut screen = Screen::new(Arc::clone(&console), &settings);
    let finder = Arc::clone(&client);
    let found = tokio::task::spawn_blocking(move || match typed.as_slice() {
        [] => jobs(&finder, None, PAGE_MAX as usize)
            .map(|jobs| jobs.into_iter().filter(|job| !job.state.is_terminal()).collect()),
        typed => find_all(&finder, typed),
    });
    let found: Vec<Job> = found.await.map_err(|error| internal(error.to_string()))??;
    if found.is_empty() {
        screen.note("no job is under way");
    }
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut open = found.len();
    for job in found {
        let (client, tell, json) = (Arc::clone(&client), tell.clone(), settings.json);
        // Waits for the network; ends with the process if nothing comes.
        std::thread::spawn(move || watch_one(&client, &job, json, &tell));
    }
    let mut codes = Vec::new();
    while open > 0 && !console.is_out_closed() {
        let news = tokio::select! {
            news = told.recv() => news,
            () = interrupt.asked() => {
                client.stop.cancel();
                return Ok(exit::INTERRUPTED);
            }
        };
        match news {
            Some(News::Line(line)) => console.data(&line),
            Some(News::Progress(record)) => screen.progress(std::slice::from_ref(&record)),
            Some(News::Ended(id, Ok(job))) => {
                open -= 1;
                codes.push(watch::end_code(job.as_ref()));
                if !settings.json {
                    screen.note(&format!("{id}: {}", watch::end_words(job.as_ref())));
                }
            }
            Some(News::Ended(_, Err(problem))) => return Err(problem),
            None => break,
        }
    }
    client.stop.cancel();
    Ok(exit::worst(codes))
}

fn watch_one(client: &Client, job: &Job, json: bool, tell: &mpsc::UnboundedSender<News>) {
    let input = job.sources.first().map(source_path).unwrap_or_default();
    let mut pace = Pace::default();
    // Nobody listens any more once the command has ended.
    let say = |news| {
        let _ = tell.send(news);
    };
    let ended = follow(client, &job.id, |event| {
        if let Some(now) = event.told() {
            say(News::Progress(pace.record_told(&input, &job.id, now, None)));
        } else if let Some(event) = as_event(event).filter(|_| json) {
            say(News::Line(watch::event_line(&event)));
        }
    });
    say(News::Ended(job.id.clone(), ended));
}

fn as_event(event: &EventAnswer) -> Option<Event> {
    match event {
        EventAnswer::Job { seq, at_millis, job_id, status } => Some(Event {
            seq: *seq,
            at: *at_millis,
            job: JobId::new(job_id.clone()),
            kind: EventKind::Job { state: *status },
        }),
        EventAnswer::Task { seq, at_millis, job_id, task_id, epoch, status } => {
            let job = JobId::new(job_id.clone());
            let mut parts = task_id.split('.');
            let round = parts.next()?.parse().ok()?;
            let kind: TaskKind = serde_json::from_value(parts.next()?.into()).ok()?;
            let index = parts.next()?.parse().ok()?;
            let task = TaskId { job: job.clone(), round, kind, index };
            let kind = EventKind::Task { task, epoch: *epoch, state: *status };
            Some(Event { seq: *seq, at: *at_millis, job, kind })
        }
        EventAnswer::Progress { .. } | EventAnswer::Other => None,
    }
}

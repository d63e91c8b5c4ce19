//! `reel serve`: the server and its own worker, in one process.

mod look_into;
mod pictures;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use reel_engine::{Drain, Engine, Worker, WorkerError, WorkerOptions};
use reel_server::{AddressRange, PublicUrl, RateLimit, Server, ServerError, ServerOptions};
use reel_types::FailureKind;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::console::Console;
use crate::doctor;
use crate::exit;
use crate::interrupt::Interrupt;
use crate::keys;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::units::{parse_size, parse_time};
use crate::wiring::{App, find_ffmpeg, models};
use look_into::LookInto;

/// `reel serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        env = "REEL_LISTEN",
        hide_env_values = true
    )]
    pub listen: SocketAddr,
    /// Another address under which people reach it, like https://videos.example.org; may be given several times
    #[arg(long, value_name = "URL", value_delimiter = ',', env = "REEL_PUBLIC_URL", hide_env_values = true)]
    pub public_url: Vec<PublicUrl>,
    /// Only take jobs in; other processes on the same state folder work on them
    #[arg(long, value_parser = BoolishValueParser::new(), env = "REEL_NO_WORKER", hide_env_values = true)]
    pub no_worker: bool,
    /// Most bytes of one upload
    #[arg(long, value_name = "BYTES", default_value = "64GiB", value_parser = parse_size, env = "REEL_UPLOAD_MAX", hide_env_values = true)]
    pub upload_max: u64,
    /// Bytes that uploads leave free on the disk
    #[arg(long, value_name = "BYTES", default_value = "1GiB", value_parser = parse_size, env = "REEL_DISK_RESERVE", hide_env_values = true)]
    pub disk_reserve: u64,
    /// Fetch files from these addresses too, though they are not on the open network, like 192.168.0.0/16; may be given
    /// several times
    #[arg(
        long,
        value_name = "CIDR",
        value_delimiter = ',',
        env = "REEL_ALLOW_PRIVATE",
        hide_env_values = true
    )]
    pub allow_private: Vec<AddressRange>,
    /// Most requests a second of one tenant, once there are keys; five times as many may come at once; 0: no bound
    #[arg(long, value_name = "N", default_value_t = 100, env = "REEL_RATE", hide_env_values = true)]
    pub rate: u32,
    /// Most tasks of one tenant that run at once, once there are keys; 0: no bound
    #[arg(long, value_name = "N", default_value_t = 0, env = "REEL_TENANT_TASKS", hide_env_values = true)]
    pub tenant_tasks: u32,
    /// Most bytes that the uploads of one tenant, and what its jobs made, may have together [default: as many as the disk takes]
    #[arg(long, value_name = "BYTES", value_parser = parse_size, env = "REEL_TENANT_BYTES", hide_env_values = true)]
    pub tenant_bytes: Option<u64>,
    /// Forget uploads after so long, unless a job that has not ended reads them [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_keep, env = "REEL_KEEP_UPLOADS", hide_env_values = true)]
    pub keep_uploads: Option<Duration>,
    /// Forget jobs, with what they made, so long after their end [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_keep, env = "REEL_KEEP_JOBS", hide_env_values = true)]
    pub keep_jobs: Option<Duration>,
    /// Write a line for each request on stderr: as text, or as JSON
    ///
    /// Method, path, status and time; never a key, a signature or what was sent.
    #[arg(long, value_enum, value_name = "FORM", env = "REEL_LOG_REQUESTS", hide_env_values = true)]
    pub log_requests: Option<LogForm>,
    /// How long an answer about a video or a job may come from memory; what changes is forgotten at once; 0s: never
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_time, env = "REEL_CACHE_TTL", hide_env_values = true)]
    pub cache_ttl: Duration,
}

/// A time after which something goes for good. None at all is a slip: elsewhere it means never.
fn parse_keep(text: &str) -> Result<Duration, String> {
    match parse_time(text)? {
        Duration::ZERO => {
            Err("that would forget everything at once; leave it away to keep everything".to_owned())
        }
        keep => Ok(keep),
    }
}

/// How a line of the log looks.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogForm {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// The line of type `listening`.
#[derive(Serialize)]
struct ListeningRecord {
    r#type: &'static str,
    /// Where the page and the API are.
    url: String,
    address: SocketAddr,
}

/// Serves until it is interrupted; then drains, and answers with the exit code.
///
/// # Errors
/// A usage problem for an address that cannot be used; otherwise what is missing or cannot be opened.
pub async fn run(app: &App, console: &Console, settings: &Settings, args: ServeArgs) -> Result<u8, Problem> {
    refuse_strangers(settings, args.listen).await?;
    let interrupt =
        Interrupt::listen().map_err(|error| Problem::storage("cannot listen for signals", &error))?;
    raise_open_files();
    let listener = listen(args.listen).await?;
    let engine = app.open_engine(settings).await?;
    let networks = models(settings).ok();
    let inspect = LookInto::new(find_ffmpeg(settings, &engine.state)?, networks, {
        let (app, settings) = (app.clone(), settings.clone());
        move || doctor::findings(&app, &settings)
    });
    let options = ServerOptions {
        public_urls: args.public_url,
        upload_bytes_max: args.upload_max,
        disk_reserve_bytes: args.disk_reserve,
        allow_private: args.allow_private,
        rate: rate(args.rate),
        tenant_running_max: args.tenant_tasks,
        stored_bytes_max: args.tenant_bytes.unwrap_or(ServerOptions::default().stored_bytes_max),
        keep_uploads: args.keep_uploads,
        keep_jobs: args.keep_jobs,
        cache_ttl: args.cache_ttl,
        ..ServerOptions::default()
    };
    let server = Server::new(engine.clone(), Arc::new(inspect), options).await.map_err(not_served)?;
    let address = listener.local_addr().map_err(|error| Problem::storage("cannot listen there", &error))?;
    tell_address(console, settings, address);
    let drain = Drain::new();
    let worker = work(&engine, settings, args.no_worker, drain.clone());
    let stop = stop(interrupt, drain);
    let ((), worked) = tokio::join!(server.serve(listener, stop), worker);
    worked.map_err(|error| Problem::storage("cannot work in the state folder", &error))?;
    Ok(exit::DONE)
}

/// Each stream of events is an open file; the usual bound of 1024 is meant for programs that use `select`.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::info!(%error, "cannot open more files at once");
    }
}

/// Ends when somebody asks for it, or when the worker cannot go on.
async fn stop(interrupt: Interrupt, drain: Drain) {
    tokio::select! {
        () = interrupt.asked() => drain.start(),
        () = drain.started() => {}
    }
}

/// The worker of this process, until it is drained. It drains the server when it cannot go on.
fn work(
    engine: &Engine,
    settings: &Settings,
    is_off: bool,
    drain: Drain,
) -> impl Future<Output = Result<(), WorkerError>> + use<> {
    let options = WorkerOptions {
        gpu: settings.device.allows_gpu() && engine.site.gpu,
        tasks_max: settings.tasks_max.unwrap_or(WorkerOptions::default().tasks_max),
        ..WorkerOptions::default()
    };
    let worker = (!is_off).then(|| Worker::new(engine.clone(), options));
    async move {
        let Some(worker) = worker else { return Ok(()) };
        let ended = tokio::spawn(worker.run(drain.clone())).await;
        let ended = ended.unwrap_or_else(|error| Err(std::io::Error::other(error).into()));
        // One that somebody drained has ended well: the server goes on without it.
        if ended.is_err() {
            drain.start();
        }
        ended
    }
}

/// Without keys everybody who reaches the server may use it, so only this machine may reach it.
async fn refuse_strangers(settings: &Settings, address: SocketAddr) -> Result<(), Problem> {
    if address.ip().is_loopback() || keys::open(settings).await?.are_needed().await.map_err(keys::refused)? {
        return Ok(());
    }
    let message = format!("{address} can be reached from other machines, and there are no keys");
    Err(Problem::usage(message)
        .with_hint("make a key first: reel keys create --name me --scope admin; or listen on 127.0.0.1"))
}

fn rate(per_sec: u32) -> Option<RateLimit> {
    (per_sec > 0).then(|| RateLimit { per_sec, burst: per_sec.saturating_mul(5) })
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens there; name another port with --listen",
            std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need rights; name another with --listen"
            }
            _ => "name an address of this machine with --listen",
        };
        Problem::usage(format!("cannot listen on {address}")).caused_by(&error).with_hint(hint)
    })
}

fn tell_address(console: &Console, settings: &Settings, address: SocketAddr) {
    let url = format!("http://{address}");
    if settings.json {
        let record = ListeningRecord { r#type: "listening", url, address };
        // A record of text and an address always has a JSON form.
        console.data(&serde_json::to_string(&record).unwrap_or_default());
    } else {
        console.data(&format!("reel is at {url}"));
    }
}

fn not_served(error: ServerError) -> Problem {
    match error {
        ServerError::Queue(error) => error.into(),
        error => Problem::new(ProblemKind::Failure(FailureKind::Storage), "cannot serve").caused_by(&error),
    }
}

//! The server under requests while it works: times against `/livez` in the same round, an upload against a program that does
//! nothing else, ten thousand listeners.

mod client;
mod flood;
mod process;
mod streams;
mod upload;

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::Place;
use crate::clips;
use crate::pair::median;
use crate::table::Report;
use client::{Connection, get, post};
use flood::{Flood, durable_commits, pause, percentile};
use process::Served;

/// Rounds, in each of which everything is measured in turn.
const ROUNDS: usize = 5;
/// Requests a second, on schedule whatever the answers take.
const REQUESTS_PER_SEC: f64 = 500.0;
/// Jobs a second: more than one person can submit, less than a disk can make durable.
const SUBMITS_PER_SEC: f64 = 50.0;
/// Each phase of a round.
const PHASE: Duration = Duration::from_secs(4);

/// Measures and reports.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    let clip = clips::five_minutes(&place.work)?;
    idle(place, &clip, report)?;
    under_load(place, &clip, report)?;
    job_beside_requests(place, &clip, report)?;
    upload::measure(place, report)?;
    streams::measure(place, report)
}

/// Sends the clip; answers with its id.
fn send_clip(served: &Served, clip: &std::path::Path) -> Result<String> {
    let bytes = fs::read(clip)?;
    let answer = upload::multipart(served.port, "clip.mp4", bytes.len() as u64, |out| {
        use std::io::Write as _;
        Ok(out.write_all(&bytes)?)
    })?;
    id_of(&answer)
}

fn id_of(answer: &client::Answer) -> Result<String> {
    let body: Value = serde_json::from_slice(&answer.body)?;
    body["id"].as_str().map(str::to_owned).with_context(|| format!("no id in {}: {body}", answer.status))
}

/// A transcode of an upload.
fn job(upload: &str, params: Value, priority: i32) -> String {
    json!({"pipeline": "transcode", "sources": [{"upload": upload}], "params": params, "priority": priority})
        .to_string()
}

fn submit(served: &Served, body: &str) -> Result<String> {
    id_of(&Connection::open(served.port)?.ask(&post("/api/v1/jobs", body))?)
}

/// One after the other on one connection, nothing else going on.
fn idle(place: &Place, clip: &std::path::Path, report: &mut Report) -> Result<()> {
    let served = Served::start(place, &[])?;
    let upload = send_clip(&served, clip)?;
    let done = submit(&served, &job(&upload, json!({"preset": "ultrafast", "resolution": "90p"}), 0))?;
    let mut connection = Connection::open(served.port)?;
    for _ in 0..20 {
        connection.ask(&get(&format!("/api/v1/jobs/{done}?wait=30")))?;
    }
    let paths = [
        ("status", format!("/api/v1/jobs/{done}")),
        ("metadata", format!("/api/v1/videos/{upload}")),
        ("outputs", format!("/api/v1/videos/{upload}/outputs")),
        ("livez", "/livez".to_owned()),
    ];
    let mut figures = Vec::new();
    for (name, path) in paths {
        let request = get(&path);
        let mut millis = Vec::new();
        for _ in 0..2000 {
            let begun = std::time::Instant::now();
            let answer = connection.ask(&request)?;
            millis.push(begun.elapsed().as_secs_f64() * 1e3);
            anyhow::ensure!(answer.status == 200, "{path}: {}", answer.status);
        }
        figures.push(format!("{name} **{:.3} ms**", percentile(millis, 0.5)));
    }
    report.row(
        "server, idle, p50 of 2000 from memory",
        &figures.join(", "),
        "status ≤ 0.3 ms, metadata ≤ 0.5, outputs ≤ 1",
    );
    Ok(())
}

/// What one kind of request took in one round.
struct Phase {
    p99_millis: f64,
    cpu_micros_per_request: f64,
}

fn under_load(place: &Place, clip: &std::path::Path, report: &mut Report) -> Result<()> {
    // One task at a time: what is submitted meanwhile waits behind the job that runs.
    let served = Served::start(place, &["--tasks", "1"])?;
    let upload = send_clip(&served, clip)?;
    let running = submit(&served, &job(&upload, json!({"preset": "veryslow"}), 100))?;
    process::wait_until_running(served.port, &running)?;
    let status = format!("/api/v1/jobs/{running}");
    let mut rounds: Vec<[Phase; 4]> = Vec::new();
    let mut commits = Vec::new();
    let mut number = 0_u32;
    for _ in 0..ROUNDS {
        let (idle_cpu, ()) = phase_cpu(&served, || {
            pause(PHASE);
            Ok(())
        })?;
        let phase = |flood: Flood<'_>| -> Result<Phase> {
            let (cpu_secs, millis) = phase_cpu(&served, || flood.run(served.port))?;
            let count = millis.len() as f64;
            let cpu_micros_per_request = ((cpu_secs - idle_cpu) / count * 1e6).max(0.0);
            Ok(Phase { p99_millis: percentile(millis, 0.99), cpu_micros_per_request })
        };
        let gets = |path: &str| {
            let request = get(path);
            Flood {
                per_sec: REQUESTS_PER_SEC,
                lasts: PHASE,
                expected: 200,
                request: Box::new(move |_| request.clone()),
            }
        };
        let livez = phase(gets("/livez"))?;
        let job_status = phase(gets(&status))?;
        let gpu = phase(gets("/api/v1/system/gpu/status"))?;
        number += 10_000;
        let (first, upload) = (number, &upload);
        let submits = phase(Flood {
            per_sec: SUBMITS_PER_SEC,
            lasts: PHASE,
            expected: 202,
            request: Box::new(move |index| {
                let params = json!({"bitrate": (500_000 + first + index as u32).to_string()});
                post("/api/v1/jobs", &job(upload, params, -100))
            }),
        })?;
        commits.push(percentile(durable_commits(&place.work, 200)?, 0.99));
        rounds.push([livez, job_status, gpu, submits]);
    }
    let of = |which: usize, figure: fn(&Phase) -> f64| {
        median(rounds.iter().map(|round| figure(&round[which])).collect())
    };
    let ratio = |which: usize| {
        median(rounds.iter().map(|round| round[which].p99_millis / round[0].p99_millis).collect())
    };
    let (p99, cpu) = (|phase: &Phase| phase.p99_millis, |phase: &Phase| phase.cpu_micros_per_request);
    report.row(
        "server, 500 requests/s beside an x264 job: p99",
        &format!(
            "livez {:.2} ms, job {:.2} ms = **{:.2}**, gpu/status {:.2} ms = **{:.2}**",
            of(0, p99),
            of(1, p99),
            ratio(1),
            of(2, p99),
            ratio(2)
        ),
        "≤ 1.5 times livez of the round",
    );
    let commit = median(commits);
    let allowed = of(0, p99) + 3.0 * commit;
    report.row(
        "server, 50 jobs/s submitted beside it: p99",
        &format!("**{:.2} ms**; livez + 3 durable commits of {commit:.2} ms = {allowed:.2} ms", of(3, p99)),
        "≤ livez's + 3 times that of a durable commit",
    );
    report.row(
        "server, CPU for a request",
        &format!(
            "livez {:.0} µs, job {:.0} µs = **{:.2}**, gpu/status {:.0} µs = **{:.2}**",
            of(0, cpu),
            of(1, cpu),
            of(1, cpu) / of(0, cpu),
            of(2, cpu),
            of(2, cpu) / of(0, cpu)
        ),
        "≤ 3 times livez's",
    );
    Ok(())
}

/// CPU seconds that the server itself took meanwhile.
fn phase_cpu<T>(served: &Served, doing: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let before = served.own_cpu_secs()?;
    let done = doing()?;
    Ok((served.own_cpu_secs()? - before, done))
}

/// The CPU seconds of a job's encoders, with and without somebody who asks all the time.
fn job_beside_requests(place: &Place, clip: &std::path::Path, report: &mut Report) -> Result<()> {
    let served = Served::start(place, &["--tasks", "1"])?;
    let upload = send_clip(&served, clip)?;
    let (mut quiet, mut asked) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for is_asked in [false, true] {
            // Another crop of numbers makes another job of the same work.
            let params = json!({"preset": "superfast", "bitrate": (2_000_000 + round * 2 + usize::from(is_asked)).to_string()});
            let before = served.children_cpu_secs()?;
            let id = submit(&served, &job(&upload, params, 0))?;
            let path = format!("/api/v1/jobs/{id}");
            while !process::is_ended(served.port, &id)? {
                if is_asked {
                    let request = get(&path);
                    let lasts = Duration::from_secs(1);
                    Flood {
                        per_sec: REQUESTS_PER_SEC,
                        lasts,
                        expected: 200,
                        request: Box::new(move |_| request.clone()),
                    }
                    .run(served.port)?;
                } else {
                    pause(Duration::from_secs(1));
                }
            }
            let took = served.children_cpu_secs()? - before;
            if is_asked { asked.push(took) } else { quiet.push(took) }
        }
    }
    let (quiet, asked) = (median(quiet), median(asked));
    report.row(
        "an x264 job beside 500 requests/s",
        &format!("{asked:.2} / {quiet:.2} CPU-s = **{:.3}**", asked / quiet),
        "≤ 1.03",
    );
    Ok(())
}

//! As many listeners as the server takes: what one costs, and whether all of them hear.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::client::{Connection, get, post};
use super::flood::pause;
use super::process::Served;
use super::{id_of, job, upload};
use crate::Place;
use crate::table::Report;

/// What the server takes at once.
const STREAMS: usize = 10_000;

/// Measures and reports.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    raise_open_files()?;
    let served = Served::start(place, &["--no-worker"])?;
    let sent = upload::multipart(served.port, "a.bin", 3, |out| {
        use std::io::Write as _;
        Ok(out.write_all(b"abc")?)
    })?;
    let upload = id_of(&sent)?;
    let before = served.memory_bytes("VmRSS")?;
    let mut streams = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        let mut connection = Connection::open(served.port)?;
        std::io::Write::write_all(connection.out(), &get("/api/v1/events"))?;
        let (status, _) = connection.head()?;
        ensure!(status == 200, "stream {} is answered with {status}", streams.len());
        streams.push(connection);
    }
    let (refused, _) = {
        let mut connection = Connection::open(served.port)?;
        std::io::Write::write_all(connection.out(), &get("/api/v1/events"))?;
        connection.head()?
    };
    // What was just connected has been told nothing yet; its memory is what it will have.
    pause(Duration::from_secs(1));
    let each = (served.memory_bytes("VmRSS")?.saturating_sub(before)) as f64 / STREAMS as f64;
    let begun = Instant::now();
    let made = Connection::open(served.port)?.ask(&post("/api/v1/jobs", &job(&upload, json!({}), 0)))?;
    let id = id_of(&made)?;
    let mut heard = 0;
    for stream in &mut streams {
        while !stream.line()?.contains(&id) {}
        heard += 1;
    }
    let secs = begun.elapsed().as_secs_f64();
    report.row(
        "server, 10 000 event streams",
        &format!("**{:.1} KiB** each; one event heard by **{heard}** within {secs:.2} s; the next stream gets **{refused}**", each / 1024.0),
        "≤ 64 KB each, all hear, 503 at the cap",
    );
    Ok(())
}

/// Each stream is an open file here as well.
#[expect(unsafe_code, reason = "setrlimit has no safe face in the standard library")]
fn raise_open_files() -> Result<()> {
    // SAFETY: the pointers are to a local value of the right type, which lives through both calls.
    let done = unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit)
    };
    ensure!(done == 0, "cannot open more files: {}", std::io::Error::last_os_error());
    Ok(())
}

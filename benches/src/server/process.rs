//! A server as a process, and what it takes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::client::{Connection, get};
use super::flood::pause;
use crate::Place;

/// One under way. Ends with this.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
}

impl Served {
    /// With a state folder of its own, on any port.
    #[expect(
        clippy::disallowed_methods,
        reason = "a bench measures whole processes; it ends this one itself"
    )]
    pub(crate) fn start(place: &Place, more: &[&str]) -> Result<Self> {
        let state = place.work.join("served");
        let _ = std::fs::remove_dir_all(&state);
        let mut command = Command::new(&place.reel);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "--device", "cpu", "--state"])
            .arg(&state)
            .args(more);
        command.env("REEL_CONFIG", "/dev/null");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let record: Value =
            serde_json::from_str(&line).with_context(|| format!("{line:?} is not where it listens"))?;
        let address = record["address"].as_str().context("no address")?;
        let port = address.rsplit(':').next().context("no port")?.parse()?;
        Ok(Self { child, port })
    }

    /// User and system time of the process itself.
    pub(crate) fn own_cpu_secs(&self) -> Result<f64> {
        self.stat_secs(11)
    }

    /// User and system time of its children that have ended.
    pub(crate) fn children_cpu_secs(&self) -> Result<f64> {
        self.stat_secs(13)
    }

    fn stat_secs(&self, at: usize) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let words = text.rsplit_once(')').context("no name")?.1.split_whitespace();
        let ticks: Vec<f64> = words.skip(at).take(2).filter_map(|word| word.parse().ok()).collect();
        ensure!(ticks.len() == 2, "no times in {text:?}");
        Ok(ticks.iter().sum::<f64>() / 100.0)
    }

    /// Memory of the process in bytes: now (`VmRSS`) or at most (`VmHWM`).
    pub(crate) fn memory_bytes(&self, what: &str) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
        let kib: u64 =
            line.and_then(|rest| rest.split_whitespace().next()).context("no such figure")?.parse()?;
        Ok(kib << 10)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // What it starts is ended by the kernel once it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(port: u16, job: &str) -> Result<String> {
    let answer = Connection::open(port)?.ask(&get(&format!("/api/v1/jobs/{job}")))?;
    let body: Value = serde_json::from_slice(&answer.body)?;
    Ok(body["status"].as_str().unwrap_or_default().to_owned())
}

/// Whether a job has ended; an error where it did not end well.
pub(crate) fn is_ended(port: u16, job: &str) -> Result<bool> {
    let status = status(port, job)?;
    ensure!(!matches!(status.as_str(), "failed" | "cancelled"), "the job {status}");
    Ok(status == "completed")
}

/// Returns once its chunks are worked on.
pub(crate) fn wait_until_running(port: u16, job: &str) -> Result<()> {
    for _ in 0..600 {
        if status(port, job)? == "running" {
            return Ok(());
        }
        pause(Duration::from_millis(100));
    }
    anyhow::bail!("the job does not begin")
}

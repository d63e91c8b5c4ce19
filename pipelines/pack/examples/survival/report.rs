//! The results file, and the table made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ffmpeg::Failure;

/// Target, channel and number of a file, and the signal that carried it.
pub type Key = (String, String, u64, String);

/// One file through one channel.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// The target packed for.
    pub target: String,
    /// The channel sent through.
    pub channel: String,
    /// Number of the file; it seeds its bytes.
    pub file: u64,
    /// How the pictures carried it: what was measured with another signal says nothing of this one.
    #[serde(default)]
    pub signal: String,
    /// Bytes of the file.
    pub size_bytes: usize,
    /// Length of the packed video.
    pub secs: f64,
    /// Bytes of the file for each second of the packed video.
    pub net_bytes_per_sec: f64,
    /// Rate of the packed video.
    pub master_bits_per_sec: f64,
    /// Rate that came out of the channel.
    pub channel_bits_per_sec: f64,
    /// Whether that is more than 15 % off the one asked for.
    pub void: bool,
    /// Whether the file came back.
    pub exact: bool,
    /// Parts read.
    pub parts_good: usize,
    /// Parts not read.
    pub parts_lost: usize,
    /// What the worst data frame still told of each coded bit.
    pub information_min: f32,
    /// What all of them told in the mean.
    pub information_mean: f32,
    /// Time that encoding, decoding and reading took.
    pub took_secs: f64,
}

fn rows(results: &Path) -> Result<Vec<Row>, Failure> {
    if !results.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(results)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// What need not be measured again.
pub fn done(results: &Path) -> Result<BTreeSet<Key>, Failure> {
    Ok(rows(results)?.into_iter().map(|row| (row.target, row.channel, row.file, row.signal)).collect())
}

/// Prints one line for each target and channel, of what these signals gave.
pub fn print(results: &Path, signals: &[String]) -> Result<(), Failure> {
    let mut cells: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for row in rows(results)?.into_iter().filter(|row| signals.contains(&row.signal)) {
        cells.entry((row.target.clone(), row.channel.clone())).or_default().push(row);
    }
    println!("| target | channel | exact | parts lost | net kB/s | Mbit/s sent | Mbit/s obtained | |");
    println!("|---|---|---|---|---|---|---|---|");
    for ((target, channel), rows) in cells {
        let mean = |value: fn(&Row) -> f64| rows.iter().map(value).sum::<f64>() / rows.len() as f64;
        let exact = rows.iter().filter(|row| row.exact).count();
        let (good, lost) =
            rows.iter().fold((0, 0), |(good, lost), row| (good + row.parts_good, lost + row.parts_lost));
        let void = if rows.iter().any(|row| row.void) { "rate off: void" } else { "" };
        println!(
            "| {target} | {channel} | {exact}/{} | {:.2} % | {:.1} | {:.1} | {:.2} | {void} |",
            rows.len(),
            100.0 * lost as f64 / (good + lost).max(1) as f64,
            mean(|row| row.net_bytes_per_sec) / 1e3,
            mean(|row| row.master_bits_per_sec) / 1e6,
            mean(|row| row.channel_bits_per_sec) / 1e6,
        );
    }
    Ok(())
}

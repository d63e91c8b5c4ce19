//! The results file, and the table made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reel_pack::share::Target;
use serde::{Deserialize, Serialize};

use crate::channel::CHANNELS;
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

/// Writes the matrix beside the results, and prints it: a line for each channel, a column for each target.
pub fn write(results: &Path, targets: &[(Target, String)]) -> Result<(), Failure> {
    let mut cells: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for row in rows(results)? {
        if targets.iter().any(|(target, signal)| target.name() == row.target && *signal == row.signal) {
            cells.entry((row.channel.clone(), row.target.clone())).or_default().push(row);
        }
    }
    let mut out = String::from(
        "# Survival\n\nRandom files as video, through FFmpeg, and back. In each cell: files that came back exact, of those sent; the rate obtained, Mbit/s.\nA file whose rate is more than 15 % off is void and not counted.\n\n",
    );
    let names: Vec<&str> = targets.iter().map(|(target, _)| target.name()).collect();
    out += &format!("| channel | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for channel in CHANNELS {
        let cell = |name: &&str| cell(cells.get(&(channel.name.to_owned(), (*name).to_owned())));
        let columns: Vec<String> = names.iter().map(cell).collect();
        out += &format!("| {} | {} |\n", channel.name, columns.join(" | "));
    }
    out += "\n## Channels\n\nA CRF 12 x264 master at 30 pictures a second, then:\n\n";
    for channel in CHANNELS {
        out += &format!("- {}:\n", channel.name);
        for (filters, encoder) in channel.stages {
            let filters = if filters.is_empty() { String::new() } else { format!("-vf {filters} ") };
            out += &format!("  `ffmpeg -i IN {filters}-pix_fmt yuv420p -vsync vfr {encoder} OUT.mkv`\n");
        }
    }
    out += "\n## Signals\n\n| target | signal | net kB/s |\n|---|---|---|\n";
    for (target, signal) in targets {
        let of_target =
            || cells.iter().filter(|((_, name), _)| name == target.name()).flat_map(|(_, rows)| rows);
        let net =
            of_target().map(|row| row.net_bytes_per_sec).sum::<f64>() / of_target().count().max(1) as f64;
        out += &format!("| {} | {signal} | {:.1} |\n", target.name(), net / 1e3);
    }
    out += "\n`RATE` is what makes the encoder give the rate of the channel's name, `QMIN` 0 or 45. Net rates are those of short files: cards and a last, half-empty body count.\n";
    print!("{out}");
    Ok(std::fs::write(results.with_extension("md"), out)?)
}

fn cell(rows: Option<&Vec<Row>>) -> String {
    let Some(rows) = rows else { return "not measured".to_owned() };
    let counted: Vec<&Row> = rows.iter().filter(|row| !row.void).collect();
    let mean = |rows: &[&Row]| {
        rows.iter().map(|row| row.channel_bits_per_sec).sum::<f64>() / rows.len().max(1) as f64 / 1e6
    };
    if counted.is_empty() {
        return format!("void ({:.1})", mean(&rows.iter().collect::<Vec<_>>()));
    }
    let exact = counted.iter().filter(|row| row.exact).count();
    format!("{exact}/{} ({:.1})", counted.len(), mean(&counted))
}

//! The cases.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Place;
use crate::anchors;
use crate::batch;
use crate::clips;
use crate::legacy;
use crate::matte;
use crate::pack;
use crate::pair::{compare, median};
use crate::run::Line;
use crate::server;
use crate::table::Report;

/// Runs all cases, or those whose name is in `only`.
pub(crate) fn run(place: &Place, only: &[String]) -> Result<String> {
    let _ = fs::remove_dir_all(&place.work);
    fs::create_dir_all(&place.work)?;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    let mut report = Report::default();
    if ["x264", "svtav1", "vp9"].into_iter().any(wanted) {
        let clip = clips::ten_seconds_1080p(&place.work)?;
        for case in encoders().iter().filter(|case| wanted(case.name)) {
            against_ffmpeg(place, &clip, case, &mut report)?;
        }
    }
    if wanted("chunks") {
        chunks_against_whole(place, &mut report)?;
    }
    if wanted("overhead") {
        overhead(place, &mut report)?;
    }
    if wanted("pack") {
        pack::measure(place, &mut report)?;
    }
    if wanted("pack") || wanted("anchors") {
        anchors::measure(place, &mut report)?;
    }
    if wanted("matte") {
        matte::measure(place, &mut report)?;
    }
    if wanted("batch") {
        batch::measure(place, &mut report)?;
    }
    if wanted("legacy") {
        legacy::measure(&mut report)?;
    }
    if wanted("claims") {
        let (_, figures) =
            Line::new([place.claims.clone().into_os_string(), place.work.clone().into()]).run()?;
        report.row("SQLite queue", &figures.trim().replace('\n', "; "), "reported");
    }
    if wanted("server") {
        server::measure(place, &mut report)?;
    }
    let page = report.page(&machine()?);
    println!("\n{page}");
    Ok(page)
}

/// An encoder as both sides name it.
struct Case {
    name: &'static str,
    gate: &'static str,
    ours: &'static [&'static str],
    theirs: &'static [&'static str],
    extension: &'static str,
}

fn encoders() -> [Case; 3] {
    [
        Case {
            name: "x264",
            gate: "wall and CPU ≤ 1.03",
            ours: &["--codec", "h264", "--preset", "medium", "--crf", "23"],
            theirs: &["-c:v", "libx264", "-preset", "medium", "-crf", "23", "-c:a", "aac"],
            extension: "mp4",
        },
        Case {
            name: "svtav1",
            gate: "wall and CPU ≤ 1.03",
            ours: &["--codec", "av1", "--preset", "medium", "--crf", "35"],
            theirs: &["-c:v", "libsvtav1", "-preset", "8", "-crf", "35", "-c:a", "aac"],
            extension: "mp4",
        },
        Case {
            name: "vp9",
            gate: "wall ≤ 0.87 (1.15 times better; star 0.77), bytes ≤ 1.03",
            ours: &["--codec", "vp9", "--preset", "medium", "--crf", "31"],
            theirs: &[
                "-c:v",
                "libvpx-vp9",
                "-deadline",
                "good",
                "-cpu-used",
                "4",
                "-row-mt",
                "1",
                "-threads",
                "2",
                "-crf",
                "31",
                "-b:v",
                "0",
                "-c:a",
                "libopus",
            ],
            extension: "webm",
        },
    ]
}

fn against_ffmpeg(place: &Place, clip: &Path, case: &Case, report: &mut Report) -> Result<()> {
    let our_out = place.work.join(format!("ours_{}.{}", case.name, case.extension));
    let their_out = place.work.join(format!("theirs_{}.{}", case.name, case.extension));
    let ours = transcode(place, clip, &our_out, case.ours);
    let mut theirs = Line::new(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i"]);
    theirs.words.push(clip.into());
    theirs.words.extend(["-map", "0:v:0", "-map", "0:a"].map(Into::into));
    theirs.words.extend(case.theirs.iter().map(Into::into));
    if case.extension == "mp4" {
        theirs.words.extend(["-movflags", "+faststart"].map(Into::into));
    }
    theirs.words.push(their_out.clone().into());
    let compared = compare(&ours, &theirs, 5, || forget(place, &our_out))?;
    let bytes = fs::metadata(&our_out)?.len() as f64 / fs::metadata(&their_out)?.len() as f64;
    report.pair(case.name, case.gate, &format!(", bytes **{bytes:.3}**"), compared.as_ref(), &ours, &theirs);
    Ok(())
}

fn chunks_against_whole(place: &Place, report: &mut Report) -> Result<()> {
    let clip = clips::five_minutes(&place.work)?;
    let (chunked_out, whole_out) = (place.work.join("chunked.mp4"), place.work.join("whole.mp4"));
    let chunked = transcode(place, &clip, &chunked_out, &["--preset", "veryfast"]);
    let whole = transcode(place, &clip, &whole_out, &["--preset", "veryfast", "--chunk", "none"]);
    let compared = compare(&chunked, &whole, 3, || {
        forget(place, &chunked_out).and_then(|()| forget(place, &whole_out))
    })?;
    let bytes = fs::metadata(&chunked_out)?.len() as f64 / fs::metadata(&whole_out)?.len() as f64;
    let extra = format!(", bytes **{bytes:.3}**");
    report.pair(
        "x264, 5 minutes in chunks",
        "CPU ≤ 1.03, bytes ≤ 1.02",
        &extra,
        compared.as_ref(),
        &chunked,
        &whole,
    );
    Ok(())
}

/// Wall time of reel less that of its children, for a job of one chunk with a warm probe cache.
fn overhead(place: &Place, report: &mut Report) -> Result<()> {
    let clip = clips::two_seconds_small(&place.work)?;
    let out = place.work.join("overhead.mp4");
    let line = transcode(place, &clip, &out, &["--preset", "ultrafast"]);
    let mut overheads = Vec::new();
    for run in 0..21 {
        remove(&out)?;
        remove_job(place)?;
        let (took, stdout) = line.run()?;
        let children_secs = children_secs(&stdout)?;
        if run > 0 {
            overheads.push((took.wall_secs - children_secs) * 1000.0);
        }
    }
    let figures = format!("median of 20: **{:.0} ms**", median(overheads));
    report.row("engine overhead of a one-chunk job", &figures, "≤ 150 ms (star 50)");
    Ok(())
}

fn children_secs(stdout: &str) -> Result<f64> {
    let mut records = stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let summary = records.next_back().context("no JSON on stdout")?;
    summary["children_secs"].as_f64().context("the summary has no children_secs")
}

fn transcode(place: &Place, clip: &Path, out: &Path, options: &[&str]) -> Line {
    let mut line = Line::new([
        place.reel.clone().into_os_string(),
        "transcode".into(),
        clip.into(),
        "-o".into(),
        out.into(),
    ]);
    line.words.extend(["--json", "--device", "cpu", "--state"].map(Into::into));
    line.words.push(place.work.join("state").into());
    line.words.extend(options.iter().map(Into::into));
    line
}

/// Makes our next run do its work again. The probe cache stays warm.
pub(crate) fn forget(place: &Place, out: &Path) -> Result<()> {
    remove(out)?;
    remove_job(place)
}

fn remove_job(place: &Place) -> Result<()> {
    for name in ["reel.sqlite", "reel.sqlite-wal", "reel.sqlite-shm"] {
        remove(&place.work.join("state").join(name))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn machine() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown CPU", |rest| rest.trim_start_matches(['\t', ' ', ':']));
    let cores = std::thread::available_parallelism()?;
    let (_, version) = Line::new(["ffmpeg", "-version"]).run()?;
    let version =
        version.lines().next().unwrap_or_default().split(" Copyright").next().unwrap_or_default().to_owned();
    Ok(format!("{cores} cores of {model}, {version}."))
}

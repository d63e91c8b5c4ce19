//! What others do with the same bytes: programs that make a video of a file, and the plain ones that a person would use instead.
//!
//! None of them belongs to this project. One that is not on the path and not named by its variable is skipped, and the report
//! says so.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Place;
use crate::pack::write_noise;
use crate::pair::median;
use crate::run::Line;
use crate::table::Report;

/// Raw pictures of one plane, 1920x1080: what FFmpeg takes a file for.
const PICTURE_BYTES: u64 = 1920 * 1080;
/// Of more bytes than this one run has to do.
const ONE_RUN_ABOVE_SECS: f64 = 5.0;

/// Somebody else's way, as data. In the words of a line `{in}` is the file, `{made}` an empty folder for whatever comes of it,
/// `{back}` what the file came back as, and `{program}` the program.
struct Anchor {
    name: &'static str,
    program: &'static str,
    /// So few that slow ones end.
    bytes: u64,
    there: &'static [&'static str],
    back: &'static [&'static str],
    /// A byte is spoilt in each so many of what was made, but for its first 16 384.
    spoil_every_bytes: Option<u64>,
}

const ANCHORS: &[Anchor] = &[
    Anchor {
        name: "zstd -0 --check and sha256sum",
        program: "zstd",
        bytes: 500_000_000,
        there: &["{program} -q -0 --check {in} -o {made}/x.zst", "sha256sum {in}"],
        back: &["{program} -q -d {made}/x.zst -o {back}", "sha256sum {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "ffmpeg, raw grey in AVI",
        program: "ffmpeg",
        bytes: 240 * PICTURE_BYTES,
        there: &[
            "{program} -v error -nostdin -f rawvideo -pix_fmt gray -s 1920x1080 -i {in} -c:v rawvideo {made}/x.avi",
        ],
        back: &["{program} -v error -nostdin -i {made}/x.avi -f rawvideo -pix_fmt gray {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "ffmpeg, FFV1 in AVI",
        program: "ffmpeg",
        bytes: 24 * PICTURE_BYTES,
        there: &[
            "{program} -v error -nostdin -f rawvideo -pix_fmt gray -s 1920x1080 -i {in} -c:v ffv1 {made}/x.avi",
        ],
        back: &["{program} -v error -nostdin -i {made}/x.avi -f rawvideo -pix_fmt gray {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "ffmpeg, MJPEG in AVI, best quality",
        program: "ffmpeg",
        bytes: 24 * PICTURE_BYTES,
        there: &[
            "{program} -v error -nostdin -f rawvideo -pix_fmt gray -s 1920x1080 -i {in} -c:v mjpeg -pix_fmt yuvj420p -q:v 1 -qmin 1 {made}/x.avi",
        ],
        back: &["{program} -v error -nostdin -i {made}/x.avi -f rawvideo -pix_fmt gray {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "par2, 5 %, no video",
        program: "par2",
        bytes: 8_000_000,
        there: &["cp {in} {made}/data", "{program} create -q -q -s8352 -r5 -n1 {made}/data.par2 {made}/data"],
        back: &["{program} verify -q -q {made}/data.par2", "cp {made}/data {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "par2, 10 %, no video, 5 % of blocks lost",
        program: "par2",
        bytes: 8_000_000,
        there: &[
            "cp {in} {made}/data",
            "{program} create -q -q -s8352 -r10 -n1 {made}/data.par2 {made}/data",
        ],
        back: &["{program} repair -q -q {made}/data.par2", "cp {made}/data {back}"],
        spoil_every_bytes: Some(20 * 8352),
    },
    Anchor {
        name: "zfec, 95 of 100 shares, no video, none lost",
        program: "zfec",
        bytes: 100_000_000,
        there: &["{program} -q -d {made} -p x -k 95 -m 100 {in}"],
        back: &["sh -c ls▁{made}/*.fec|head▁-n▁95|xargs▁{dir}/zunfec▁-o▁{back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "zfec, 95 of 100 shares, no video, 5 lost",
        program: "zfec",
        bytes: 100_000_000,
        there: &["{program} -q -d {made} -p x -k 95 -m 100 {in}"],
        back: &["sh -c ls▁{made}/*.fec|tail▁-n▁95|xargs▁{dir}/zunfec▁-o▁{back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "bin2video as it comes, black and white, 5 px, H.264",
        program: "bin2video",
        bytes: 1_000_000,
        there: &["{program} -e -i {in} -o {made}/x.mp4"],
        back: &["{program} -d -i {made}/x.mp4 -o {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "bin2video at its densest, 24 bits, 1 px, PNG in AVI",
        program: "bin2video",
        // Another count than of whole pixels comes back a byte or two longer.
        bytes: 21_000_000,
        there: &["{program} -e -b 24 -s 1 -w 1920 -h 1080 -i {in} -o {made}/x.avi -- -c:v png"],
        back: &["{program} -d -i {made}/x.avi -o {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "Infinite-Storage-Glitch, colours, 1 px, PNG in AVI",
        program: "isg_4real",
        bytes: 4_000_000,
        there: &[
            "env -C {made} {program} embed --in-path {in} --preset max-efficiency --mode colored --block-size 1 --threads 2 --fps 10 --resolution 720",
        ],
        back: &["{program} dislodge --in-path {made}/output.avi --out-path {back}"],
        spoil_every_bytes: None,
    },
    // With fewer threads it asks for a number of slices that FFV1 does not have.
    Anchor {
        name: "yts3 as it comes, FFV1 at 4K",
        program: "yts3",
        bytes: 250_000,
        there: &["env RAYON_NUM_THREADS=4 {program} encode --input {in} --output {made}/x.mkv"],
        back: &["env RAYON_NUM_THREADS=4 {program} decode --input {made}/x.mkv --output {back}"],
        spoil_every_bytes: None,
    },
    Anchor {
        name: "yt-media-storage as it comes, FFV1 at 4K",
        program: "media_storage",
        bytes: 250_000,
        there: &["{program} encode --input {in} --output {made}/x.mkv"],
        back: &["{program} decode --input {made}/x.mkv --output {back}"],
        spoil_every_bytes: None,
    },
];

/// A row for each anchor that is there, and one for each that is not.
pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    for anchor in ANCHORS {
        let figures = match program(anchor.program) {
            Some(program) => {
                figures(place, anchor, &program).unwrap_or_else(|error| format!("failed: {error:#}"))
            }
            None => format!(
                "skipped: no `{}` on the path, and {} is not set",
                anchor.program,
                variable(anchor.program)
            ),
        };
        report.row(&format!("beside it: {}", anchor.name), &figures, "an anchor");
    }
    Ok(())
}

/// Where a program is: as its variable says, else on the path.
fn program(name: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable(name)) {
        return Some(named.into()).filter(|path: &PathBuf| path.is_file());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn variable(name: &str) -> String {
    format!("REEL_ANCHOR_{}", name.to_uppercase())
}

fn figures(place: &Place, anchor: &Anchor, program: &Path) -> Result<String> {
    let folder = place.work.join("anchor");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let (source, back, made) = (folder.join("in.bin"), folder.join("back.bin"), folder.join("made"));
    write_noise(&source, anchor.bytes)?;
    let words = |line: &str| words(line, program, [&source, &back, &made]);
    let copy_secs =
        cpu_secs(&[Line::new(["cp".into(), source.clone().into_os_string(), back.clone().into()])], || {
            empty(&made).and_then(|()| remove(&back))
        })?;
    let there: Vec<Line> = anchor.there.iter().map(|line| words(line)).collect();
    let there_secs = cpu_secs(&there, || empty(&made))? - copy_secs;
    let density = anchor.bytes as f64 / bytes_in(&made)? as f64;
    let lines: Vec<Line> = anchor.back.iter().map(|line| words(line)).collect();
    let back_secs = cpu_secs(&lines, || {
        remove(&back)?;
        anchor.spoil_every_bytes.map_or(Ok(()), |every| spoil(&made.join("data"), &source, every))
    })? - copy_secs;
    let exact = if same(&source, &back)? { "exact" } else { "**not the same file**" };
    fs::remove_dir_all(&folder)?;
    let rate = |secs: f64| {
        // Below this a copy's own variation decides.
        let secs = secs.max(0.005);
        let rate = anchor.bytes as f64 / 1e6 / secs;
        if rate < 10.0 { format!("{rate:.3}") } else { format!("{rate:.0}") }
    };
    Ok(format!(
        "there **{} MB/s**, back **{} MB/s** a core, density {density:.4}, came back: {exact} ({} kB)",
        rate(there_secs),
        rate(back_secs),
        anchor.bytes / 1000
    ))
}

/// The words of a line. A space within a word is written `▁`.
fn words(line: &str, program: &Path, [source, back, made]: [&Path; 3]) -> Line {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let folder = program.parent().map(text).unwrap_or_default();
    let fill = |word: &str| -> OsString {
        word.replace('▁', " ")
            .replace("{program}", &text(program))
            .replace("{dir}", &folder)
            .replace("{in}", &text(source))
            .replace("{back}", &text(back))
            .replace("{made}", &text(made))
            .into()
    };
    Line::new(line.split(' ').map(fill))
}

/// CPU seconds of these lines one after the other: the median of three runs, or one where that takes long.
fn cpu_secs(lines: &[Line], before: impl Fn() -> Result<()>) -> Result<f64> {
    let mut runs = Vec::new();
    while runs.len() < 3 && runs.iter().all(|secs| *secs < ONE_RUN_ABOVE_SECS) {
        before()?;
        let mut secs = 0.0;
        for line in lines {
            secs += line.run().with_context(|| line.shown())?.0.cpu_secs;
        }
        runs.push(secs);
    }
    Ok(median(runs))
}

fn empty(folder: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    Ok(fs::create_dir_all(folder)?)
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// A fresh copy, and a byte of it spoilt in each so many.
fn spoil(copy: &Path, source: &Path, every_bytes: u64) -> Result<()> {
    let bytes = fs::copy(source, copy)?;
    let file = OpenOptions::new().read(true).write(true).open(copy)?;
    let mut byte = [0];
    for at in (16_384..bytes).step_by(usize::try_from(every_bytes)?) {
        file.read_exact_at(&mut byte, at)?;
        file.write_all_at(&[byte[0] ^ 1], at)?;
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> Result<bool> {
    Ok(other.is_file() && fs::read(one)? == fs::read(other)?)
}

//! A gigabyte of noise into a video and back: megabytes for each CPU second, those of a plain copy taken off.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use reel_pack::avi::AviReader;

use crate::Place;
use crate::pair::median;
use crate::run::Line;
use crate::table::Report;

const BYTES: u64 = 1_000_000_000;
/// Each command so often; the median counts.
const RUNS: usize = 5;
/// Before each.
const PAUSE: Duration = Duration::from_secs(4);
/// A byte spoilt in each so many bytes of video: one symbol in twenty.
const SPOIL_EVERY_BYTES: u64 = 20 * 8350;
/// Bytes at the beginning of a picture that hold no symbol, and some more.
const PICTURE_HEAD_BYTES: u64 = 16_384;

pub(crate) fn measure(place: &Place, report: &mut Report) -> Result<()> {
    let at = |name: &str| place.work.join(name);
    let (source, copy, video, back) = (at("noise.bin"), at("noise.copy"), at("noise.avi"), at("noise.back"));
    let (whole, spoilt) = (at("whole.avi"), at("spoilt.avi"));
    write_noise(&source, BYTES)?;
    let quick = ["--compress", "off", "--verify", "quick"];
    let strong = [&quick[..], &["--error-correction-ratio", "0.1"]].concat();
    clear(place, &whole);
    reel(place, "pack", &source, &whole, &quick).run()?;
    clear(place, &spoilt);
    reel(place, "pack", &source, &spoilt, &strong).run()?;
    spoil(&spoilt)?;
    for (from, what) in [(&whole, "the file"), (&spoilt, "the spoilt video")] {
        clear(place, &back);
        reel(place, "unpack", from, &back, &[]).run()?;
        ensure!(fs::read(&back)? == fs::read(&source)?, "{what} came back as another");
    }
    let density = BYTES as f64 * 1.05 / fs::metadata(&whole)?.len() as f64;

    let lines = [
        (Line::new(["cp".into(), source.clone().into_os_string(), copy.clone().into()]), &copy),
        (reel(place, "pack", &source, &video, &quick), &video),
        (reel(place, "pack", &source, &video, &quick[..2]), &video),
        (reel(place, "unpack", &whole, &back, &[]), &back),
        (reel(place, "unpack", &spoilt, &back, &[]), &back),
    ];
    let [copy_secs, pack, checked, unpack, mend] = in_turn(place, &lines)?;
    let rate = |secs: f64| BYTES as f64 / 1e6 / secs;
    let figure = |secs: f64| {
        let net = secs - copy_secs;
        format!("{secs:.2} − {copy_secs:.2} CPU s: **{:.0} MB/s** a core", rate(net))
    };
    report.row(
        "pack: density, payload and repair in the video",
        &format!("**{density:.4}**"),
        "≥ 0.97 (star 0.98)",
    );
    report.row("pack, archive at r = 0.05", &figure(pack), "≥ 350 MB/s (star 1000)");
    report.row("the same and read back", &figure(checked), "reading back alone ≥ 220 MB/s");
    // Fresh pages of the disk's cache cost a second more or less from run to run; below that nothing is told apart.
    let alone = checked - pack;
    let alone = match alone > 0.3 {
        true => format!("{alone:.2} CPU s: **{:.0} MB/s** a core", rate(alone)),
        false => "not told apart from noise".to_owned(),
    };
    report.row("its reading back alone", &alone, "≥ 220 MB/s");
    report.row("unpack, intact", &figure(unpack), "≥ 900 MB/s (star 1500)");
    report.row("unpack, 5 % of symbols lost", &figure(mend), "≥ 300 MB/s (star 500)");
    [source, copy, video, back, whole, spoilt].iter().try_for_each(|path| clear_file(path))?;
    Ok(())
}

fn reel(place: &Place, verb: &str, from: &Path, to: &Path, more: &[&str]) -> Line {
    let mut line = Line::new([place.reel.as_os_str()]);
    line.words.extend([verb.into(), from.into(), "-o".into(), to.into(), "--quiet".into(), "--state".into()]);
    line.words.push(place.work.join("state").into());
    line.words.extend(more.iter().map(Into::into));
    line
}

/// Median CPU seconds, user and system, of each line and what it makes, one after the other in each round.
///
/// Pages that were freed a moment ago are written at ten times the speed of those that a virtual machine gave back to its
/// host meanwhile. So every line begins some seconds after the last one's output was removed: a copy would have the fast ones
/// otherwise and what it is compared with the slow ones.
#[expect(clippy::disallowed_methods, reason = "nothing tells when a host has taken its memory back")]
fn in_turn<const N: usize>(place: &Place, lines: &[(Line, &PathBuf); N]) -> Result<[f64; N]> {
    let mut runs = [const { Vec::new() }; N];
    for _ in 0..RUNS {
        for ((line, out), runs) in lines.iter().zip(&mut runs) {
            clear(place, out);
            thread::sleep(PAUSE);
            runs.push(line.run()?.0.cpu_secs);
            clear(place, out);
        }
    }
    Ok(runs.map(median))
}

fn clear(place: &Place, out: &Path) {
    let _ = fs::remove_file(out);
    let _ = fs::remove_dir_all(place.work.join("state"));
}

fn clear_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Bytes that nothing makes smaller, the same each time.
pub(crate) fn write_noise(path: &Path, bytes: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut block = vec![0; 1_000_000];
    for at in (0..bytes).step_by(block.len()) {
        for word in block.as_chunks_mut::<8>().0 {
            // xorshift64*, as Vigna gives it.
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            *word = state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes();
        }
        let count = usize::try_from(bytes - at)?.min(block.len());
        file.write_all(&block[..count])?;
    }
    Ok(())
}

/// Only symbols are spoilt: a byte of a picture's own tables would cost all symbols of that picture.
fn spoil(video: &Path) -> Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(video)?;
    let mut byte = [0];
    let mut next = 0;
    for frame in AviReader::open(video)?.frames() {
        let (from, to) = (frame.offset + PICTURE_HEAD_BYTES, frame.end().saturating_sub(PICTURE_HEAD_BYTES));
        next = next.max(from);
        while next < to {
            file.read_exact_at(&mut byte, next)?;
            file.write_all_at(&[byte[0] ^ 1], next)?;
            next += SPOIL_EVERY_BYTES;
        }
    }
    Ok(())
}

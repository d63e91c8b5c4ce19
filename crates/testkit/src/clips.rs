//! Tiny clips for tests, made once with the FFmpeg on `PATH` and kept under `target/tmp/clips`.
//!
//! A clip is named by what made it, and appears whole, so tests that run side by side share it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SIZE: &str = "size=320x180:rate=30";

/// H.264 in MP4, 320x180, 30 frames a second, two B-frames, a key frame each second; no audio.
pub fn cfr_h264(secs: u32) -> PathBuf {
    h264("cfr", secs, &["-g", "30"])
}

/// As [`cfr_h264`] for 8 seconds with one key frame alone.
pub fn long_gop() -> PathBuf {
    h264("long_gop", 8, &["-g", "1000"])
}

/// H.264 in MP4 at 30000/1001 frames a second, 3 seconds.
pub fn ntsc_h264() -> PathBuf {
    let source = "testsrc2=size=320x180:rate=30000/1001:duration=3";
    made("ntsc.mp4", &["-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "veryfast", "-g", "30"])
}

/// H.264 in MP4 with distances of 1 to 4 thirtieths of a second and a clock of 90 kHz.
pub fn vfr_mp4() -> PathBuf {
    let select = "select='not(mod(n,4))+not(mod(n,7))+not(mod(n,9))'";
    let source = format!("testsrc2={SIZE}:duration=6");
    let head = ["-f", "lavfi", "-i", source.as_str(), "-vf", select, "-fps_mode", "vfr"];
    let tail = ["-enc_time_base", "1:90000", "-video_track_timescale", "90000"];
    let codec = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "20"];
    made("vfr.mp4", &[&head[..], &tail, &codec].concat())
}

/// H.264 with B-frames and MP2 sound in an MPEG transport stream, which starts at 1.4 s.
pub fn ts_bframes() -> PathBuf {
    let source = format!("testsrc2={SIZE}:duration=4");
    let inputs = ["-f", "lavfi", "-i", source.as_str(), "-f", "lavfi", "-i", "sine=frequency=440:duration=4"];
    let codecs = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-c:a", "mp2"];
    made("bframes.ts", &[&inputs[..], &codecs].concat())
}

/// H.264 in MP4, cut by copying at 1.5 s: an edit list hides the half second before.
pub fn edit_list() -> PathBuf {
    let whole = cfr_h264(4);
    made_from("edit_list.mp4", &whole, &["-ss", "1.5"], &["-c", "copy"])
}

/// VP9 in WebM, 321x181.
pub fn odd_size() -> PathBuf {
    let source = "testsrc2=size=320x180:rate=30:duration=2,format=yuv444p,scale=321:181";
    let codec = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"];
    made("odd_size.webm", &[&["-f", "lavfi", "-i", source][..], &codec].concat())
}

/// VP8 in WebM, with packets that show nothing.
pub fn vp8_hidden() -> PathBuf {
    let source = format!("testsrc2={SIZE}:duration=2");
    let codec =
        ["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-cpu-used", "4", "-b:v", "300k"];
    made("hidden.webm", &[&["-f", "lavfi", "-i", source.as_str()][..], &codec].concat())
}

/// H.264 in MP4 that a player turns clockwise by 90 degrees.
pub fn rotated() -> PathBuf {
    let one = 1_i32 << 16;
    derived("rotated.mp4", &cfr_h264(2), |bytes| {
        let matrix = [0, one, 0, -one, 0, 0, 0, 0, 1 << 30];
        let at = find(bytes, b"tkhd") + 4 + 40;
        for (index, value) in matrix.into_iter().enumerate() {
            bytes[at + 4 * index..at + 4 * index + 4].copy_from_slice(&value.to_be_bytes());
        }
    })
}

/// H.264 and AAC in MP4 with the index in front, 5 seconds.
pub fn with_audio() -> PathBuf {
    with_tracks("with_audio.mp4", &["440"])
}

/// As [`with_audio`] with an English and a German track.
pub fn two_audio() -> PathBuf {
    with_tracks("two_audio.mp4", &["440", "660"])
}

/// HEVC with 10 bits in MP4.
pub fn hevc10() -> PathBuf {
    hevc("hevc10.mp4", "log-level=error")
}

/// HEVC with 10 bits, PQ, BT.2020, mastering display and light levels, in MP4.
pub fn hdr10() -> PathBuf {
    hevc(
        "hdr10.mp4",
        "log-level=error:hdr10=1:repeat-headers=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:\
         master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400",
    )
}

/// Interlaced MPEG-2, top field first, in an MPEG transport stream.
pub fn interlaced() -> PathBuf {
    let source = format!("testsrc2={SIZE}:duration=2");
    let codec = [
        "-vf",
        "interlace=scan=tff",
        "-c:v",
        "mpeg2video",
        "-flags",
        "+ildct+ilme",
        "-top",
        "1",
        "-q:v",
        "4",
    ];
    made("interlaced.ts", &[&["-f", "lavfi", "-i", source.as_str()][..], &codec].concat())
}

/// AAC in MP4, without pictures.
pub fn audio_only() -> PathBuf {
    made("audio_only.m4a", &["-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:a", "aac"])
}

/// A PNG still.
pub fn still() -> PathBuf {
    made("still.png", &["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=1:duration=1", "-frames:v", "1"])
}

/// [`with_audio`], cut at 60 % of its bytes: the index is whole, the last pictures are gone.
pub fn truncated() -> PathBuf {
    derived("truncated.mp4", &with_audio(), |bytes| bytes.truncate(bytes.len() * 6 / 10))
}

/// [`cfr_h264`] cut in half: the index at its end is gone.
pub fn no_index() -> PathBuf {
    derived("no_index.mp4", &cfr_h264(2), |bytes| bytes.truncate(bytes.len() / 2))
}

/// [`with_audio`] with 200 flipped bits in its pictures and sound.
pub fn bitflips() -> PathBuf {
    derived("bitflips.mp4", &with_audio(), |bytes| {
        let start = find(bytes, b"mdat") + 64;
        let step = (bytes.len() - start) / 200;
        for index in 0..200 {
            bytes[start + index * step] ^= 1 << (index % 8);
        }
    })
}

/// The folder of real clips: `REEL_CLIPS`, else `shared/clips` beside the workspace. Prints a line when it is absent.
pub fn shared_clips() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/clips");
    let folder = std::env::var_os("REEL_CLIPS").map_or(beside, PathBuf::from);
    if folder.join("formats").is_dir() {
        return Some(folder.canonicalize().unwrap_or(folder));
    }
    eprintln!("skipped: no clips at {} (set REEL_CLIPS)", folder.display());
    None
}

/// All files of one folder of the real clips that are media, sorted by name.
pub fn shared_files(folder: &str) -> Vec<PathBuf> {
    let Some(clips) = shared_clips() else { return Vec::new() };
    let entries = std::fs::read_dir(clips.join(folder)).into_iter().flatten().flatten();
    let is_media = |path: &PathBuf| path.extension().is_none_or(|ending| ending != "json");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_media).collect();
    files.sort();
    files
}

/// A new clip from arguments of `ffmpeg` (inputs and codecs, without the output); `name` ends in the container.
///
/// # Panics
/// When there is no `ffmpeg` on `PATH`, or it cannot make the clip.
pub fn made(name: &str, args: &[&str]) -> PathBuf {
    keep(name, &args.join(" "), |part| {
        let command = ["-nostdin", "-hide_banner", "-v", "error", "-y"];
        // One thread: the same clip on each machine.
        let mut all: Vec<&str> = command.into_iter().chain(args.iter().copied()).collect();
        all.extend(["-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact"]);
        ffmpeg(&all, part);
    })
}

fn h264(kind: &str, secs: u32, options: &[&str]) -> PathBuf {
    let source = format!("testsrc2={SIZE}:duration={secs}");
    let codec = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-pix_fmt", "yuv420p"];
    made(
        &format!("{kind}_{secs}s.mp4"),
        &[&["-f", "lavfi", "-i", source.as_str()][..], &codec, options].concat(),
    )
}

fn hevc(name: &str, params: &str) -> PathBuf {
    let source = format!("testsrc2={SIZE}:duration=1");
    let codec = ["-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"];
    made(name, &[&["-f", "lavfi", "-i", source.as_str()][..], &codec, &["-x265-params", params]].concat())
}

fn with_tracks(name: &str, tones: &[&str]) -> PathBuf {
    let mut args =
        vec!["-f".to_owned(), "lavfi".to_owned(), "-i".to_owned(), format!("testsrc2={SIZE}:duration=5")];
    for tone in tones {
        args.extend(["-f", "lavfi", "-i"].map(str::to_owned));
        args.push(format!("sine=frequency={tone}:sample_rate=48000:duration=5"));
    }
    for index in 0..=tones.len() {
        args.extend(["-map".to_owned(), index.to_string()]);
    }
    let codecs =
        "-c:v libx264 -preset veryfast -bf 2 -g 30 -pix_fmt yuv420p -c:a aac -b:a 64k -movflags +faststart";
    args.extend(codecs.split(' ').map(str::to_owned));
    for (index, language) in ["eng", "deu"].into_iter().take(tones.len()).enumerate() {
        args.extend([format!("-metadata:s:a:{index}"), format!("language={language}")]);
    }
    made(name, &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A clip made from another: arguments before and after the input.
pub fn made_from(name: &str, source: &Path, before: &[&str], after: &[&str]) -> PathBuf {
    let source = source.display().to_string();
    made(name, &[before, &["-i", source.as_str()], after].concat())
}

fn derived(name: &str, source: &Path, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    keep(name, &source.display().to_string(), |part| {
        let mut bytes = std::fs::read(source).expect("the clip that was just made");
        change(&mut bytes);
        std::fs::write(part, bytes).expect("target/tmp can be written");
    })
}

/// The clip if it is there; else `make` writes it beside, and it is put in place.
fn keep(name: &str, key: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/clips");
    std::fs::create_dir_all(&folder).expect("target/tmp can be written");
    let folder = folder.canonicalize().expect("it was just made");
    let (stem, ending) = name.rsplit_once('.').expect("a clip's name says its container");
    let path = folder.join(format!("{stem}-{:08x}.{ending}", digest(key)));
    if !path.exists() {
        let part =
            folder.join(format!("part-{}-{:?}-{name}", std::process::id(), std::thread::current().id()));
        make(&part);
        // Where two tests make it at once the first one's stays: a job that reads it would see it replaced.
        match std::fs::hard_link(&part, &path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                panic!("{}: {error}", path.display())
            }
            _ => std::fs::remove_file(&part).expect("it was just made"),
        }
    }
    path
}

#[expect(clippy::disallowed_methods, reason = "the supervisor is what these clips test; it cannot make them")]
fn ffmpeg(args: &[&str], out: &Path) {
    let output = Command::new("ffmpeg").args(args).arg(out).stdin(Stdio::null()).output();
    let output = output.expect("ffmpeg is on PATH (apt-get install ffmpeg)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ffmpeg {} failed: {said}", args.join(" "));
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("the box is in the clip")
}

/// FNV-1a; only to tell one recipe from another.
fn digest(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

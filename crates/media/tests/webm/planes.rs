//! Real packets: colour and alpha from two encoders, put together and looked at with FFmpeg.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use reel_media::child::{run, run_capturing};
use reel_media::spatial::{Bounds, Pose, Projection, ProjectionKind, Spatial, Stereo};
use reel_media::webm::{
    IvfChunk, WebmAudio, WebmBlock, WebmChapter, WebmCodec, WebmReader, WebmSpec, WebmWriter,
};
use reel_media::{Ffmpeg, InputArgs, MediaError, probe};
use reel_types::CancelToken;
use reel_types::time::Rational;

pub const SIZE: (u32, u32) = (160, 90);
pub const FRAMES: i64 = 24;
pub const RATE: Rational = Rational { num: 24, den: 1 };

pub fn ffmpeg() -> Arc<Ffmpeg> {
    static FOUND: OnceLock<Arc<Ffmpeg>> = OnceLock::new();
    Arc::clone(FOUND.get_or_init(|| Ffmpeg::discover(None, None).unwrap()))
}

/// Packets of a chunk that begins at `first`: moving bars, or a disc that moves as the brightness.
pub fn ivf(folder: &Path, name: &str, is_alpha: bool, first: i64, size: (u32, u32)) -> PathBuf {
    let path = folder.join(format!("{name}.ivf"));
    let (width, height) = size;
    let source = if is_alpha {
        format!(
            "color=black:size={width}x{height}:rate=24,format=yuv420p,\
             geq=lum='clip(40*(22-hypot(X-W/2-20*sin((N+{first})/7),Y-H/2)),0,255)':cb=128:cr=128"
        )
    } else {
        format!("testsrc2=size={width}x{height}:rate=24,format=yuv420p")
    };
    let spec = ffmpeg().command().args(["-f", "lavfi", "-i", &source, "-frames:v", &FRAMES.to_string()]);
    let spec = spec.args(["-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "20", "-g", "12", "-auto-alt-ref", "0"]);
    let spec = spec
        .args(["-deadline", "realtime", "-cpu-used", "8", "-colorspace", "bt709", "-f", "ivf"])
        .arg(&path);
    run(&spec, &CancelToken::new(), |_| {}).unwrap();
    path
}

pub fn vfr_ticks(chunk: i64) -> Vec<i64> {
    (0..FRAMES).map(|frame| chunk * FRAMES * 3754 + frame * 3754 + (frame % 3) * 700).collect()
}

pub const VFR_BASE: Rational = Rational { num: 1, den: 90_000 };

/// Two chunks at uneven times, with sound, title, chapters and all that a track can say.
pub fn film(folder: &Path) -> PathBuf {
    let out = folder.join("film.webm");
    let sound = folder.join("sound.webm");
    let tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:a", "libopus"];
    run(&ffmpeg().command().args(tone).arg(&sound), &CancelToken::new(), |_| {}).unwrap();
    let mut spec = WebmSpec::new(WebmCodec::Vp9, SIZE.0, SIZE.1, true);
    spec.audio = vec![WebmAudio { language: Some("deu".to_owned()), ..WebmAudio::first_of(&sound) }];
    spec.title = Some("Ein Film".to_owned());
    spec.chapters = vec![WebmChapter {
        start_nanos: 500_000_000,
        end_nanos: Some(1_000_000_000),
        title: "Mitte".to_owned(),
        language: None,
    }];
    spec.tags = vec![("ARTIST".to_owned(), "reel".to_owned())];
    spec.video.sample_aspect = Rational { num: 4, den: 3 };
    spec.video.colour.range = Some("tv".to_owned());
    spec.video.colour.matrix = Some("bt709".to_owned());
    spec.video.spatial = Spatial {
        stereo: Some(Stereo::TopBottom),
        projection: Some(Projection {
            kind: ProjectionKind::Equirectangular(Bounds::HALF),
            pose: Pose { yaw_degrees: 12.5, ..Pose::default() },
        }),
    };
    let mut writer = WebmWriter::create(&out, &spec).unwrap();
    for chunk in 0..2 {
        let colour = ivf(folder, &format!("colour{chunk}"), false, 0, SIZE);
        let alpha = ivf(folder, &format!("alpha{chunk}"), true, chunk * FRAMES, SIZE);
        let ticks = vfr_ticks(chunk);
        let chunk = IvfChunk {
            colour,
            alpha: Some(alpha),
            ticks: &ticks,
            time_base: VFR_BASE,
            last_duration_ticks: (chunk == 1).then_some(3754),
        };
        writer.append_chunk(&chunk).unwrap();
    }
    let summary = writer.finish().unwrap();
    assert_eq!(summary.frame_count, 2 * FRAMES as u64);
    assert_eq!(summary.size_bytes, out.metadata().unwrap().len());
    out
}

pub fn blocks(path: &Path) -> Result<(WebmReader, Vec<WebmBlock>), MediaError> {
    let mut reader = WebmReader::open(path)?;
    let mut blocks = Vec::new();
    while let Some(block) = reader.next_block()? {
        blocks.push(block);
    }
    Ok((reader, blocks))
}

fn ask(path: &Path, args: &[&str]) -> String {
    let spec = reel_media::child::ChildSpec::new(ffmpeg().ffprobe()).args(["-v", "error"]);
    let (text, _) = run_capturing(&spec.args(args).arg(path), &CancelToken::new(), 16 << 20).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn ffmpeg_finds_everything_that_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let info = probe(&ffmpeg(), &path, &reel_media::ProbeLimits::default(), &CancelToken::new()).unwrap();
    let video = info.main_video().unwrap();
    assert!(video.has_alpha);
    // Told as a width in whole pixels: 213 of 160.
    assert_eq!((video.width, video.height, video.sample_aspect), (160, 90, Rational { num: 213, den: 160 }));
    assert_eq!(video.colour.matrix.as_deref(), Some("bt709"));
    assert_eq!((info.title.as_deref(), info.chapter_count), (Some("Ein Film"), 1));
    assert_eq!(info.audio[0].language.as_deref(), Some("deu"));
    let said = ask(&path, &["-show_streams", "-show_format", "-show_chapters"]);
    for expected in [
        "projection=tiled equirectangular",
        // In pixels; a quarter of the sphere of 320.
        "bound_left=81",
        "yaw=12",
        "type=top and bottom",
        "TAG:ARTIST=reel",
        "TAG:title=Mitte",
        "start_time=0.500000",
        "duration=2.0",
    ] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}

#[test]
fn ffmpeg_sees_every_time_and_every_alpha_packet() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let entries = "packet=pts_time,flags:packet_side_data=side_data_type";
    let packets = ask(
        &path,
        &["-select_streams", "v", "-show_packets", "-show_entries", entries, "-of", "compact=p=0"],
    );
    let lines: Vec<&str> = packets.lines().filter(|line| line.contains("pts_time")).collect();
    assert_eq!(lines.len(), 48);
    let wanted = vfr_ticks(0).into_iter().chain(vfr_ticks(1));
    for (line, ticks) in lines.iter().zip(wanted) {
        let secs = line.split('|').find_map(|field| field.strip_prefix("pts_time=")).unwrap();
        assert!((secs.parse::<f64>().unwrap() - ticks as f64 / 90_000.0).abs() <= 0.000_501, "{line}");
        assert!(line.contains("BlockAdditional"), "{line}");
    }
    let keys: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("flags=K"))
        .map(|(index, _)| index)
        .collect();
    assert_eq!(keys, [0, 12, 24, 36]);
}

#[test]
fn ffmpeg_decodes_the_alpha_that_was_encoded_across_the_seam() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let decoded = |input: InputArgs, filter: &str| {
        let spec = ffmpeg().command().args(input.args()).args(["-map", "0:v", "-vf", filter]);
        let spec = spec.args(["-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"]);
        run_capturing(&spec, &CancelToken::new(), 16 << 20).unwrap().0
    };
    let alpha = decoded(InputArgs::source(&path).option("-c:v", "libvpx-vp9"), "alphaextract");
    let luma = |name: &str| decoded(InputArgs::source(folder.path().join(name)), "extractplanes=y");
    let truth = [luma("alpha0.ivf"), luma("alpha1.ivf")].concat();
    assert_eq!(truth.len(), 48 * 160 * 90);
    assert!(alpha == truth, "the alpha plane is another one");
}

#[test]
fn we_read_what_we_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let (reader, blocks) = blocks(&path).unwrap();
    let video = reader.video().unwrap();
    assert!(video.alpha_mode);
    assert_eq!((video.width, video.height), SIZE);
    assert_eq!(video.spatial, Some(Spatial::told_by(&path).unwrap()));
    assert_eq!(video.spatial.unwrap().stereo, Some(Stereo::TopBottom));
    let sound = &reader.tracks()[1];
    assert_eq!((sound.codec_id.as_str(), sound.seek_pre_roll_nanos), ("A_OPUS", 80_000_000));
    assert!(sound.codec_delay_nanos > 0 && sound.codec_private.starts_with(b"OpusHead"));
    let (pictures, sounds): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.track_number == 1);
    assert_eq!(pictures.len(), 48);
    assert!(pictures.iter().all(|block| block.alpha.is_some()));
    assert_eq!(sounds.len(), 101);
    assert!(sounds.last().unwrap().discard_padding_nanos.is_some());
    assert!(blocks.windows(2).all(|pair| pair[0].ticks <= pair[1].ticks), "it is not interleaved by time");
}

#[test]
fn chunks_that_do_not_fit_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let colour = ivf(folder.path(), "colour", false, 0, SIZE);
    let small = ivf(folder.path(), "small", true, 0, (80, 46));
    let alpha = ivf(folder.path(), "alpha", true, 0, SIZE);
    let check = |alpha: &Path, count: i64, expected: &str| {
        let ticks: Vec<i64> = (0..count).collect();
        let out = folder.path().join("out.webm");
        let spec = WebmSpec::new(WebmCodec::Vp9, SIZE.0, SIZE.1, true);
        let mut writer = WebmWriter::create(&out, &spec).unwrap();
        let chunk = IvfChunk {
            colour: colour.clone(),
            alpha: Some(alpha.to_owned()),
            ticks: &ticks,
            time_base: RATE.inverse(),
            last_duration_ticks: None,
        };
        let error = writer.append_chunk(&chunk).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(&small, FRAMES, "small.ivf: its pictures are 80x46 instead of 160x90");
    check(&alpha, FRAMES + 1, "colour.ivf: it ends after 24 frames");
    check(&alpha, FRAMES - 1, "colour.ivf: it has more than 23 frames");
}

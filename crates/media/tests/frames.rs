//! Frames through pipes and back, with every time stamp.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use reel_media::child::run_capturing;
use reel_media::raw::{ENCODER_STALL, FrameReader, FrameReaderSpec, FrameWriter, FrameWriterSpec};
use reel_media::{Ffmpeg, FrameTable, InputArgs, MediaError, frame_table};
use reel_testkit::clips;
use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

fn ffmpeg() -> Arc<Ffmpeg> {
    static FOUND: OnceLock<Arc<Ffmpeg>> = OnceLock::new();
    Arc::clone(FOUND.get_or_init(|| Ffmpeg::discover(None, None).unwrap()))
}

fn table(path: &Path) -> FrameTable {
    frame_table(&ffmpeg(), path, 0, &CancelToken::new()).unwrap()
}

fn reading(path: &Path, pix_fmt: &str) -> FrameReaderSpec {
    let spec = FrameReaderSpec::new(path, 0, table(path).time_base, pix_fmt);
    FrameReaderSpec { apply_rotation: false, ..spec }
}

fn times(spec: &FrameReaderSpec) -> Vec<i64> {
    let mut reader = FrameReader::open(&ffmpeg(), spec, &CancelToken::new()).unwrap();
    let (mut frame, mut times) = (Vec::new(), Vec::new());
    while let Some(time) = reader.next_frame(&mut frame).unwrap() {
        assert_eq!(frame.len(), reader.frame_bytes());
        times.push(time.ticks);
    }
    reader.finish().unwrap();
    times
}

/// (time, MD5) of each frame as FFmpeg decodes it.
fn truth(path: &Path, pix_fmt: &str) -> Vec<(Timestamp, String)> {
    let input = InputArgs::source(path).switch("-copyts").switch("-noautorotate").args();
    let spec = ffmpeg().command().args(input).args(["-map", "0:0", "-fps_mode", "passthrough"]);
    let spec = spec.args(["-enc_time_base", "-1", "-pix_fmt", pix_fmt, "-f", "framemd5", "pipe:1"]);
    let (lines, _) = run_capturing(&spec, &CancelToken::new(), 64 << 20).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let base = table(path).time_base;
    let rows =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(',').collect::<Vec<_>>());
    rows.map(|row| (Timestamp::new(row[2].trim().parse().unwrap(), base), row[5].trim().to_owned())).collect()
}

/// Every frame through our two pipes into FFV1 in NUT, then compared by time and MD5.
fn check_round_trip(source: &Path, pix_fmt: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out: PathBuf = folder.path().join("out.nut");
    let spec = reading(source, pix_fmt);
    let mut reader = FrameReader::open(&ffmpeg(), &spec, &CancelToken::new()).unwrap();
    let (width, height) = reader.size();
    let writing = FrameWriterSpec {
        width,
        height,
        pix_fmt: pix_fmt.to_owned(),
        time_base: spec.time_base,
        sample_aspect: Rational { num: 1, den: 1 },
        more_inputs: Vec::new(),
        encoder_args: ["-c:v", "ffv1"].into_iter().map(Into::into).collect(),
        stall_timeout: ENCODER_STALL,
        out: out.clone(),
    };
    let mut writer = FrameWriter::create(&ffmpeg(), &writing, &CancelToken::new()).unwrap();
    let mut frame = Vec::new();
    while let Some(time) = reader.next_frame(&mut frame).unwrap() {
        writer.write_frame(time.ticks, &frame).unwrap();
    }
    reader.finish().unwrap();
    writer.finish().unwrap();
    assert!(truth(&out, pix_fmt) == truth(source, pix_fmt), "{} as {pix_fmt}", source.display());
}

#[test]
fn frames_and_times_survive_both_pipes() {
    check_round_trip(&clips::vfr_mp4(), "yuv420p");
    check_round_trip(&clips::ntsc_h264(), "yuv420p");
    check_round_trip(&clips::ts_bframes(), "yuv420p");
    check_round_trip(&clips::hevc10(), "yuv420p10le");
    check_round_trip(&clips::odd_size(), "yuv420p");
    check_round_trip(&clips::edit_list(), "yuv420p");
}

#[test]
fn each_layout_is_named_as_ffmpeg_names_it() {
    for pix_fmt in
        ["rgb24", "bgra", "gray", "yuv444p", "yuva420p", "gbrp", "yuv422p10le", "yuva444p12le", "rgb48le"]
    {
        let clip = clips::made(
            "tiny.mp4",
            &["-f", "lavfi", "-i", "testsrc2=size=36x20:rate=5:duration=1", "-c:v", "libx264"],
        );
        let mut encoded = reading(&clip, pix_fmt);
        encoded.size = Some((35, 19));
        assert_eq!(times(&encoded).len(), 5, "{pix_fmt}");
        if !matches!(pix_fmt, "yuva444p12le" | "rgb48le" | "bgra") {
            check_round_trip(&clip, pix_fmt);
        }
    }
}

#[test]
fn a_range_holds_the_frames_of_the_table_and_no_other() {
    for clip in
        [clips::vfr_mp4(), clips::cfr_h264(4), clips::ts_bframes(), clips::odd_size(), clips::edit_list()]
    {
        let table = table(&clip);
        for (first, last) in [(0, 7), (17, 40), (31, 59), (59, table.len())] {
            let mut spec = reading(&clip, "gray");
            spec.start = table.timestamp(first);
            spec.end = table.timestamp(last);
            let expected: Vec<i64> = table.frames[first..last].iter().map(|frame| frame.pts).collect();
            assert_eq!(times(&spec), expected, "{} {first}..{last}", clip.display());
        }
    }
}

#[test]
fn rotation_is_applied_when_asked_for() {
    let mut spec = reading(&clips::rotated(), "gray");
    let size = |spec: &FrameReaderSpec| {
        let reader = FrameReader::open(&ffmpeg(), spec, &CancelToken::new()).unwrap();
        let size = reader.size();
        reader.finish().unwrap();
        size
    };
    assert_eq!(size(&spec), (320, 180));
    spec.apply_rotation = true;
    assert_eq!(size(&spec), (180, 320));
}

#[test]
fn what_does_not_decode_is_an_error_and_so_is_a_wrong_frame() {
    let spec = reading(&clips::audio_only(), "gray");
    assert!(FrameReader::open(&ffmpeg(), &spec, &CancelToken::new()).is_err());
    let folder = tempfile::tempdir().unwrap();
    let writing = FrameWriterSpec {
        width: 16,
        height: 16,
        pix_fmt: "gray".to_owned(),
        time_base: Rational { num: 1, den: 25 },
        sample_aspect: Rational { num: 1, den: 1 },
        more_inputs: Vec::new(),
        encoder_args: ["-c:v", "no_such_encoder"].into_iter().map(Into::into).collect(),
        stall_timeout: ENCODER_STALL,
        out: folder.path().join("out.nut"),
    };
    let good = FrameWriterSpec { encoder_args: vec!["-c:v".into(), "ffv1".into()], ..writing.clone() };
    let mut writer = FrameWriter::create(&ffmpeg(), &good, &CancelToken::new()).unwrap();
    assert!(matches!(writer.write_frame(0, &[0; 3]), Err(MediaError::Mismatch(_))));
    writer.write_frame(5, &[0; 256]).unwrap();
    assert!(matches!(writer.write_frame(5, &[0; 256]), Err(MediaError::Mismatch(_))));
    writer.finish().unwrap();
    let failed = FrameWriter::create(&ffmpeg(), &writing, &CancelToken::new()).and_then(FrameWriter::finish);
    let error = failed.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("no_such_encoder"), "{error}");
}

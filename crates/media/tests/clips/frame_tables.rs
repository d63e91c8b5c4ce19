//! The frame table against what a decoder shows.

use std::path::Path;

use reel_media::child::run_capturing;
use reel_media::frame_table::Unreliable;
use reel_media::{FrameTable, InputArgs, frame_table};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::{ffmpeg, probed};

/// Time stamps of all frames that a decoder shows, in ticks of the stream.
fn decoded_times(path: &Path, stream_index: u32, copyts: bool) -> Vec<i64> {
    let mut input = InputArgs::source(path);
    if copyts {
        input = input.switch("-copyts");
    }
    let map = format!("0:{stream_index}");
    let spec = ffmpeg().command().args(input.args()).args(["-map", &map, "-fps_mode", "passthrough"]);
    let spec = spec.args(["-enc_time_base", "-1", "-c:v", "wrapped_avframe", "-f", "framecrc", "pipe:1"]);
    let (lines, _) = run_capturing(&spec, &CancelToken::new(), 64 << 20).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split(',').nth(2).unwrap().trim().parse().unwrap()).collect()
}

fn check(path: &Path) -> FrameTable {
    let info = probed(path).unwrap();
    let index = info.main_video().unwrap().index;
    let table = frame_table(&ffmpeg(), path, index, &CancelToken::new()).unwrap();
    let times: Vec<i64> = table.frames.iter().map(|frame| frame.pts).collect();
    let decoded = decoded_times(path, index, true);
    let name = path.file_name().unwrap().display();
    match &table.unreliable {
        None => {
            assert_eq!(times, decoded, "{name}");
            assert_eq!(times.len(), decoded_times(path, index, false).len(), "{name}");
        }
        Some(why) => {
            let agrees = times == decoded;
            eprintln!(
                "unreliable: {name}: {why}; {} frames, {} decoded, agrees: {agrees}",
                times.len(),
                decoded.len()
            );
        }
    }
    table
}

#[test]
fn tables_of_made_clips_agree_with_the_decoder() {
    for clip in
        [clips::cfr_h264(2), clips::vfr_mp4(), clips::ts_bframes(), clips::edit_list(), clips::long_gop()]
    {
        assert!(check(&clip).is_reliable(), "{}", clip.display());
    }
    for clip in
        [clips::odd_size(), clips::rotated(), clips::hevc10(), clips::interlaced(), clips::ntsc_h264()]
    {
        assert!(check(&clip).is_reliable(), "{}", clip.display());
    }
}

#[test]
fn tables_of_real_clips_agree_with_the_decoder() {
    for clip in clips::shared_files("people").into_iter().chain(clips::shared_files("formats")) {
        assert!(check(&clip).is_reliable(), "{}", clip.display());
    }
}

#[test]
fn packets_that_may_show_nothing_make_a_table_unreliable() {
    assert_eq!(check(&clips::vp8_hidden()).unreliable, Some(Unreliable::HiddenFrames));
}

#[test]
fn damaged_streams_make_a_table_unreliable() {
    assert!(!check(&clips::bitflips()).is_reliable());
}

#[test]
fn an_edit_list_hides_frames_that_are_decoded() {
    let table = check(&clips::edit_list());
    assert_eq!((table.discarded_count, table.frames[0].key), (15, false));
    assert_eq!(table.key_at_or_before(0), None);
    assert_eq!(table.start().unwrap().ticks, 0);
}

#[test]
fn the_table_tells_rate_keys_and_duration() {
    let table = check(&clips::cfr_h264(2));
    assert!(table.is_constant_rate());
    assert_eq!((table.len(), table.key_indices().collect::<Vec<_>>()), (60, vec![0, 30]));
    assert_eq!((table.key_at_or_before(29), table.key_at_or_before(30)), (Some(0), Some(30)));
    assert_eq!(table.duration_secs(), 2.0);
    assert!(!check(&clips::vfr_mp4()).is_constant_rate());
    assert!(check(&clips::odd_size()).is_constant_rate(), "33 and 34 ms are one rate on a clock of 1 ms");
}

/// Many containers and codecs; where a table calls itself reliable, it must agree with the decoder.
#[test]
fn tables_of_odd_containers_agree_or_say_that_they_do_not() {
    let source = ["-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25:duration=3"];
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25"];
    let recipes: [(&str, &[&str]); 14] = [
        ("bframes.avi", &x264),
        ("bframes.flv", &x264),
        ("bframes.mkv", &x264),
        ("open_gop.ts", &["-c:v", "libx264", "-bf", "3", "-g", "12", "-x264-params", "open-gop=1"]),
        ("mbaff.ts", &["-c:v", "libx264", "-flags", "+ilme+ildct", "-top", "1", "-bf", "2"]),
        (
            "fragmented.mp4",
            &["-c:v", "libx264", "-bf", "2", "-g", "25", "-movflags", "+frag_keyframe+empty_moov"],
        ),
        ("mpeg2.mpg", &["-c:v", "mpeg2video", "-bf", "2", "-q:v", "4"]),
        ("mpeg4.avi", &["-c:v", "mpeg4", "-bf", "2", "-q:v", "4"]),
        ("wmv.asf", &["-c:v", "wmv2", "-q:v", "4"]),
        (
            "altref.webm",
            &["-c:v", "libvpx-vp9", "-cpu-used", "8", "-auto-alt-ref", "1", "-lag-in-frames", "16"],
        ),
        ("av1.mp4", &["-c:v", "libsvtav1", "-preset", "12"]),
        ("ffv1.mkv", &["-c:v", "ffv1"]),
        (
            "hevc.ts",
            &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=12"],
        ),
        ("late.mp4", &["-vf", "setpts=PTS+2/TB", "-c:v", "libx264", "-bf", "2"]),
    ];
    for (name, codec) in recipes {
        let table = check(&clips::made(name, &[&source[..], codec].concat()));
        eprintln!("{name}: {} frames, {:?}", table.len(), table.unreliable);
        assert!(table.len() > 70, "{name}");
    }
}

#[test]
fn a_stream_that_begins_in_mid_group_agrees_or_says_that_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    for clip in [clips::ts_bframes(), clips::interlaced()] {
        let bytes = std::fs::read(&clip).unwrap();
        let cut = folder.path().join(clip.file_name().unwrap());
        std::fs::write(&cut, &bytes[bytes.len() / 3 / 188 * 188..]).unwrap();
        assert!(!check(&cut).is_reliable(), "{}", clip.display());
    }
}

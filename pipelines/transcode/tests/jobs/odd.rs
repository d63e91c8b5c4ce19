//! Sources that hardly anybody has: what they become is still right.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use reel_testkit::clips;
use reel_types::FailureKind;

use crate::look::{difference, frame_count, stream_count, thumbnail, video_field};
use crate::scene::Scene;

/// A second of a test picture of this size, as a transport stream.
fn stream(width: u32, height: u32) -> PathBuf {
    let scale = format!("scale={width}:{height}:flags=area");
    clips::made(
        &format!("odd_{width}x{height}.ts"),
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=25:duration=1",
            "-vf",
            &scale,
            "-pix_fmt",
            "yuv444p",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ],
    )
}

fn behind_one_another(folder: &Path, one: &Path, other: &Path) -> PathBuf {
    let path = folder.join("joined.ts");
    let bytes = [std::fs::read(one).unwrap(), std::fs::read(other).unwrap()].concat();
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_size_that_changes_on_the_way_shows_the_whole_picture_all_along() {
    let (scene, folder) = (Scene::new(), tempfile::tempdir().unwrap());
    let (large, small) = (stream(161, 121), stream(81, 61));
    for (one, other, size) in [(&large, &small, ["160", "120"]), (&small, &large, ["80", "60"])] {
        let source = behind_one_another(folder.path(), one, other);
        let done = scene.transcode(&source, |_| ());
        assert_eq!(["width", "height"].map(|side| video_field(done.output(), side)), size);
        assert_eq!(frame_count(done.output()), 50);
        // Both parts show the same film.
        for frame in [0, 24] {
            let (early, late) =
                (thumbnail(done.output(), frame, true), thumbnail(done.output(), frame + 25, true));
            let off = difference(&early, &late);
            assert!(off < 12.0, "{size:?}: frame {frame} and {} differ by {off}", frame + 25);
        }
    }
}

#[test]
fn a_track_of_sound_without_any_sound_in_it_is_left_out_and_named() {
    let film = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"];
    let sound = ["-f", "lavfi", "-i", "sine=duration=1", "-af", "aselect=0", "-c:a", "aac"];
    let encode = ["-c:v", "libx264", "-preset", "ultrafast"];
    let source = clips::made("no_packets_of_sound.mkv", &[&film[..], &sound, &encode].concat());
    let scene = Scene::new();
    let done = scene.transcode(&source, |_| ());
    assert_eq!((frame_count(done.output()), stream_count(done.output(), "a")), (25, 0));
    assert!(done.says("hold no sound"));
}

#[test]
fn a_track_of_sound_of_which_nothing_decodes_is_left_out_after_a_second_try() {
    let film = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"];
    let sound = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "alac"];
    let encode = ["-c:v", "libx264", "-preset", "ultrafast"];
    let good = clips::made("alac.mov", &[&film[..], &sound, &encode].concat());
    let noise = ["-map", "0", "-c", "copy", "-bsf:a", "noise=amount=1"];
    let source = clips::made("noise_for_alac.mov", &[&["-i", good.to_str().unwrap()][..], &noise].concat());
    let scene = Scene::new();
    let done = scene.transcode(&source, |_| ());
    assert_eq!((frame_count(done.output()), stream_count(done.output(), "a")), (25, 0));
    assert!(done.says("hold no sound"));
    assert!(done.says("made again from parts"));
}

#[test]
fn a_process_that_ends_on_film_and_sound_together_is_followed_by_one_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("ffmpeg");
    let real = reel_testkit::fake_ffmpeg::real_ffmpeg().unwrap();
    let words = "[error] Too many packets buffered for output stream 0:0.";
    let text = format!(
        "#!/bin/sh\ncase \" $* \" in *' -c:v libx264 '*' -c:a aac '*) echo '{words}' >&2; exit 1;; esac\nexec '{}' \"$@\"\n",
        real.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let scene = Scene::with(Some(&script), Vec::new());
    let done = scene.transcode(&clips::two_audio(), |_| ());
    assert_eq!(stream_count(done.output(), "a"), 2);
    assert!(done.says("made again from parts"));
}

#[test]
fn a_side_of_one_pixel_becomes_two() {
    let scene = Scene::new();
    for (width, height, size) in [(16, 1, ["16", "2"]), (1, 16, ["2", "16"]), (3, 1, ["2", "2"])] {
        let scale = format!("scale={width}:{height}");
        let source = clips::made(
            &format!("thin_{width}x{height}.mkv"),
            &[
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=64x64:rate=25:duration=1",
                "-vf",
                &scale,
                "-pix_fmt",
                "yuv444p",
                "-c:v",
                "ffv1",
            ],
        );
        let done = scene.transcode(&source, |_| ());
        assert_eq!(["width", "height"].map(|side| video_field(done.output(), side)), size);
        assert!(done.says("enlarged from"));
    }
}

/// A second of test picture with these options after the input.
fn made(name: &str, options: &[&str]) -> PathBuf {
    clips::made(name, &[&["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=1"], options].concat())
}

#[test]
fn hdr_that_does_not_name_its_colours_is_taken_for_bt2020() {
    let hdr =
        ["-pix_fmt", "yuv420p10le", "-c:v", "libx264", "-preset", "ultrafast", "-color_trc", "smpte2084"];
    let scene = Scene::new();
    let done = scene.transcode(&made("pq_without_primaries.mkv", &hdr), |_| ());
    assert_eq!(video_field(done.output(), "color_transfer"), "bt709");
}

#[test]
fn an_angle_between_quarters_keeps_the_size() {
    let upright = made("upright.mp4", &["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"]);
    let upright = upright.to_str().unwrap();
    let source = clips::made("turned_45.mp4", &["-i", upright, "-c", "copy", "-metadata:s:v", "rotate=45"]);
    let scene = Scene::new();
    let done = scene.transcode(&source, |_| ());
    assert_eq!(["width", "height"].map(|side| video_field(done.output(), side)), ["64", "48"]);
}

#[test]
fn an_extreme_shape_of_a_pixel_is_no_damage() {
    let options = ["-vf", "scale=2:16,setsar=21", "-pix_fmt", "yuv444p", "-c:v", "ffv1"];
    Scene::new().transcode(&made("thin_sar.mkv", &options), |_| ()).output();
}

#[test]
fn an_animated_png_is_a_film() {
    let scene = Scene::new();
    let done = scene.transcode(&made("animated.png", &["-f", "apng"]), |_| ());
    assert_eq!(frame_count(done.output()), 25);
}

#[test]
fn what_cannot_be_made_is_said_before_any_work() {
    let scene = Scene::new();
    let check = |source: &Path, kind: FailureKind, said: &str| {
        let failure = scene.transcode(source, |_| ()).failure().clone();
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.message.contains(said) && failure.hint.is_some(), "{failure}");
    };
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
    check(&made("raw.h264", &x264), FailureKind::Input, "no time stamps");
    let nine = ["-f", "lavfi", "-i", "aevalsrc=0|0|0|0|0|0|0|0|0:s=48000:d=1", "-c:a", "pcm_s16le"];
    check(&made("nine.mkv", &[&nine[..], &x264].concat()), FailureKind::Usage, "9 channels");
}

/// Twelve seconds in Matroska of which a part of the bytes, from and to, is zero.
fn with_zeros(folder: &Path, from: f64, to: f64) -> PathBuf {
    let source = clips::made(
        "twelve_seconds.mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=25:duration=12",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-g",
            "25",
            "-b:v",
            "300k",
            "-pix_fmt",
            "yuv420p",
        ],
    );
    let mut bytes = std::fs::read(source).unwrap();
    let at = |part: f64| (part * bytes.len() as f64) as usize;
    let (from, to) = (at(from), at(to));
    bytes[from..to].fill(0);
    let path = folder.join("zeros.mkv");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn seconds_of_which_no_packet_is_left_are_named() {
    let (scene, folder) = (Scene::new(), tempfile::tempdir().unwrap());
    let done = scene.transcode(&with_zeros(folder.path(), 0.5, 0.6), |_| ());
    done.output();
    let gaps = &done.job.gaps;
    let lost_secs: f64 = gaps.iter().map(|gap| gap.end_secs - gap.start_secs).sum();
    assert!((0.8..4.5).contains(&lost_secs), "{gaps:?}");
    assert!(gaps.iter().all(|gap| gap.start_secs > 4.0 && gap.end_secs < 10.0), "{gaps:?}");

    let done = scene.transcode(&with_zeros(folder.path(), 0.2, 0.85), |_| ());
    assert!(done.failure().message.contains("of the film decodes"), "{:?}", done.failure());
}

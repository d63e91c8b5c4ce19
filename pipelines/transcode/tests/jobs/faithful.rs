//! Nothing of the source is lost that was not named: frames, times, orientation, tracks, colours.

use std::path::{Path, PathBuf};

use reel_testkit::clips;
use reel_transcode::{AudioChoice, Codec, Container};

use crate::look::{decoded, difference, film, lag, sound, stream_count, thumbnail, video_field};
use crate::scene::{Ended, Scene};

/// 1 ms at the 8 kHz at which sound is compared, and one more for rounding.
const SYNC_SAMPLES: i64 = 9;

/// Frames, their times, their orientation and their place beside the sound are those of the source.
fn is_faithful(source: &Path, done: &Ended) {
    let name = source.file_name().unwrap().to_string_lossy();
    let out = done.output();
    let ((before, shown_before), (after, shown_after)) = (film(source, true), film(out, false));
    assert_eq!(after.pts.len(), before.pts.len(), "{name}: frames");
    assert_eq!(
        (shown_before.len(), shown_after.len()),
        (before.pts.len(), after.pts.len()),
        "{name}: pictures"
    );
    assert_eq!(done.told("frames").as_u64(), Some(after.pts.len() as u64), "{name}: frames told");
    let slack_secs = before.tick_secs.max(after.tick_secs) * 1.01;
    for (index, (was, is)) in before.times_secs().iter().zip(after.times_secs()).enumerate() {
        assert!((was - is).abs() <= slack_secs, "{name}: frame {index} at {is} instead of {was}");
    }
    let last = after.pts.len() - 1;
    for frame in [0, last] {
        let off = difference(&shown_before[frame], &shown_after[frame]);
        assert!(off < 12.0 || done.says("HDR"), "{name}: frame {frame} differs by {off}");
    }
    assert_eq!(stream_count(out, "a"), stream_count(source, "a"), "{name}: audio tracks");
    if stream_count(source, "a") > 0 {
        let lag = lag(&sound(source, before.start_secs()), &sound(out, after.start_secs()));
        assert!(
            lag.is_none_or(|samples| samples.abs() <= SYNC_SAMPLES),
            "{name}: sound {lag:?} samples late"
        );
    }
    for side in ["width", "height"] {
        let length: u32 = video_field(out, side).parse().unwrap();
        assert_eq!(length % 2, 0, "{name}: {side}");
    }
    assert_eq!(video_field(out, "pix_fmt").replace("yuvj", "yuv"), "yuv420p", "{name}");
}

fn generated() -> Vec<PathBuf> {
    vec![
        clips::cfr_h264(2),
        clips::ntsc_h264(),
        clips::vfr_mp4(),
        clips::ts_bframes(),
        clips::edit_list(),
        clips::odd_size(),
        clips::vp8_hidden(),
        clips::rotated(),
        clips::two_audio(),
        clips::hevc10(),
        clips::hdr10(),
        clips::interlaced(),
    ]
}

#[test]
fn every_sort_of_source_keeps_its_frames_in_h264_mp4() {
    let scene = Scene::new();
    for source in generated() {
        is_faithful(&source, &scene.transcode(&source, |_| ()));
    }
}

fn every_clip_keeps_its_frames(folder: &str) {
    let scene = Scene::new();
    for source in clips::shared_files(folder) {
        is_faithful(&source, &scene.transcode(&source, |_| ()));
    }
}

#[test]
fn every_real_clip_of_people_keeps_its_frames_in_h264_mp4() {
    every_clip_keeps_its_frames("people");
}

#[test]
fn every_real_clip_of_a_format_keeps_its_frames_in_h264_mp4() {
    every_clip_keeps_its_frames("formats");
}

#[test]
fn every_codec_and_container_keeps_frames_and_sound() {
    let scene = Scene::new();
    // A rising tone is like itself at one lag alone.
    let tone = "aevalsrc=0.5*sin(2*PI*(200*t+90*t*t)):sample_rate=48000:duration=3";
    let film = "testsrc2=size=320x180:rate=30:duration=3";
    let source = clips::made(
        "chirp.mp4",
        &[
            "-f", "lavfi", "-i", film, "-f", "lavfi", "-i", tone, "-c:v", "libx264", "-preset", "veryfast",
            "-c:a", "aac",
        ],
    );
    for (codec, container, audio) in [
        (Codec::Hevc, Container::Mp4, AudioChoice::Aac),
        (Codec::Av1, Container::Mp4, AudioChoice::Opus),
        (Codec::Vp9, Container::Webm, AudioChoice::Opus),
        (Codec::H264, Container::Mkv, AudioChoice::Copy),
        (Codec::Hevc, Container::Mkv, AudioChoice::Aac),
        (Codec::Vp9, Container::Mp4, AudioChoice::Copy),
        (Codec::H264, Container::Mov, AudioChoice::Copy),
    ] {
        let done = scene.transcode(&source, |params| {
            (params.codec, params.container, params.audio) = (Some(codec), Some(container), Some(audio));
        });
        is_faithful(&source, &done);
        assert_eq!(video_field(done.output(), "codec_name"), codec.as_str());
    }
}

#[test]
fn copied_sound_has_the_same_samples() {
    let (scene, source) = (Scene::new(), clips::with_audio());
    let done = scene.transcode(&source, |params| params.audio = Some(AudioChoice::Copy));
    assert_eq!(decoded(done.output(), "0:a:0").hashes, decoded(&source, "0:a:0").hashes);
}

#[test]
fn a_smaller_size_keeps_the_aspect_and_nothing_is_enlarged() {
    let scene = Scene::new();
    let source = clips::cfr_h264(2);
    let size = |resolution: &str| {
        let done = scene.transcode(&source, |params| params.resolution = Some(resolution.parse().unwrap()));
        (
            format!("{}x{}", video_field(done.output(), "width"), video_field(done.output(), "height")),
            done.says("not enlarged"),
        )
    };
    assert_eq!(size("90p"), ("160x90".to_owned(), false));
    assert_eq!(size("100x100"), ("100x56".to_owned(), false));
    assert_eq!(size("720p"), ("320x180".to_owned(), true));
}

#[test]
fn two_passes_meet_the_rate() {
    let scene = Scene::new();
    let source = clips::cfr_h264(4);
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp9] {
        let done = scene.transcode(&source, |params| {
            (params.codec, params.two_pass) = (Some(codec), true);
            params.bitrate = "300k".parse().ok();
        });
        let bits = std::fs::metadata(done.output()).unwrap().len() as f64 * 8.0 / 4.0;
        assert!((200_000.0..420_000.0).contains(&bits), "{codec:?}: {bits} b/s");
    }
}

#[test]
fn colours_are_told_as_they_are() {
    let Some(folder) = clips::shared_clips() else { return };
    let scene = Scene::new();
    let source = folder.join("formats/actioncam_telemetry.mp4");
    for codec in [Codec::H264, Codec::Av1] {
        let done = scene.transcode(&source, |params| params.codec = Some(codec));
        assert_eq!(video_field(done.output(), "color_range"), "pc");
        assert_eq!(video_field(done.output(), "color_space"), "bt709");
        assert!(done.says("data track"));
    }
}

#[test]
fn tone_mapping_comes_back_to_the_ordinary_picture() {
    let Some(folder) = clips::shared_clips() else { return };
    let source = folder.join("formats/hdr10_hevc_540p24.mp4");
    let scene = Scene::new();
    let done = scene.transcode(&source, |_| ());
    assert_eq!(video_field(done.output(), "color_transfer"), "bt709");
    for frame in [0, 36, 71] {
        let ordinary = thumbnail(&folder.join("people/juggle_720p24.mp4"), frame + 72, true);
        let off = difference(&ordinary, &thumbnail(done.output(), frame, true));
        assert!(off < 4.0, "frame {frame} differs by {off}");
    }
}

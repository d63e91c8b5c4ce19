//! Facts about good clips.

use std::path::Path;

use reel_media::probe::{Chroma, FieldOrder, Orientation, VideoCodec, VideoStream};
use reel_media::{
    FrameTable, MediaError, MediaInfo, ProbeLimits, Unreliable, frame_table, probe, probe_with_frames,
};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::probed;

fn film(path: &Path) -> VideoStream {
    probed(path).unwrap().main_video().unwrap().clone()
}

#[test]
fn a_plain_clip_is_told_in_full() {
    let info = probed(&clips::two_audio()).unwrap();
    let film = info.main_video().unwrap();
    assert_eq!((film.width, film.height, film.codec.clone()), (320, 180, VideoCodec::H264));
    assert_eq!((film.frame_count, film.average_rate.unwrap().as_f64()), (Some(150), 30.0));
    let pixels = film.pixel_format.clone().unwrap();
    assert_eq!((pixels.bit_depth, pixels.chroma, film.has_alpha), (8, Chroma::Yuv420, false));
    let languages: Vec<_> = info.audio.iter().filter_map(|audio| audio.language.as_deref()).collect();
    assert_eq!(languages, ["eng", "deu"]);
    assert_eq!((info.audio[0].sample_rate, info.audio[0].channel_count), (48_000, 1));
}

#[test]
fn rotation_depth_colour_and_fields_are_told() {
    let turned = film(&clips::rotated());
    assert_eq!(turned.orientation, Orientation { clockwise_degrees: 90, mirrored: false });
    assert_eq!(turned.shown_size(), (180, 320));
    assert_eq!(film(&clips::hevc10()).pixel_format.unwrap().bit_depth, 10);
    assert_eq!(film(&clips::interlaced()).field_order, FieldOrder::TopFirst);
    assert_eq!((film(&clips::odd_size()).width, film(&clips::odd_size()).height), (321, 181));
}

#[test]
fn hdr10_levels_are_found_in_the_frames() {
    let film = film(&clips::hdr10());
    assert!(film.is_hdr());
    let light = film.content_light.unwrap();
    assert_eq!((light.max_content_nits, light.max_average_nits), (1000, 400));
    let mastering = film.mastering.unwrap();
    assert_eq!((mastering.luminance_max_nits, mastering.luminance_min_nits), (1000.0, 0.005));
    assert_eq!(mastering.red, (0.68, 0.32));
}

#[test]
fn names_that_a_shell_dislikes_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["-i.mp4", "a b'\"$(x).mp4", "%d:clip.mp4", "line\nbreak.mp4", "http:clip", "concat:a|b", "ütf.mp4"]
    {
        let path = folder.path().join(name);
        std::fs::copy(clips::cfr_h264(2), &path).unwrap();
        assert_eq!(film(&path).width, 320, "{name:?}");
    }
}

#[test]
fn real_clips_are_told_as_their_list_says() {
    let Some(clips) = clips::shared_clips() else { return };
    let film = |name: &str| film(&clips.join("formats").join(name));
    assert_eq!(film("phone_vfr_rot180.mp4").orientation.clockwise_degrees, 180);
    assert_eq!(film("bbb_rot90_1080p.mp4").orientation.clockwise_degrees, 90);
    assert!(film("alpha_vp9_200.webm").has_alpha);
    assert!(film("interlaced_tff_mpeg2.ts").is_interlaced());
    assert_eq!(film("hdr10_hevc_540p24.mp4").content_light.unwrap().max_content_nits, 203);
    assert_eq!(film("prores_timecode.mov").codec, VideoCodec::ProRes);
    assert_eq!(film("vr180_sbs.mp4").spatial, ["Stereo 3D", "Spherical Mapping"]);
    assert_eq!(film("actioncam_telemetry.mp4").colour.range.as_deref(), Some("pc"));
    let nasa = probed(&clips.join("formats/nasa_multitrack.mp4")).unwrap();
    assert_eq!((nasa.video.len(), nasa.audio.len(), nasa.subtitles.len()), (2, 2, 2));
    assert_eq!(nasa.main_video().unwrap().index, 0);
    let timecode = probed(&clips.join("formats/prores_timecode.mov")).unwrap().timecode;
    assert_eq!(timecode.as_deref(), Some("01:00:00:00"));
}

#[test]
fn one_look_tells_what_two_looks_tell() {
    let shared = clips::shared_files("bad");
    let made =
        [clips::two_audio(), clips::edit_list(), clips::ts_bframes(), clips::vfr_mp4(), clips::hdr10()];
    for path in made.into_iter().chain(shared) {
        let (ffmpeg, limits, cancel) = (super::ffmpeg(), ProbeLimits::default(), CancelToken::new());
        let two = probe(&ffmpeg, &path, &limits, &cancel).and_then(|info| {
            let film = info.main_video().ok_or_else(|| MediaError::NoVideo { path: path.clone() })?.index;
            Ok((info, frame_table(&ffmpeg, &path, film, &cancel)?))
        });
        let one = probe_with_frames(&ffmpeg, &path, &limits, &cancel).map(|(mut info, table)| {
            info.audio.iter_mut().for_each(|stream| stream.packet_count = None);
            (info, table)
        });
        // Complaints of FFmpeg name an address, which is another each time.
        let told = |looked: Result<(MediaInfo, FrameTable), MediaError>| {
            let (info, mut table) = looked.map_err(|error| error.to_string())?;
            if let Some(Unreliable::Damaged { detail }) = &mut table.unreliable {
                detail.clear();
            }
            Ok::<_, String>((info, table))
        };
        assert_eq!(told(one), told(two), "{}", path.display());
    }
}

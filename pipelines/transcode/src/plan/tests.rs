//! Plans and command lines as data.

use reel_media::MediaInfo;
use reel_types::time::Rational;
use serde_json::json;

use super::*;
use crate::args::{Dropped, Pass};
use crate::chunk::VIDEO_PART;
use crate::codec::Codec;
use crate::{audio, video};
use reel_media::Timeline;

const SITE: Site = Site { cores: 4, memory_bytes: 8 << 30, gpu: false };

/// A film with a key frame each two seconds, and a track of sound, in this container.
fn facts(secs: u32, container: &str, first_ticks: i64, change: impl FnOnce(&mut serde_json::Value)) -> Facts {
    let pts: Vec<i64> = (0..i64::from(secs) * 25).map(|n| first_ticks + n * 3600).collect();
    let mut timeline = Timeline::from_pts(Rational { num: 1, den: 90_000 }, &pts, 3600);
    timeline.keys = (0..secs * 25).step_by(50).collect();
    let disposition = json!({"default": true, "attached_picture": false, "forced": false});
    let tick = json!({"num": 1, "den": 90_000});
    let mut media = json!({
        "container": container, "format_name": "x", "duration_secs": secs, "start_secs": 0.0, "size_bytes": 1,
        "bitrate_bits_per_sec": null, "subtitles": [], "other": [], "chapter_count": 0, "title": null, "timecode": null,
        "video": [{
            "index": 0, "codec": "h264", "profile": null, "width": 1280, "height": 720, "coded_width": 1280,
            "coded_height": 720, "pixel_format": null, "sample_aspect": {"num": 1, "den": 1}, "display_aspect": null,
            "average_rate": {"num": 25, "den": 1}, "real_rate": {"num": 25, "den": 1}, "time_base": tick,
            "orientation": {"clockwise_degrees": 0, "mirrored": false}, "field_order": "progressive",
            "colour": {"range": "tv", "primaries": "bt709", "transfer": "bt709", "matrix": "bt709", "chroma_location": null},
            "mastering": null, "content_light": null, "dolby_vision": false, "has_alpha": false, "spatial": [],
            "disposition": disposition, "start": null, "duration_secs": null, "frame_count": null,
            "bitrate_bits_per_sec": null, "language": null,
        }],
        "audio": [{
            "index": 1, "codec": "aac", "sample_rate": 48_000, "channel_count": 2, "channel_layout": "stereo",
            "sample_format": "fltp", "packet_count": 2800, "time_base": {"num": 1, "den": 48_000},
            "start": {"ticks": 0, "base": {"num": 1, "den": 48_000}}, "duration_secs": secs,
            "bitrate_bits_per_sec": null, "language": null, "title": null, "disposition": disposition,
        }],
    });
    change(&mut media);
    let media: MediaInfo = serde_json::from_value(media).unwrap();
    let gpu = GpuFinding::Absent { reason: "no driver".to_owned(), brief: None };
    Facts { media, video_index: 0, timeline, gpu }
}

fn planned(params: &Params, facts: &Facts) -> String {
    let line = |spec: ChunkSpec<Chunk>| {
        let what = match &spec.chunk {
            Chunk::Audio(chunk) => format!("audio, {} tracks", chunk.tracks.len()),
            Chunk::Video(chunk) => {
                let seek = chunk.cut.and_then(|cut| cut.seek_micros);
                let (first, end) = (chunk.first_frame, chunk.end_frame);
                let file = chunk.file.as_ref().map_or(String::new(), |file| {
                    let tracks = file.sound.as_ref().map_or(0, |sound| sound.tracks.len());
                    format!(" into {} with {tracks} tracks of sound", file.container.extension())
                });
                format!("{} {first}..{end} read from {seek:?} µs{file}", chunk.encode.encoder.name())
            }
        };
        format!(
            "{what}; {}, {} threads, after {:?}, cost {}",
            spec.class.as_str(),
            spec.threads,
            spec.after,
            spec.cost
        )
    };
    plan(params, facts, &SITE).unwrap().chunks.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn asked(change: impl FnOnce(&mut Params)) -> Params {
    let mut params = Params::default();
    change(&mut params);
    params
}

#[test]
fn a_short_film_is_one_chunk_and_its_sound() {
    insta::assert_snapshot!(planned(&Params::default(), &facts(60, "mov", 0, |_| ())));
}

#[test]
fn sound_that_begins_late_is_not_waited_for() {
    let chunk_count = |ticks: i64| {
        let facts = facts(60, "mov", 0, |media| media["audio"][0]["start"]["ticks"] = json!(ticks));
        plan(&Params::default(), &facts, &SITE).unwrap().chunks.len()
    };
    assert_eq!([0, 48_000, 48_001].map(chunk_count), [1, 1, 2]);
    let unknown = facts(60, "mov", 0, |media| media["audio"][0]["start"] = json!(null));
    assert_eq!(plan(&Params::default(), &unknown, &SITE).unwrap().chunks.len(), 2);
}

#[test]
fn a_long_film_is_made_minute_by_minute() {
    insta::assert_snapshot!(planned(&Params::default(), &facts(290, "mov", 0, |_| ())));
}

#[test]
fn without_an_index_reading_begins_a_group_earlier() {
    let params = asked(|params| params.chunk = "5".parse().unwrap());
    insta::assert_snapshot!(planned(&params, &facts(20, "mpegts", 126_000, |_| ())));
}

#[test]
fn vp9_is_made_side_by_side() {
    let params = asked(|params| params.codec = Some(Codec::Vp9));
    insta::assert_snapshot!(planned(&params, &facts(100, "matroska", 0, |_| ())));
}

#[test]
fn a_gpu_that_works_comes_first_and_another_round_leaves_it_out() {
    let mut facts = facts(150, "mov", 0, |_| ());
    facts.gpu = GpuFinding::Works { device: "NVIDIA L4".to_owned() };
    let again = next_round(&Params::default(), &facts, &SITE, Round { gpu: false, cut: false }).unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].class, Class::Cpu);
    insta::assert_snapshot!(planned(&Params::default(), &facts));
}

#[test]
fn what_is_decided_for_a_person_is_said() {
    let awkward = facts(60, "mov", 0, |media| {
        let film = &mut media["video"][0];
        (film["width"], film["height"], film["field_order"]) = (json!(721), json!(577), json!("top_first"));
        film["orientation"] = json!({"clockwise_degrees": 90, "mirrored": false});
        film["colour"]["transfer"] = json!("smpte2084");
        film["has_alpha"] = json!(true);
        film["pixel_format"] =
            json!({"name": "yuv420p10le", "bit_depth": 10, "chroma": "4:2:0", "has_alpha": false});
        let mut cover = film.clone();
        (cover["index"], cover["disposition"]["attached_picture"]) = (json!(2), json!(true));
        let other = film.clone();
        media["video"].as_array_mut().unwrap().extend([cover, other]);
        media["video"][2]["index"] = json!(3);
        media["other"] = json!([{"index": 4, "kind": "data", "codec": "tmcd"}]);
        media["chapter_count"] = json!(2);
    });
    let params = asked(|params| params.resolution = "4000x3000".parse().ok());
    let decided = decide(&params, &awkward, &SITE, Round { gpu: true, cut: true }).unwrap();
    insta::assert_snapshot!(decided.said.join("\n"));
}

#[test]
fn sound_that_the_container_does_not_take_is_refused_before_any_work() {
    let flac = facts(60, "matroska", 0, |media| media["audio"][0]["codec"] = json!("vorbis"));
    let params = asked(|params| params.audio = Some(AudioChoice::Copy));
    let RunError::Failed(failure) = plan(&params, &flac, &SITE).unwrap_err() else { panic!("not a failure") };
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (reel_types::FailureKind::Usage, "mp4 cannot hold vorbis sound")
    );
}

#[test]
fn whole_command_lines_are_as_they_were_judged() {
    let ffmpeg = reel_media::Ffmpeg::discover(None, None).unwrap();
    let params = asked(|params| {
        params.chunk = "5".parse().unwrap();
        params.resolution = "480p".parse().ok();
    });
    let interlaced = facts(20, "mov", 0, |media| media["video"][0]["field_order"] = json!("top_first"));
    let (source, out) =
        (std::path::Path::new("/clips/a.mov"), std::path::Path::new("/scratch").join(VIDEO_PART));
    let chunks = plan(&params, &interlaced, &SITE).unwrap().chunks;
    let lines = [&chunks[1].chunk, &chunks[chunks.len() - 1].chunk].map(|chunk| match chunk {
        Chunk::Video(chunk) => video::command(&ffmpeg, chunk, Pass::Only, &Dropped::default(), source, &out),
        Chunk::Audio(chunk) => audio::command(&ffmpeg, chunk, source, &out),
    });
    let program = ffmpeg.ffmpeg().display().to_string();
    insta::assert_snapshot!(lines.map(|spec| spec.command_line().replace(&program, "ffmpeg")).join("\n"));
}

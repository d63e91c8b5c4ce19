//! Chapters come along, and lie where they lay in the picture.

use std::path::{Path, PathBuf};

use reel_matte::{Format, Moment};
use reel_media::mux::{MuxContainer, MuxSpec, Track, mux};
use reel_media::probe::Chapter;
use reel_media::{Ffmpeg, ProbeLimits, probe};
use reel_testkit::clips;
use reel_types::CancelToken;

use crate::scene::Scene;

fn chapter(start_millis: i64, end_millis: i64, title: &str) -> Chapter {
    let nanos = |millis: i64| millis * 1_000_000;
    Chapter { start_nanos: nanos(start_millis), end_nanos: nanos(end_millis), title: Some(title.to_owned()) }
}

/// Four seconds with sound and two chapters.
fn two_chapters(folder: &Path) -> PathBuf {
    let (film, out) = (clips::with_audio(), folder.join("chapters.mp4"));
    let mut spec = MuxSpec::new(MuxContainer::Mp4);
    spec.video = Some(Track::new(&film, 0));
    spec.audio = vec![Track::new(&film, 1)];
    spec.chapters = vec![chapter(0, 1500, "One = #1"), chapter(1500, 4000, "Two")];
    mux(&Ffmpeg::discover(None, None).unwrap(), &spec, &out, &CancelToken::new()).unwrap();
    out
}

fn chapters(path: &Path) -> Vec<Chapter> {
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    probe(&ffmpeg, path, &ProbeLimits::default(), &CancelToken::new()).unwrap().chapters
}

#[test]
fn chapters_come_along_into_every_container() {
    let scene = Scene::new();
    let source = two_chapters(scene.folder());
    for format in [Format::Webm, Format::Prores, Format::Ffv1, Format::Green] {
        let ended = scene.matte(&source, |params| params.format = Some(format));
        let expected = [chapter(0, 1500, "One = #1"), chapter(1500, 4000, "Two")];
        assert_eq!(chapters(ended.output()), expected, "{format:?}");
    }
}

#[test]
fn chapters_of_a_stretch_begin_with_it() {
    let scene = Scene::new();
    let source = two_chapters(scene.folder());
    let stretch = |format, start: &str, secs: &str| {
        let ended = scene.matte(&source, |params| {
            params.format = Some(format);
            params.start = start.parse::<Moment>().ok();
            params.duration = secs.parse::<Moment>().ok();
        });
        chapters(ended.output())
    };
    for format in [Format::Webm, Format::Prores] {
        let both = [chapter(0, 500, "One = #1"), chapter(500, 2000, "Two")];
        assert_eq!(stretch(format, "1", "2"), both, "{format:?}");
        assert_eq!(stretch(format, "2", "1"), [chapter(0, 1000, "Two")], "{format:?}");
    }
}

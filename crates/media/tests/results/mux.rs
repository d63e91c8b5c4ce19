//! Tracks put beside one another keep their times and their samples.

use std::path::Path;

use reel_media::mux::{MuxContainer, MuxSpec, Track, mux, subtitle_codec};
use reel_media::probe::Chapter;
use reel_media::{MediaInfo, ProbeLimits, frame_table, probe};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::{ffmpeg, hashes, table};

fn told(path: &Path) -> MediaInfo {
    probe(&ffmpeg(), path, &ProbeLimits::default(), &CancelToken::new()).unwrap()
}

#[test]
fn chapters_keep_their_times_and_titles() {
    let folder = tempfile::tempdir().unwrap();
    let chapter = |start_nanos: i64, end_nanos: i64, title: &str| Chapter {
        start_nanos,
        end_nanos,
        title: Some(title.to_owned()),
    };
    let chapters =
        [chapter(0, 1_200_000_000, "a = b; #1 \\ c"), chapter(1_200_000_000, 3_000_000_000, "two\nlines")];
    for (container, name) in
        [(MuxContainer::Mp4, "o.mp4"), (MuxContainer::Matroska, "o.mkv"), (MuxContainer::Mov, "o.mov")]
    {
        let out = folder.path().join(name);
        let mut spec = MuxSpec::new(container);
        spec.video = Some(Track::new(clips::cfr_h264(4), 0));
        spec.chapters = chapters.to_vec();
        mux(&ffmpeg(), &spec, &out, &CancelToken::new()).unwrap();
        assert_eq!(told(&out).chapters, chapters, "{name}");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 3, "the list of chapters is gone");
}

/// A camera's file says where it was filmed; a result says only what it was told to.
#[test]
fn what_an_inputs_file_says_of_itself_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let says = ["-c", "copy", "-metadata", "title=where I live", "-metadata:s:v", "title=and this"];
    let source = clips::made_from("says_much.mkv", &clips::cfr_h264(4), &[], &says);
    assert_eq!(told(&source).title.as_deref(), Some("where I live"));
    for chapters in [Vec::new(), vec![Chapter { start_nanos: 0, end_nanos: 5, title: None }]] {
        let out = folder.path().join("o.mkv");
        let mut spec = MuxSpec::new(MuxContainer::Matroska);
        spec.video = Some(Track::new(&source, 0));
        spec.chapters = chapters;
        mux(&ffmpeg(), &spec, &out, &CancelToken::new()).unwrap();
        assert_eq!(told(&out).title, None);
    }
}

#[test]
fn copied_tracks_decode_to_the_same_pictures_and_samples() {
    let folder = tempfile::tempdir().unwrap();
    let source = clips::two_audio();
    for (container, name) in
        [(MuxContainer::Mp4, "o.mp4"), (MuxContainer::Matroska, "o.mkv"), (MuxContainer::Mov, "o.mov")]
    {
        let out = folder.path().join(name);
        let mut spec = MuxSpec::new(container);
        spec.video = Some(Track { default: true, ..Track::new(&source, 0) });
        spec.audio = vec![
            Track { language: Some("deu".to_owned()), default: true, ..Track::new(&source, 2) },
            Track {
                language: Some("eng".to_owned()),
                title: Some("a = b".to_owned()),
                ..Track::new(&source, 1)
            },
        ];
        spec.tags = vec![("title".to_owned(), "a film".to_owned())];
        mux(&ffmpeg(), &spec, &out, &CancelToken::new()).unwrap();
        assert!(hashes(&out, "0:v:0") == hashes(&source, "0:v:0"), "{name}");
        // Matroska has no edit list: the encoder's delay is a block that plays before the picture begins.
        let delay_blocks = usize::from(container == MuxContainer::Matroska);
        assert!(hashes(&out, "0:a:0")[delay_blocks..] == hashes(&source, "0:a:1"), "{name}");
        let info = told(&out);
        let languages: Vec<_> = info
            .audio
            .iter()
            .map(|audio| audio.language.clone().unwrap_or_else(|| format!("none in {name}")))
            .collect();
        // QuickTime knows German by another code of three letters, and FFmpeg does not translate it.
        let first = if container == MuxContainer::Mov { "none in o.mov" } else { "deu" };
        assert_eq!(
            (languages, info.title.as_deref()),
            (vec![first.to_owned(), "eng".to_owned()], Some("a film"))
        );
        assert!(info.audio[0].disposition.default && !info.audio[1].disposition.default);
    }
}

#[test]
fn the_clock_of_the_video_is_the_one_asked_for_and_times_stay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("o.mp4");
    let source = clips::vfr_mp4();
    let mut spec = MuxSpec::new(MuxContainer::Mp4);
    spec.video = Some(Track::new(&source, 0));
    spec.video_timescale = Some(90_000);
    mux(&ffmpeg(), &spec, &out, &CancelToken::new()).unwrap();
    let (before, after) = (table(&source), table(&out));
    assert_eq!(after.time_base, before.time_base);
    assert_eq!(after.frames, before.frames);
}

#[test]
fn an_offset_moves_a_track_by_as_much() {
    let folder = tempfile::tempdir().unwrap();
    let source = clips::with_audio();
    for offset_micros in [250_000, 20_000] {
        let out = folder.path().join(format!("{offset_micros}.mp4"));
        let mut spec = MuxSpec::new(MuxContainer::Mp4);
        spec.video = Some(Track::new(&source, 0));
        spec.audio = vec![Track { offset_micros, ..Track::new(&source, 1) }];
        mux(&ffmpeg(), &spec, &out, &CancelToken::new()).unwrap();
        // The first block after the encoder's delay lies at 0 in the source.
        let blocks = frame_table(&ffmpeg(), &out, 1, &CancelToken::new()).unwrap();
        let moved = blocks.frames.iter().map(|block| block.pts * 1_000_000 / 48_000);
        let nearest = moved.map(|micros| (micros - offset_micros).abs()).min().unwrap();
        assert!(nearest <= 21, "{offset_micros}: {nearest} off");
        assert_eq!(table(&out).start().unwrap().ticks, 0);
    }
}

#[test]
fn subtitles_go_where_the_container_can_hold_them() {
    assert_eq!(subtitle_codec(MuxContainer::Mp4, "subrip"), Some(Some("mov_text")));
    assert_eq!(subtitle_codec(MuxContainer::Mp4, "hdmv_pgs_subtitle"), None);
    assert_eq!(subtitle_codec(MuxContainer::Matroska, "hdmv_pgs_subtitle"), Some(None));
}

#[test]
fn nothing_to_write_is_said() {
    let spec = MuxSpec::new(MuxContainer::Mp4);
    assert!(mux(&ffmpeg(), &spec, Path::new("/dev/null/x"), &CancelToken::new()).is_err());
}

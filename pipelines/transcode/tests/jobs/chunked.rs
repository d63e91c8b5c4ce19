//! A film made in chunks is the film made whole: frames, times, samples.

use std::path::Path;

use reel_testkit::clips;
use reel_transcode::{Codec, Container, Resolution};

use crate::look::{decoded, stream_count};
use crate::scene::{Ended, Scene};

fn made(scene: &Scene, source: &Path, codec: Codec, chunk: &str) -> Ended {
    scene.transcode(source, |params| {
        params.codec = Some(codec);
        params.container = (codec == Codec::Vp9).then_some(Container::Webm);
        params.chunk = chunk.parse().unwrap();
        params.resolution = Some(Resolution::Height(120));
    })
}

/// Says how many chunks there were.
fn is_equal(scene: &Scene, source: &Path, codec: Codec, chunk: &str) -> u64 {
    let name = source.file_name().unwrap().to_string_lossy();
    let (whole, chunked) = (made(scene, source, codec, "none"), made(scene, source, codec, chunk));
    let (was, is) = (decoded(whole.output(), "0:v:0"), decoded(chunked.output(), "0:v:0"));
    assert_eq!(is.pts.len(), was.pts.len(), "{name}: frames");
    for (index, (was, is)) in was.pts.iter().zip(&is.pts).enumerate() {
        assert!((was - is).abs() <= 1, "{name}: frame {index} at {is} instead of {was}");
    }
    for track in 0..stream_count(source, "a") {
        let stream = format!("0:a:{track}");
        let (was, is) = (decoded(whole.output(), &stream), decoded(chunked.output(), &stream));
        assert_eq!(
            (is.ticks, is.pts.first()),
            (was.ticks, was.pts.first()),
            "{name}: samples of track {track}"
        );
        assert_eq!(is.hashes, was.hashes, "{name}: sound of track {track}");
    }
    let chunks = chunked.told("chunks").as_u64().unwrap();
    println!(
        "{name}: {chunks} chunks{}",
        if chunked.says("not cut") { ", not cut for a reason" } else { "" }
    );
    chunks
}

#[test]
fn generated_clips_in_chunks_of_a_second_are_as_whole() {
    let scene = Scene::new();
    for source in [
        clips::cfr_h264(4),
        clips::vfr_mp4(),
        clips::ts_bframes(),
        clips::edit_list(),
        clips::with_audio(),
        clips::long_gop(),
    ] {
        for codec in [Codec::H264, Codec::Vp9] {
            let chunks = is_equal(&scene, &source, codec, "1");
            assert!(chunks > 1, "{}: {chunks} chunks", source.display());
        }
    }
}

#[test]
fn every_other_encoder_joins_as_well() {
    let scene = Scene::new();
    for codec in [Codec::Hevc, Codec::Av1] {
        assert_eq!(is_equal(&scene, &clips::cfr_h264(4), codec, "2"), 2);
    }
}

fn clips_are_equal(folder: &str, codec: Codec, chunk: &str) {
    let scene = Scene::new();
    for source in clips::shared_files(folder) {
        is_equal(&scene, &source, codec, chunk);
    }
}

#[test]
fn real_clips_of_people_in_chunks_of_two_seconds_are_as_whole_in_h264() {
    clips_are_equal("people", Codec::H264, "2");
}

#[test]
fn real_clips_of_formats_in_chunks_of_two_seconds_are_as_whole_in_h264() {
    clips_are_equal("formats", Codec::H264, "2");
}

#[test]
fn real_clips_of_people_in_chunks_are_as_whole_in_vp9() {
    clips_are_equal("people", Codec::Vp9, "1");
}

#[test]
fn real_clips_of_formats_in_chunks_are_as_whole_in_vp9() {
    clips_are_equal("formats", Codec::Vp9, "1");
}

#[test]
fn a_source_with_an_inexact_table_is_made_whole_and_told() {
    let scene = Scene::new();
    let done = made(&scene, &clips::vp8_hidden(), Codec::H264, "0.5");
    let is_whole = done.told("chunks").as_u64() == Some(1);
    assert!(!is_whole || done.says("not cut into chunks"), "{:?}", done.job.metadata);
    assert!(done.job.state.is_terminal());
}

#[test]
fn vp9_is_cut_by_itself_where_cores_would_idle() {
    for (cores, chunks) in [(2, 1), (4, 2)] {
        let done = made(&Scene::new().with_cores(cores), &clips::cfr_h264(6), Codec::Vp9, "auto");
        assert_eq!(done.told("chunks").as_u64(), Some(chunks), "{cores} cores");
    }
}

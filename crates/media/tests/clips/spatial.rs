//! Where the eyes are and what the picture covers, as boxes and names tell it.

use std::path::Path;

use proptest::prelude::*;
use reel_media::spatial::{Bounds, Pose, Projection, ProjectionKind, Spatial, Stereo};
use reel_media::webm::{AlphaDecode, AlphaExpectation, verify_alpha};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::ffmpeg;

fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u32 + 8).to_be_bytes();
    [&size[..], name, body].concat()
}

fn track(handler: &[u8; 4], entry: &[u8]) -> Vec<u8> {
    let handler = boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 12]].concat());
    let table = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry].concat());
    let media = [handler, boxed(b"minf", &boxed(b"stbl", &table))].concat();
    boxed(b"trak", &boxed(b"mdia", &media))
}

/// A film of one track of sound and one of pictures, whose left eye is on top, the half sphere ahead turned by 90 degrees.
fn film() -> Vec<u8> {
    let stereo = boxed(b"st3d", &[0, 0, 0, 0, 1]);
    let pose: Vec<u8> = [0, 90 << 16, 0, -(15_i32 << 16)].into_iter().flat_map(i32::to_be_bytes).collect();
    let bounds: Vec<u8> = [0, 0, 0, 1 << 30, 1_u32 << 30].into_iter().flat_map(u32::to_be_bytes).collect();
    let projection = [boxed(b"prhd", &pose), boxed(b"equi", &bounds)].concat();
    let sphere = boxed(b"sv3d", &[boxed(b"svhd", &[0; 5]), boxed(b"proj", &projection)].concat());
    let entry = boxed(b"avc1", &[&[0; 78][..], &boxed(b"avcC", &[1; 20]), &stereo, &sphere].concat());
    let tracks = [track(b"soun", &boxed(b"mp4a", &[0; 28])), track(b"vide", &entry)].concat();
    let parts = [boxed(b"ftyp", b"isom\0\0\0\0isom"), boxed(b"mdat", &[7; 64]), boxed(b"moov", &tracks)];
    parts.concat()
}

fn told(path: &Path, bytes: &[u8]) -> Spatial {
    std::fs::write(path, bytes).unwrap();
    Spatial::of_file(path).unwrap_or_default()
}

#[test]
fn boxes_tell_the_layout_and_the_sphere() {
    let folder = tempfile::tempdir().unwrap();
    let expected = Spatial {
        stereo: Some(Stereo::TopBottom),
        projection: Some(Projection {
            kind: ProjectionKind::Equirectangular(Bounds::HALF),
            pose: Pose { yaw_degrees: 90.0, pitch_degrees: 0.0, roll_degrees: -15.0 },
        }),
    };
    assert_eq!(told(&folder.path().join("film.mp4"), &film()), expected);
    // What the file says counts more than its name.
    assert_eq!(told(&folder.path().join("film_180_sbs.mp4"), &film()), expected);
}

#[test]
fn a_name_tells_what_the_file_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let plain = [boxed(b"ftyp", b"isom\0\0\0\0isom"), boxed(b"moov", &[])].concat();
    let path = folder.path().join("film_180_sbs.mp4");
    assert_eq!(told(&path, &plain).stereo, Some(Stereo::SideBySide));
    assert!(Spatial::told_by(&path).unwrap().is_empty());
    assert!(told(&folder.path().join("film.mp4"), &plain).is_empty());
}

#[test]
fn a_film_that_is_cut_tells_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (path, film) = (folder.path().join("film.mp4"), film());
    for end in 32..film.len() {
        told(&path, &film[..end]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn boxes_that_lie_end_the_search(flips in proptest::collection::vec((32..500_usize, any::<u8>()), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let mut film = film();
        for (at, value) in flips {
            if let Some(byte) = film.get_mut(at) {
                *byte = value;
            }
        }
        told(&folder.path().join("film.mp4"), &film);
    }
}

#[test]
fn real_films_tell_what_they_hold() {
    let Some(formats) = clips::shared_clips().map(|clips| clips.join("formats")) else { return };
    let spatial = Spatial::told_by(&formats.join("vr180_sbs.mp4")).unwrap();
    assert_eq!(spatial.stereo, Some(Stereo::SideBySide));
    let kind = spatial.projection.unwrap().kind;
    assert!(matches!(kind, ProjectionKind::Equirectangular(_)), "{kind:?}");
    let scratch = tempfile::tempdir().unwrap();
    let expectation = AlphaExpectation {
        frame_count: Some(150),
        size: Some((200, 200)),
        decode: AlphaDecode::Full,
        ..AlphaExpectation::default()
    };
    let alpha = formats.join("alpha_vp9_200.webm");
    let report = verify_alpha(&ffmpeg(), &alpha, &expectation, scratch.path(), &CancelToken::new()).unwrap();
    assert_eq!(report.into_result().unwrap().decoded_count, 150);
}

//! Each format of the result holds what it says.

use std::path::PathBuf;

use reel_matte::{Backdrop, Format, KeyColour};
use reel_testkit::clips;

use crate::look::{probed, raw, webm_alpha};
use crate::scene::{Ended, Scene};

/// A grey square of 64 pixels that moves over a green screen, 128x96, 30 frames.
pub(crate) fn green_screen() -> PathBuf {
    let screen = "color=0x00b140:size=128x96:rate=30:duration=1";
    let graph = "[0][1]overlay=x='8+t*30':y=16";
    clips::made(
        "green_screen.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            screen,
            "-f",
            "lavfi",
            "-i",
            "color=gray:size=64x64:rate=30:duration=1",
            "-filter_complex",
            graph,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "12",
            "-frames:v",
            "30",
        ],
    )
}

fn made(format: Format) -> Ended {
    Scene::new().matte(&green_screen(), |params| params.format = Some(format))
}

/// Alpha in the middle of the square and beside it, of the first frame of 128x96 samples.
fn inside_and_outside(alpha: &[u8]) -> (u8, u8) {
    (alpha[48 * 128 + 40], alpha[48 * 128 + 120])
}

#[test]
fn webm_has_alpha_in_every_frame() {
    let ended = made(Format::Webm);
    let alpha = webm_alpha(ended.output());
    assert_eq!(alpha.len(), 30 * 128 * 96);
    assert_eq!(inside_and_outside(&alpha), (255, 0));
    assert_eq!(ended.told("frames"), 30);
    assert!(ended.told("alpha_bytes").as_u64().is_some_and(|bytes| bytes > 0));
}

#[test]
fn pro_res_and_ffv1_hold_alpha_themselves() {
    for (format, codec, pixels) in
        [(Format::Prores, "prores", "yuva444p12le"), (Format::Ffv1, "ffv1", "yuva420p")]
    {
        let ended = made(format);
        assert_eq!(probed(ended.output(), "stream=codec_name,pix_fmt"), [format!("{codec},{pixels}")]);
        let alpha = raw(ended.output(), &[], "alphaextract,format=gray");
        assert_eq!(alpha.len(), 30 * 128 * 96, "{codec}");
        let (inside, outside) = inside_and_outside(&alpha);
        assert!(inside > 250 && outside < 5, "{codec}: {inside} {outside}");
    }
}

#[test]
fn pictures_are_a_tar_of_pngs() {
    let scene = Scene::new();
    let ended = scene.matte(&green_screen(), |params| params.format = Some(Format::Png));
    let mut tar = tar::Archive::new(std::fs::File::open(ended.output()).unwrap());
    tar.unpack(scene.folder().join("pictures")).unwrap();
    let count = std::fs::read_dir(scene.folder().join("pictures")).unwrap().count();
    assert_eq!(count, 30);
    let first = scene.folder().join("pictures/frame_000001.png");
    assert_eq!(inside_and_outside(&raw(&first, &[], "alphaextract,format=gray")), (255, 0));
}

#[test]
fn the_matte_alone_is_grey_from_black_to_white() {
    let grey = raw(made(Format::Matte).output(), &[], "format=gray");
    let (inside, outside) = inside_and_outside(&grey);
    assert!(inside > 230 && outside < 22, "{inside} {outside}");
}

#[test]
fn a_colour_behind_makes_plain_video() {
    let ended = Scene::new().matte(&green_screen(), |params| {
        params.format = Some(Format::Green);
        params.background = Some(Backdrop::Colour(KeyColour([255, 0, 0])));
    });
    let rgb = raw(ended.output(), &[], "format=rgb24");
    let pixel = |at: usize| [rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]];
    let ([red, green, blue], [r, g, b]) = (pixel(48 * 128 + 120), pixel(48 * 128 + 40));
    assert!(red > 240 && green < 16 && blue < 16, "{red} {green} {blue}");
    assert!(r.abs_diff(128) < 16 && g.abs_diff(128) < 16 && b.abs_diff(128) < 16, "{r} {g} {b}");
}

#[test]
fn a_still_becomes_one_picture() {
    let scene = Scene::new();
    let still = scene.folder().join("still.png");
    let spec = clips::made_from("green_still.png", &green_screen(), &[], &["-frames:v", "1"]);
    std::fs::copy(spec, &still).unwrap();
    let ended = scene.matte(&still, |params| {
        params.format = Some(Format::Png);
        params.one_picture = true;
    });
    assert_eq!(probed(ended.output(), "stream=codec_name,width,height"), ["png,128,96"]);
    let film = scene.matte(&green_screen(), |params| {
        params.format = Some(Format::Png);
        params.one_picture = true;
    });
    assert!(film.failure().message.contains("30 frames"), "{}", film.failure());
}

#[test]
fn hevc_with_alpha_is_made_or_refused_with_what_to_use_instead() {
    let ended = Scene::new().matte(&green_screen(), |params| params.format = Some(Format::Hevc));
    if ended.job.state == reel_types::JobState::Completed {
        assert_eq!(probed(ended.output(), "stream=codec_name,codec_tag_string"), ["hevc,hvc1"]);
        return;
    }
    let failure = ended.failure();
    assert_eq!(failure.kind, reel_types::FailureKind::Missing, "{failure}");
    assert!(
        failure.hint.as_deref().is_some_and(|hint| hint.contains("--format webm or prores")),
        "{failure:?}"
    );
}

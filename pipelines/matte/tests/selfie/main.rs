//! Real people on the real network. Where set-up has not brought it, or the clips are not here, each test says so and is skipped.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should end")]

mod scene;

use reel_matte::ColourSpace;
use reel_matte::finish::{Controls, alpha_from_guess, finish};
use reel_matte::selfie::Tracker;
use reel_testkit::clips::shared_clips;

use scene::{Segmenter, frames, gray, segmenter};

/// What both need.
fn here() -> Option<(Segmenter, std::path::PathBuf)> {
    Some((segmenter()?, shared_clips()?))
}

#[test]
fn the_portrait_is_cut_out_as_by_hand() {
    let Some((mut network, clips)) = here() else { return };
    let picture = frames(&clips.join("stills/portrait.jpg"), 820, 1024, 1).remove(0);
    let guess = Tracker::new(ColourSpace::BT601).step(&picture, &mut network).unwrap();
    let alpha = finish(picture, &guess, &Controls::default()).alpha;
    let truth = gray(&clips.join("stills/portrait.mask.png"));
    let pairs = || alpha.iter().zip(&truth).map(|(alpha, truth)| (*alpha > 127, *truth > 127));
    let both = pairs().filter(|(alpha, truth)| *alpha && *truth).count();
    let either = pairs().filter(|(alpha, truth)| *alpha || *truth).count();
    let shared = both as f64 / either as f64;
    assert!(shared >= 0.98, "{shared}");
}

#[test]
fn the_runner_is_kept_as_long_as_she_is_seen() {
    let Some((mut network, clips)) = here() else { return };
    let mut tracker = Tracker::new(ColourSpace::BT709);
    let (width, height) = (884, 496);
    for (index, picture) in
        frames(&clips.join("people/sprint_vp9_1768x994.mp4"), width, height, 168).iter().enumerate()
    {
        let guess = tracker.step(picture, &mut network).unwrap();
        // From frame 52 on nothing hides her; she walks from right to left at an even pace.
        if index < 52 {
            continue;
        }
        let middle = 700.0 - 4.97 * (index as f64 - 60.0);
        let alpha = alpha_from_guess(picture, &guess);
        let is_near = |at: usize| (at % width).abs_diff(middle as usize) < 80 && at / width > 240;
        let count = alpha.iter().enumerate().filter(|(at, alpha)| **alpha > 127 && is_near(*at)).count();
        assert!(count > 4_500, "frame {index}: {count} pixels around column {middle}");
    }
}

#[test]
fn scenes_without_people_give_nothing() {
    let Some((mut network, clips)) = here() else { return };
    for (name, width, height) in [
        ("formats/bbb_hevc_1080p.ts", 960, 540),
        ("formats/av1_360p.mkv", 640, 360),
        ("formats/hevc_10bit_200.mp4", 200, 200),
        ("formats/actioncam_telemetry.mp4", 848, 480),
    ] {
        let mut tracker = Tracker::new(ColourSpace::BT709);
        for (index, picture) in frames(&clips.join(name), width, height, 60).iter().enumerate() {
            let guess = tracker.step(picture, &mut network).unwrap();
            let alpha = alpha_from_guess(picture, &guess);
            assert!(alpha.iter().all(|alpha| *alpha == 0), "{name}, frame {index}");
        }
    }
}

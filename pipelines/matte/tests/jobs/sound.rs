//! The sound comes along, in time.

use reel_matte::{Format, Moment};
use reel_testkit::clips;

use crate::look::probed;
use crate::scene::Scene;

#[test]
fn sound_is_opus_in_webm_and_copied_into_mov() {
    let scene = Scene::new();
    let source = clips::two_audio();
    let webm = scene.matte(&source, |_| {});
    assert_eq!(probed(webm.output(), "stream=codec_name"), ["vp9", "opus", "opus"]);
    assert_eq!(probed(webm.output(), "stream_tags=language"), ["", "eng", "deu"]);
    let mov = scene.matte(&source, |params| params.format = Some(Format::Prores));
    assert_eq!(probed(mov.output(), "stream=codec_name"), ["prores", "aac", "aac"]);
    let silent = scene.matte(&source, |params| params.no_audio = true);
    assert_eq!(probed(silent.output(), "stream=codec_name"), ["vp9"]);
}

#[test]
fn a_stretch_is_cut_out_with_its_sound() {
    let ended = Scene::new().matte(&clips::with_audio(), |params| {
        params.start = "1.5".parse::<Moment>().ok();
        params.duration = "2".parse::<Moment>().ok();
    });
    assert_eq!(ended.told("frames"), 60);
    let lengths = probed(ended.output(), "packet=stream_index,pts_time");
    let last = |stream: &str| {
        let times = lengths
            .iter()
            .filter_map(|line| line.strip_prefix(stream)?.strip_prefix(',')?.parse::<f64>().ok());
        times.fold(0.0, f64::max)
    };
    assert!((last("0") - 1.967).abs() < 0.01, "{}", last("0"));
    assert!((last("1") - 1.98).abs() < 0.05, "{}", last("1"));
}

#[test]
fn times_of_a_changing_rate_are_kept() {
    let source = clips::vfr_mp4();
    let ended = Scene::new().matte(&source, |_| {});
    let times = |path| -> Vec<f64> {
        probed(path, "packet=pts_time").iter().filter_map(|time| time.parse().ok()).collect()
    };
    let (mut wanted, found) = (times(&source), times(ended.output()));
    wanted.sort_by(f64::total_cmp);
    assert_eq!(wanted.len(), found.len());
    for (wanted, found) in wanted.iter().zip(&found) {
        assert!((wanted - wanted.min(0.0) - found).abs() < 0.0011, "{wanted} {found}");
    }
}

//! Parts encoded one by one and put together have the times of the whole.

use std::path::Path;

use reel_media::InputArgs;
use reel_media::mux::{ConcatPart, concat_video};
use reel_testkit::clips;
use reel_types::CancelToken;
use reel_types::time::Timestamp;

use super::{convert, ffmpeg, hashes, table};

/// Cuts at frames, encodes each part on its own, puts the parts together, compares every time stamp.
fn check(source: &Path, cuts: &[usize], part_ending: &str) {
    let folder = tempfile::tempdir().unwrap();
    let whole = table(source);
    let zero = whole.frames[0].pts;
    let bounds: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([whole.len()]).collect();
    let mut parts = Vec::new();
    for (index, range) in bounds.windows(2).enumerate() {
        let path = folder.path().join(format!("part {index}'.{part_ending}"));
        let select = format!("select='between(n,{},{})',setpts=PTS-STARTPTS", range[0], range[1] - 1);
        let codec =
            ["-an", "-vf", &select, "-fps_mode", "passthrough", "-enc_time_base", "-1", "-c:v", "libx264"];
        let mut args = codec.to_vec();
        let scale = whole.time_base.den.to_string();
        args.extend(["-preset", "veryfast", "-bf", "2", "-x264-params", "open-gop=0"]);
        if part_ending == "mp4" {
            args.extend(["-video_track_timescale", &scale]);
        }
        convert(&InputArgs::source(source), &args, &path);
        let end = whole.frames.get(range[1]).map_or(whole.end().unwrap().ticks, |frame| frame.pts);
        parts.push(ConcatPart { path, duration_ticks: end - whole.frames[range[0]].pts });
    }
    let out = folder.path().join("out.mp4");
    concat_video(&ffmpeg(), &parts, whole.time_base, folder.path(), &out, &CancelToken::new()).unwrap();
    let joined = table(&out);
    let moment = |ticks, base| Timestamp::new(ticks, base);
    let expected: Vec<_> =
        whole.frames.iter().map(|frame| moment(frame.pts - zero, whole.time_base)).collect();
    let found: Vec<_> = joined.frames.iter().map(|frame| moment(frame.pts, joined.time_base)).collect();
    assert_eq!(found, expected, "{}", source.display());
    assert_eq!(hashes(&out, "0:v:0").len(), whole.len());
}

#[test]
fn parts_join_exactly_whatever_the_clock() {
    for ending in ["nut", "mp4"] {
        check(&clips::cfr_h264(4), &[37, 60, 61], ending);
        check(&clips::vfr_mp4(), &[10, 31, 60], ending);
        check(&clips::ntsc_h264(), &[11, 29, 64], ending);
        check(&clips::ts_bframes(), &[13, 90], ending);
    }
}

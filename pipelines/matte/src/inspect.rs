//! Opens the source: what it holds, when each frame is shown, how eyes share the picture.

use std::path::Path;

use reel_engine::{RunContext, RunError};
use reel_media::formats::Container;
use reel_media::probe::VideoStream;
use reel_media::spatial::Spatial;
use reel_media::{Ffmpeg, MediaError, ProbeLimits, Timeline, Unreliable, probe_with_frames};
use reel_types::{Failure, FailureKind};

use crate::backend::Networks;
use crate::check::check_words;
use crate::eyes::Eyes;
use crate::facts::Facts;
use crate::failure::{run_error, usage};
use crate::hevc::HevcEncoder;
use crate::params::{Format, Params, Stereo};
use crate::plan;

pub(crate) fn inspect(
    ffmpeg: &Ffmpeg,
    networks: &Networks,
    params: &Params,
    cx: &RunContext<'_>,
) -> Result<Facts, RunError> {
    let network = check_words(params, &networks.registry())?;
    let path = cx.source(0)?;
    let (media, table) = probe_with_frames(
        ffmpeg,
        &path,
        &ProbeLimits { stills_allowed: true, ..ProbeLimits::default() },
        cx.cancel(),
    )
    .map_err(run_error)?;
    let whole = Timeline::from_table(&table);
    if whole.frame_count == 0 {
        if matches!(table.unreliable, Some(Unreliable::NoTimestamps { .. })) {
            return Err(run_error(MediaError::NoTimes { path }));
        }
        let detail = "it has no picture that is shown".to_owned();
        return Err(run_error(MediaError::Damaged { path, detail }));
    }
    let (timeline, first_frame, to_end) = stretch(params, whole)?;
    let video_index = table.stream_index;
    let still = matches!(media.container, Container::Image) && timeline.frame_count == 1;
    let video = media.video.iter().find(|stream| stream.index == video_index);
    let video = video.ok_or_else(|| RunError::internal("the frame table names no video stream"))?;
    let spatial = spatial(&path, cx).map_err(run_error)?;
    let eyes = eyes(params.stereo, spatial, video)?;
    if params.one_picture && !params.preview && timeline.frame_count > 1 {
        let message = format!("a film of {} frames becomes as many pictures", timeline.frame_count);
        return Err(usage(message, "name a folder after -o; one that ends in `/` is made").into());
    }
    let wants_hevc = params.format == Some(Format::Hevc) && !params.preview;
    let hevc = wants_hevc.then(|| HevcEncoder::probe(ffmpeg, cx.cancel())).transpose()?;
    let facts =
        Facts { media, video_index, timeline, first_frame, to_end, spatial, eyes, still, hevc, network };
    // What cannot be done is said before anything is worked on.
    let plan = plan::plan(params, &facts, cx.site())?;
    for encoder in plan::encoders(params, &plan) {
        ffmpeg.require_encoder(encoder).map_err(run_error)?;
    }
    Ok(facts)
}

/// The frames that were asked for, which of all is the first, and whether they go to the end.
fn stretch(params: &Params, whole: Timeline) -> Result<(Timeline, u32, bool), RunError> {
    if params.start.is_none() && params.duration.is_none() {
        return Ok((whole, 0, true));
    }
    let ticks = |millis: u64| (millis as f64 / 1000.0 / whole.tick.as_f64()).round() as i64;
    let pts = whole.pts();
    let begin = whole.first_ticks + params.start.map_or(0, |start| ticks(start.millis));
    let first = pts.partition_point(|pts| *pts < begin);
    let end = match params.duration {
        Some(duration) => pts.partition_point(|pts| *pts < begin.saturating_add(ticks(duration.millis))),
        None => pts.len(),
    };
    let chosen = pts.get(first..end).filter(|chosen| !chosen.is_empty()).ok_or_else(|| {
        let secs = whole.duration_secs();
        usage(
            format!("no frame lies there: the film is {secs:.2} s long"),
            "choose another --start or --duration",
        )
    })?;
    let next = pts.get(end).copied();
    let last_ticks = next.map_or(whole.last_duration_ticks, |next| next - chosen[chosen.len() - 1]);
    let first = first as u32;
    let timeline = Timeline {
        keys: whole
            .keys
            .iter()
            .filter_map(|key| key.checked_sub(first))
            .filter(|key| (*key as usize) < chosen.len())
            .collect(),
        unreliable: whole.unreliable.clone(),
        ..Timeline::from_pts(whole.tick, chosen, last_ticks)
    };
    Ok((timeline, first, next.is_none()))
}

/// What the file says, else its owner's name for it.
fn spatial(path: &Path, cx: &RunContext<'_>) -> Result<Spatial, MediaError> {
    let told = Spatial::told_by(path)?;
    let name = cx.source_name(0).map_or(path, Path::new);
    let named = name.file_stem().map(|stem| Spatial::of_name(&stem.to_string_lossy())).unwrap_or_default();
    Ok(Spatial { stereo: told.stereo.or(named.stereo), projection: told.projection.or(named.projection) })
}

/// How eyes share the picture: as asked, else as the file says.
fn eyes(asked: Stereo, told: Spatial, video: &VideoStream) -> Result<Eyes, Failure> {
    use reel_media::spatial::Stereo as Told;
    let eyes = match (asked, told.stereo) {
        (Stereo::Sbs, _) => Eyes::SideBySide,
        (Stereo::Tb, _) => Eyes::TopBottom,
        (Stereo::Auto, Some(Told::SideBySide | Told::SideBySideSwapped)) => Eyes::SideBySide,
        (Stereo::Auto, Some(Told::TopBottom | Told::TopBottomSwapped)) => Eyes::TopBottom,
        (Stereo::None | Stereo::Auto, _) => Eyes::One,
    };
    let (width, height) = video.shown_size();
    match eyes.size_of_each(width as usize, height as usize) {
        Some(_) => Ok(eyes),
        None if asked == Stereo::Auto => Ok(Eyes::One),
        None => {
            let message = format!(
                "a picture of {width}x{height} cannot be halved: each eye needs an even number of pixels"
            );
            Err(Failure::new(FailureKind::Usage, message)
                .with_hint("leave out --stereo, or crop the film to a multiple of 4 first"))
        }
    }
}

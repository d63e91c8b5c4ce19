//! FFmpeg and what this build of it can do.

use std::sync::Arc;

use reel_media::{Ffmpeg, encoder_probe};

use super::check::{Check, State};
use crate::settings::Settings;
use crate::text::shown;

/// Encoder, what it makes, whether the plain command needs it.
const VIDEO: [(&str, &str, bool); 4] = [
    ("libx264", "H.264", true),
    ("libx265", "HEVC", false),
    ("libsvtav1", "AV1", false),
    ("libvpx-vp9", "VP9", false),
];
const AUDIO: [(&str, &str, bool); 2] = [("aac", "AAC", true), ("libopus", "Opus", false)];
const FILTERS: [(&str, &str); 2] = [("zscale", "HDR sources"), ("tonemap", "HDR sources")];

const BRING: &str = "a fuller FFmpeg brings it: apt-get install ffmpeg";

/// The checks, and FFmpeg if it is here.
pub(super) fn checks(settings: &Settings) -> (Vec<Check>, Option<Arc<Ffmpeg>>) {
    let ffmpeg = match Ffmpeg::discover(settings.ffmpeg.as_deref(), settings.ffprobe.as_deref()) {
        Ok(ffmpeg) => ffmpeg,
        Err(error) => {
            let failure = error.failure();
            let check = Check::new("FFmpeg", State::Missing, failure.message);
            return (
                vec![check.with_bring(failure.hint.unwrap_or_else(|| "apt-get install ffmpeg".into()))],
                None,
            );
        }
    };
    let found = format!("{} at {}", ffmpeg.version(), shown(ffmpeg.ffmpeg()));
    let mut checks = vec![
        Check::new("FFmpeg", State::Ok, found),
        Check::new("ffprobe", State::Ok, shown(ffmpeg.ffprobe())),
    ];
    checks.extend(VIDEO.iter().map(|(encoder, makes, needed)| video(&ffmpeg, encoder, makes, *needed)));
    checks.extend(AUDIO.iter().map(|(encoder, makes, needed)| audio(&ffmpeg, encoder, makes, *needed)));
    checks.extend(FILTERS.iter().map(|(filter, what_for)| self::filter(&ffmpeg, filter, what_for)));
    (checks, Some(ffmpeg))
}

/// By trying: that an encoder is compiled in does not say that it works.
fn video(ffmpeg: &Ffmpeg, encoder: &str, makes: &str, needed: bool) -> Check {
    let name = format!("encoder {encoder}");
    if !ffmpeg.has_encoder(encoder) {
        return Check::new(name, lacking(needed), format!("not in this FFmpeg: no {makes}"))
            .with_bring(BRING);
    }
    match encoder_probe::try_encoder(ffmpeg, encoder, None) {
        Ok(()) => Check::new(name, State::Ok, format!("{makes}; tried, works")),
        Err(said) => {
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            Check::new(name, lacking(needed), format!("{makes}; tried, does not work: {last}"))
                .with_bring(BRING)
        }
    }
}

fn audio(ffmpeg: &Ffmpeg, encoder: &str, makes: &str, needed: bool) -> Check {
    let name = format!("encoder {encoder}");
    if ffmpeg.has_encoder(encoder) {
        Check::new(name, State::Ok, makes)
    } else {
        Check::new(name, lacking(needed), format!("not in this FFmpeg: no {makes}")).with_bring(BRING)
    }
}

fn filter(ffmpeg: &Ffmpeg, filter: &str, what_for: &str) -> Check {
    let name = format!("filter {filter}");
    if ffmpeg.has_filter(filter) {
        Check::new(name, State::Ok, what_for)
    } else {
        Check::new(name, State::Absent, format!("not in this FFmpeg: {what_for} are refused"))
            .with_bring(BRING)
    }
}

fn lacking(needed: bool) -> State {
    if needed { State::Missing } else { State::Absent }
}

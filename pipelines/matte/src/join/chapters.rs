//! The film's chapters on the result's clock.

use reel_media::probe::Chapter;
use reel_media::webm::WebmChapter;
use reel_types::time::{Rational, Timestamp};

use crate::facts::Facts;

const NANOSECOND: Rational = Rational { num: 1, den: 1_000_000_000 };

/// Those that lie in the film, or in the stretch of it that was asked for, from the result's zero; cut to it.
pub(super) fn chapters(facts: &Facts) -> Vec<Chapter> {
    let timeline = &facts.timeline;
    let last_ticks = timeline.pts().last().copied().unwrap_or(timeline.first_ticks);
    let end_ticks = last_ticks.saturating_add(timeline.last_duration_ticks.max(1));
    let nanos = |time: Timestamp| Some(time.rescale(NANOSECOND)?.ticks);
    let zero = nanos(facts.origin());
    let end = nanos(Timestamp::new(end_ticks, timeline.tick));
    let Some((zero, end)) = zero.zip(end) else { return Vec::new() };
    let cut = |chapter: &Chapter| {
        let start_nanos = chapter.start_nanos.max(zero).checked_sub(zero)?;
        let end_nanos = chapter.end_nanos.min(end).checked_sub(zero)?;
        (start_nanos < end_nanos).then(|| Chapter { start_nanos, end_nanos, title: chapter.title.clone() })
    };
    facts.media.chapters.iter().filter_map(cut).collect()
}

/// The same for our own muxer, which has unsigned times.
pub(super) fn webm_chapters(facts: &Facts) -> Vec<WebmChapter> {
    let convert = |chapter: Chapter| {
        let nanos = |nanos: i64| u64::try_from(nanos).ok();
        let (start_nanos, end_nanos) = (nanos(chapter.start_nanos)?, nanos(chapter.end_nanos));
        Some(WebmChapter { start_nanos, end_nanos, title: chapter.title.unwrap_or_default(), language: None })
    };
    chapters(facts).into_iter().filter_map(convert).collect()
}

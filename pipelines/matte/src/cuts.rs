//! Where the film is cut into chunks.

use reel_media::Timeline;

use crate::words::ChunkChoice;

/// What a killed process may lose, in work: a chunk takes about a minute. Below twice as much, one does it all.
const CHUNK_WORK_SECS: f64 = 60.0;
/// Pixels that a core works through in a second, roughly: decoding, finishing and encoding together.
const PIXELS_A_CORE: f64 = 40e6;
/// Shorter chunks would spend more on their beginnings than they save.
const CHUNK_SECS_MIN: f64 = 4.0;
/// A chunk decodes from the key frame before it; one that lies further back costs more than the cut saves.
const KEY_FAR_SECS: f64 = 60.0;
/// How far a cut moves to meet a key frame, as a part of the chunk.
const SNAP: f64 = 0.2;

/// The first frame of each chunk, beginning with 0, and why it is one although it is long.
pub(crate) fn cuts(
    timeline: &Timeline,
    choice: ChunkChoice,
    pixels: u64,
    cores: u32,
) -> (Vec<u32>, Option<String>) {
    let secs = timeline.duration_secs();
    let work_secs =
        f64::from(timeline.frame_count) * pixels as f64 / (PIXELS_A_CORE * f64::from(cores.max(1)));
    let count = match choice {
        ChunkChoice::Auto => (work_secs / CHUNK_WORK_SECS).min(secs / CHUNK_SECS_MIN).round() as u32,
        ChunkChoice::None => 1,
        // A film whose times lie far apart has no more chunks than pictures.
        ChunkChoice::Millis(millis) => {
            ((secs * 1000.0 / millis.max(1) as f64).round() as u32).min(timeline.frame_count)
        }
    };
    if count <= 1 {
        return (vec![0], None);
    }
    if !timeline.is_reliable() {
        let why = timeline.unreliable.as_deref().unwrap_or("its time stamps do not rise");
        return (vec![0], Some(format!("not cut into chunks, because the frame table is not exact: {why}")));
    }
    (even(timeline, count), None)
}

fn even(timeline: &Timeline, count: u32) -> Vec<u32> {
    let pts = timeline.pts();
    let at = |index: u32| pts.get(index as usize).copied().unwrap_or(timeline.first_ticks);
    let length = timeline.duration_secs() / timeline.tick.as_f64();
    let reach = (length / f64::from(count) * SNAP) as i64;
    let mut cuts = vec![0_u32];
    for number in 1..count {
        let wanted = timeline.first_ticks + (length * f64::from(number) / f64::from(count)).round() as i64;
        let far = |key: &u32| (at(*key) - wanted).abs();
        let nearest = timeline.keys.iter().copied().min_by_key(far).filter(|key| far(key) <= reach);
        let cut = nearest.unwrap_or_else(|| pts.partition_point(|pts| *pts < wanted) as u32);
        let key = timeline.key_at_or_before(cut).unwrap_or(0);
        let is_near = timeline.secs(at(cut) - at(key)) <= KEY_FAR_SECS;
        if cuts.last().is_some_and(|last| cut > *last) && cut < timeline.frame_count && is_near {
            cuts.push(cut);
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use reel_types::time::Rational;

    use super::*;

    fn film(secs: u32) -> Timeline {
        let pts: Vec<i64> = (0..i64::from(secs) * 25).collect();
        let timeline = Timeline::from_pts(Rational { num: 1, den: 25 }, &pts, 1);
        Timeline { keys: (0..secs * 25).step_by(100).collect(), ..timeline }
    }

    #[test]
    fn a_chunk_is_about_a_minute_of_work_and_begins_at_a_key() {
        let (first_frames, because) = cuts(&film(120), ChunkChoice::Auto, 1920 * 1080, 2);
        assert_eq!((first_frames.first(), because), (Some(&0), None));
        // 120 s of 25 frames of 2 Mpixel at 80 Mpixel/s are 78 s of work.
        assert_eq!(first_frames.len(), 1);
        let (first_frames, _) = cuts(&film(600), ChunkChoice::Auto, 1920 * 1080, 2);
        assert_eq!(first_frames.len(), 6);
        assert!(first_frames.iter().all(|first| first % 100 == 0), "{first_frames:?}");
        assert_eq!(cuts(&film(6), ChunkChoice::Auto, 3840 * 2160, 1).0.len(), 1);
    }

    #[test]
    fn chunks_are_as_long_as_asked_for_whatever_the_work() {
        let count = |choice| cuts(&film(20), choice, 128 * 96, 2).0.len();
        assert_eq!(count(ChunkChoice::Auto), 1);
        assert_eq!(count(ChunkChoice::Millis(2000)), 10);
        assert_eq!(cuts(&film(600), ChunkChoice::None, 3840 * 2160, 1).0, [0]);
    }

    #[test]
    fn a_film_that_is_not_known_frame_by_frame_is_not_cut() {
        let timeline = Timeline { unreliable: Some("fields".to_owned()), ..film(600) };
        let (first_frames, because) = cuts(&timeline, ChunkChoice::Auto, 1920 * 1080, 2);
        assert_eq!(first_frames, [0]);
        assert!(because.is_some_and(|because| because.contains("fields")));
    }
}

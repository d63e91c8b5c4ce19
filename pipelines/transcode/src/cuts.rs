//! Where the film is cut: frame indices, near key frames of the source where there are some.

use crate::codec::Encoder;
use crate::words::ChunkChoice;
use reel_media::Timeline;

/// Below this, one process does it all.
const WHOLE_BELOW_SECS: f64 = 120.0;
/// What a killed process may lose.
const SERIAL_SECS: f64 = 60.0;
/// Shorter parallel chunks would spend more on their beginnings than they gain.
const PARALLEL_SECS_MIN: f64 = 2.5;
/// Parallel chunks are about this long, and longer in long films.
const PARALLEL_SECS: std::ops::RangeInclusive<f64> = 20.0..=60.0;
/// One libvpx process with its rows side by side fills so many cores: 1.87 of 2 at 1080p. Two chunks there took 8 % more
/// CPU, 4 % more time and 3 % more bytes than one process.
const CORES_FILLED: u32 = 2;
/// A chunk decodes from the key frame before it. One that lies further back costs more than the cut saves, and an
/// encoder that gets no frame for so long is taken for dead.
const KEY_FAR_SECS: f64 = 60.0;
/// How far a cut moves to meet a key frame, as a part of the chunk.
const SNAP: f64 = 0.2;

/// How the film is cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cuts {
    /// The first frame of each chunk; begins with 0.
    pub first_frames: Vec<u32>,
    /// How many chunks run side by side, each with its share of the cores; 1: one after another, each with all.
    pub side_by_side: u32,
    /// Why it is one chunk although more were asked for or would pay.
    pub whole_because: Option<String>,
}

impl Cuts {
    /// One chunk.
    pub fn whole(because: Option<String>) -> Self {
        Self { first_frames: vec![0], side_by_side: 1, whole_because: because }
    }

    /// What `choice` asks for, as far as the frame table can be trusted.
    pub fn of(timeline: &Timeline, encoder: Encoder, choice: ChunkChoice, cores: u32) -> Self {
        let duration_secs = timeline.duration_secs();
        let streams = match choice {
            _ if !encoder.gains_from_parallel_chunks() => 1,
            ChunkChoice::Auto => cores / CORES_FILLED,
            ChunkChoice::None | ChunkChoice::Millis(_) => cores,
        };
        let count = match choice {
            ChunkChoice::None => 1,
            ChunkChoice::Millis(millis) => (duration_secs * 1000.0 / millis as f64).round().max(1.0) as u32,
            ChunkChoice::Auto if streams >= 2 => parallel_count(duration_secs, streams),
            ChunkChoice::Auto if duration_secs < WHOLE_BELOW_SECS => 1,
            ChunkChoice::Auto => (duration_secs / SERIAL_SECS).round().max(1.0) as u32,
        };
        if count <= 1 {
            return Self::whole(None);
        }
        if !timeline.is_reliable() {
            let why = timeline.unreliable.as_deref().unwrap_or("its time stamps do not rise");
            return Self::whole(Some(format!(
                "not cut into chunks, because the frame table is not exact: {why}"
            )));
        }
        let first_frames = even_cuts(timeline, count);
        if first_frames.len() <= 1 {
            return Self::whole(None);
        }
        let side_by_side = streams.clamp(1, first_frames.len() as u32);
        Self { first_frames, side_by_side, whole_because: None }
    }
}

/// A multiple of the streams, so that they end together.
fn parallel_count(duration_secs: f64, streams: u32) -> u32 {
    let most = (duration_secs / PARALLEL_SECS_MIN) as u32;
    let wanted_secs = (duration_secs / 50.0).clamp(*PARALLEL_SECS.start(), *PARALLEL_SECS.end());
    let rounds = (duration_secs / (wanted_secs * f64::from(streams))).round().max(1.0) as u32;
    (rounds * streams).min(most)
}

fn even_cuts(timeline: &Timeline, count: u32) -> Vec<u32> {
    let pts = timeline.pts();
    let first = pts[0];
    let length = timeline.duration_secs() / timeline.tick.as_f64();
    let reach = (length / f64::from(count) * SNAP) as i64;
    let mut cuts = vec![0_u32];
    for number in 1..count {
        let wanted = first + (length * f64::from(number) / f64::from(count)).round() as i64;
        let index = pts.partition_point(|pts| *pts < wanted) as u32;
        let cut = nearest_key(timeline, &pts, wanted, reach).unwrap_or(index);
        if cut > cuts[cuts.len() - 1] && (cut as usize) < pts.len() && has_key_near(timeline, &pts, cut) {
            cuts.push(cut);
        }
    }
    cuts
}

fn has_key_near(timeline: &Timeline, pts: &[i64], cut: u32) -> bool {
    let key = timeline.key_at_or_before(cut).unwrap_or(0);
    timeline.secs(pts[cut as usize] - pts[key as usize]) <= KEY_FAR_SECS
}

fn nearest_key(timeline: &Timeline, pts: &[i64], wanted: i64, reach: i64) -> Option<u32> {
    let far = |key: &u32| (pts[*key as usize] - wanted).abs();
    let after = timeline.keys.partition_point(|key| pts[*key as usize] < wanted);
    let around = &timeline.keys[after.saturating_sub(1)..(after + 1).min(timeline.keys.len())];
    around.iter().copied().min_by_key(far).filter(|key| far(key) <= reach)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reel_types::time::Rational;

    use super::*;

    fn film(secs: u32, key_every: u32) -> Timeline {
        let pts: Vec<i64> = (0..i64::from(secs) * 25).map(|n| n * 512).collect();
        let mut timeline = Timeline::from_pts(Rational::new(1, 12_800).unwrap(), &pts, 512);
        timeline.keys = (0..secs * 25).step_by(key_every as usize).collect();
        timeline
    }

    fn count(secs: u32, encoder: Encoder, cores: u32) -> (usize, u32) {
        let cuts = Cuts::of(&film(secs, 50), encoder, ChunkChoice::Auto, cores);
        (cuts.first_frames.len(), cuts.side_by_side)
    }

    #[test]
    fn short_films_are_whole_where_one_process_fills_the_machine() {
        for encoder in [Encoder::Libx264, Encoder::Libx265, Encoder::Libsvtav1, Encoder::H264Nvenc] {
            assert_eq!(count(119, encoder, 2), (1, 1));
            assert_eq!(count(300, encoder, 2), (5, 1));
        }
    }

    #[test]
    fn vp9_runs_side_by_side_where_one_process_cannot_fill_the_cores() {
        assert_eq!(count(10, Encoder::LibvpxVp9, 2), (1, 1));
        assert_eq!(count(300, Encoder::LibvpxVp9, 2), (5, 1));
        assert_eq!(count(10, Encoder::LibvpxVp9, 4), (2, 2));
        assert_eq!(count(10, Encoder::LibvpxVp9, 16), (4, 4));
        assert_eq!(count(100, Encoder::LibvpxVp9, 8), (4, 4));
        assert_eq!(count(600, Encoder::LibvpxVp9, 8), (32, 4));
        assert_eq!(count(4, Encoder::LibvpxVp9, 8), (1, 1));
        let asked = Cuts::of(&film(10, 50), Encoder::LibvpxVp9, "1".parse().unwrap(), 2);
        assert_eq!((asked.first_frames.len(), asked.side_by_side), (10, 2));
    }

    #[test]
    fn cuts_meet_key_frames_near_by() {
        let cuts = Cuts::of(&film(10, 60), Encoder::Libx264, "5".parse().unwrap(), 2);
        assert_eq!(cuts.first_frames, [0, 120]);
        let far_apart = Cuts::of(&film(10, 250), Encoder::Libx264, "5".parse().unwrap(), 2);
        assert_eq!(far_apart.first_frames, [0, 125]);
    }

    #[test]
    fn no_cut_is_made_where_a_chunk_would_decode_for_minutes_before_it_begins() {
        let one_key = Cuts::of(&film(600, 600 * 25), Encoder::Libx264, ChunkChoice::Auto, 2);
        assert_eq!(one_key.first_frames, [0, 1500]);
        let few_keys = Cuts::of(&film(600, 200 * 25), Encoder::Libx264, ChunkChoice::Auto, 2);
        assert_eq!(few_keys.first_frames, [0, 1500, 6000, 10_500]);
    }

    #[test]
    fn a_table_that_is_not_exact_is_not_cut_by() {
        let mut timeline = film(10, 50);
        timeline.unreliable = Some("3 packets have no time stamp".to_owned());
        let cuts = Cuts::of(&timeline, Encoder::LibvpxVp9, ChunkChoice::Auto, 4);
        assert_eq!(cuts.first_frames, [0]);
        assert!(cuts.whole_because.unwrap().contains("no time stamp"));
    }

    proptest! {
        #[test]
        fn chunks_tile_the_film(
            steps in prop::collection::vec(1_i64..4000, 1..400),
            keys in prop::collection::btree_set(0_u32..400, 0..40),
            millis in 500_u64..5_000,
            cores in 1_u32..9,
        ) {
            let mut pts = vec![-77];
            pts.extend(steps.iter().scan(-77, |now, step| { *now += step; Some(*now) }));
            let mut timeline = Timeline::from_pts(Rational::new(1, 1000).unwrap(), &pts, 40);
            timeline.keys = keys.into_iter().filter(|key| (*key as usize) < pts.len()).collect();
            for encoder in [Encoder::Libx264, Encoder::LibvpxVp9] {
                for choice in [ChunkChoice::Millis(millis), ChunkChoice::Auto, ChunkChoice::None] {
                    let cuts = Cuts::of(&timeline, encoder, choice, cores);
                    prop_assert_eq!(cuts.first_frames[0], 0);
                    prop_assert!(cuts.first_frames.windows(2).all(|pair| pair[0] < pair[1]));
                    prop_assert!(cuts.first_frames.iter().all(|cut| *cut < timeline.frame_count));
                }
            }
        }
    }
}

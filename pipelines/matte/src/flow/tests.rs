//! Stages that fail: the others end, and the one that failed has the word.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use reel_engine::{RunError, Site};
use reel_media::child::living;
use reel_media::{Ffmpeg, ProbeLimits, Timeline, probe_with_frames};
use reel_testkit::clips;
use reel_types::{CancelToken, FailureKind};

use super::{Made, through};
use crate::backend::{Backend, Finish};
use crate::chunk::{Chunk, FilmChunk};
use crate::decode::Decoder;
use crate::edge::Edge;
use crate::encode::Encoders;
use crate::eyes::Eyes;
use crate::facts::Facts;
use crate::params::{Model, Params};
use crate::patience::Patience;
use crate::picture::{Matted, Picture};
use crate::plan::plan;

/// Longer than any of these takes; one that never ends is told from one that does.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
enum Fault {
    None,
    /// The guess at this picture panics.
    GuessPanics(u32),
    /// The guess at this picture is an error.
    GuessFails(u32),
    /// The finishing of this picture panics.
    FinishPanics(u32),
}

struct Faulty {
    fault: Fault,
    seen: u32,
}

impl Backend for Faulty {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        let index = self.seen;
        self.seen += 1;
        let is_lost = match self.fault {
            Fault::GuessPanics(at) if at == index => panic!("the guess fell over"),
            Fault::GuessFails(at) if at == index => {
                return Err(RunError::failed(FailureKind::Input, "the network says no"));
            }
            Fault::FinishPanics(at) => at == index,
            _ => false,
        };
        let finish = move |_: &Picture| -> Finish {
            Box::new(move |picture: Picture, _: &_| {
                assert!(!is_lost, "the finishing fell over");
                Matted { alpha: vec![255; picture.width() * picture.height()], picture }
            })
        };
        Ok(rows.iter().map(finish).collect())
    }
}

fn site() -> Site {
    Site { cores: 2, memory_bytes: 8 << 30, gpu: false }
}

/// The only chunk of three seconds: 90 pictures, more than there are buffers.
fn chunk(ffmpeg: &Ffmpeg, source: &Path) -> FilmChunk {
    let limits = ProbeLimits::default();
    let (media, table) = probe_with_frames(ffmpeg, source, &limits, &CancelToken::new()).unwrap();
    let facts = Facts {
        media,
        video_index: table.stream_index,
        timeline: Timeline::from_table(&table),
        first_frame: 0,
        to_end: true,
        spatial: reel_media::spatial::Spatial::default(),
        eyes: Eyes::One,
        still: false,
        hevc: None,
        network: None,
    };
    let params = Params { model: Model::Chroma, ..Params::default() };
    let planned = plan(&params, &facts, &site()).unwrap();
    match planned.chunks.into_iter().next().map(|spec| spec.chunk) {
        Some(Chunk::Film(chunk)) => *chunk,
        other => panic!("{other:?}"),
    }
}

/// Runs a chunk with this fault; fails when it does not end.
fn ended(fault: Fault) -> Result<Made, RunError> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let ffmpeg: Arc<Ffmpeg> = Ffmpeg::discover(None, None).unwrap();
        let source = clips::cfr_h264(3);
        let chunk = chunk(&ffmpeg, &source);
        let scratch = tempfile::tempdir().unwrap();
        let (cancel, patience) = (CancelToken::new(), Patience::default());
        let (encoders, _) = Encoders::start(&ffmpeg, &patience, &chunk, scratch.path(), &cancel).unwrap();
        let mut decoder = Decoder::cpu();
        let reader = decoder.open(&ffmpeg, &patience, &chunk, &source, &cancel).unwrap();
        let edge = Edge::new(&chunk.look, None);
        let mut backend = Faulty { fault, seen: 0 };
        let made = through((&decoder, reader), &chunk, &mut backend, &edge, encoders, |_| {});
        let _ = sender.send((made, living()));
    });
    let (made, left) = receiver.recv_timeout(LIMIT).expect("it ends");
    assert_eq!(left, 0, "children are left");
    made
}

#[track_caller]
fn check(fault: Fault, kind: FailureKind, said: &str) {
    match ended(fault) {
        Err(RunError::Failed(failure)) => {
            assert_eq!(failure.kind, kind);
            assert!(failure.message.contains(said), "{}", failure.message);
        }
        Err(other) => panic!("{other:?}"),
        Ok(made) => panic!("{} pictures", made.pts.len()),
    }
}

/// How many children live with the encoders started, and after they were dropped unfinished.
fn dropped() -> (usize, usize) {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let ffmpeg = Ffmpeg::discover(None, None).unwrap();
        let chunk = chunk(&ffmpeg, &clips::cfr_h264(3));
        let scratch = tempfile::tempdir().unwrap();
        let (cancel, patience) = (CancelToken::new(), Patience::default());
        let started = Encoders::start(&ffmpeg, &patience, &chunk, scratch.path(), &cancel).unwrap();
        let before = living();
        drop(started);
        let _ = sender.send((before, living()));
    });
    receiver.recv_timeout(LIMIT).expect("it ends")
}

/// One test, so that children of another are not counted.
#[test]
fn whatever_stage_fails_the_others_end_and_it_has_the_word() {
    assert_eq!(ended(Fault::None).map(|made| made.pts.len()).ok(), Some(90));
    for at in [0, 3, 89] {
        check(Fault::FinishPanics(at), FailureKind::Internal, "finishing panicked: the finishing fell over");
        check(Fault::GuessPanics(at), FailureKind::Internal, "guessing panicked: the guess fell over");
        check(Fault::GuessFails(at), FailureKind::Input, "the network says no");
    }
    assert_eq!(dropped(), (2, 0), "a reader that does not open must not leave encoders behind");
}

//! The encoders of one chunk: one child for each plane that gets its own, side by side.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reel_engine::RunError;
use reel_media::raw::{FrameWriter, FrameWriterSpec};
use reel_media::{Ffmpeg, MediaError};
use reel_types::{CancelToken, FailureKind};

use crate::chunk::FilmChunk;
use crate::codec::{Plane, lanes};
use crate::failure::stage_error;
use crate::patience::Patience;
use crate::picture::Matted;

/// Pictures that wait for one encoder while another is still at earlier ones.
const WAITING_MAX: usize = 4;

/// A picture that several encoders read. Its buffer goes back when the last has done so.
pub(crate) struct Held {
    matted: Matted,
    give_back: Sender<Vec<u8>>,
}

impl Held {
    pub(crate) fn new(matted: Matted, give_back: Sender<Vec<u8>>) -> Self {
        Self { matted, give_back }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let picture = std::mem::take(&mut self.matted.picture);
        // Nobody waits for it once the decoder is through.
        let _ = self.give_back.send(picture.into_samples());
    }
}

/// The encoders of one chunk. Dropping them ends them and waits for that.
pub(crate) struct Encoders {
    lanes: Vec<Lane>,
    /// What they make is not wanted any more.
    is_given_up: Arc<AtomicBool>,
}

struct Lane {
    plane: Plane,
    pictures: SyncSender<(i64, Arc<Held>)>,
    thread: JoinHandle<Result<f64, MediaError>>,
}

/// A file that an encoder leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Left {
    pub(crate) name: &'static str,
    pub(crate) mime: &'static str,
    pub(crate) path: PathBuf,
}

impl Encoders {
    /// Starts them; their files appear in `scratch`.
    pub(crate) fn start(
        ffmpeg: &Ffmpeg,
        patience: &Patience,
        chunk: &FilmChunk,
        scratch: &Path,
        cancel: &CancelToken,
    ) -> Result<(Self, Vec<Left>), RunError> {
        // From the first on: when the second does not start, nobody else ends the first.
        let mut encoders = Self { lanes: Vec::new(), is_given_up: Arc::default() };
        let mut left = Vec::new();
        for lane in lanes(&chunk.look, chunk.clock) {
            let path = scratch.join(lane.file);
            let spec = FrameWriterSpec {
                width: chunk.look.width,
                height: chunk.look.height,
                pix_fmt: lane.plane.pix_fmt().to_owned(),
                time_base: chunk.clock.track_tick(),
                sample_aspect: chunk.look.sample_aspect,
                more_inputs: Vec::new(),
                encoder_args: lane.args.into_iter().map(Into::into).collect(),
                stall_timeout: patience.encode,
                out: path.clone(),
            };
            let plane = lane.plane;
            let writer = FrameWriter::create(ffmpeg, &spec, cancel).map_err(|error| said(plane, error))?;
            let (pictures, receiver) = sync_channel(WAITING_MAX);
            let is_given_up = Arc::clone(&encoders.is_given_up);
            let thread = std::thread::Builder::new()
                .name(format!("encode {}", lane.file))
                .spawn(move || encode(writer, plane, &receiver, &is_given_up));
            let thread = thread.map_err(|error| {
                RunError::failed(FailureKind::Transient, format!("cannot start a thread: {error}"))
            })?;
            encoders.lanes.push(Lane { plane, pictures, thread });
            left.push(Left { name: lane.file, mime: lane.mime, path });
        }
        Ok((encoders, left))
    }

    /// Hands a picture to all; false when one of them takes no more.
    pub(crate) fn write(&mut self, tick: i64, held: &Arc<Held>) -> bool {
        self.lanes.iter().all(|lane| lane.pictures.send((tick, Arc::clone(held))).is_ok())
    }

    /// Waits for all; answers with how many seconds the slowest of them worked. The first that failed has the word: the rest then only got no more pictures.
    pub(crate) fn finish(mut self) -> Result<f64, RunError> {
        let mut secs = 0.0;
        let mut failed = None;
        for (plane, ended) in self.join() {
            match ended {
                Ok(lane_secs) => secs = f64::max(secs, lane_secs),
                Err(error) if error.is_cancelled() => return Err(RunError::Cancelled),
                Err(error) => failed = failed.or(Some((plane, error))),
            }
        }
        match failed {
            Some((plane, error)) => Err(said(plane, error)),
            None => Ok(secs),
        }
    }

    fn join(&mut self) -> Vec<(Plane, Result<f64, MediaError>)> {
        // All hear that there is no more before the first is waited for.
        let threads: Vec<_> = self.lanes.drain(..).map(|lane| (lane.plane, lane.thread)).collect();
        let joined = |thread: JoinHandle<_>| {
            thread
                .join()
                .unwrap_or_else(|_| Err(MediaError::Mismatch("an encoder's thread panicked".to_owned())))
        };
        threads.into_iter().map(|(plane, thread)| (plane, joined(thread))).collect()
    }
}

impl Drop for Encoders {
    fn drop(&mut self) {
        self.is_given_up.store(true, Ordering::Relaxed);
        drop(self.join());
    }
}

fn said(plane: Plane, error: MediaError) -> RunError {
    stage_error(&format!("encode {}", plane.as_str()), error)
}

/// Answers with the seconds in which the encoder worked: while it takes a picture, and until it has ended.
fn encode(
    mut writer: FrameWriter,
    plane: Plane,
    pictures: &Receiver<(i64, Arc<Held>)>,
    is_given_up: &AtomicBool,
) -> Result<f64, MediaError> {
    let mut scratch = Vec::new();
    let mut busy = Duration::ZERO;
    while let Ok((tick, held)) = pictures.recv() {
        if is_given_up.load(Ordering::Relaxed) {
            break;
        }
        let began = Instant::now();
        plane.write(&mut writer, tick, &held.matted, &mut scratch)?;
        busy += began.elapsed();
    }
    if is_given_up.load(Ordering::Relaxed) {
        // Dropping the writer ends its child.
        return Ok(0.0);
    }
    let began = Instant::now();
    writer.finish_all()?;
    Ok((busy + began.elapsed()).as_secs_f64())
}

impl std::ops::Deref for Held {
    type Target = Matted;

    fn deref(&self) -> &Matted {
        &self.matted
    }
}

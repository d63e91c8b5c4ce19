//! The encoders of one chunk: one child for each plane that gets its own, side by side.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;

use reel_engine::RunError;
use reel_media::raw::{FrameWriter, FrameWriterSpec};
use reel_media::{Ffmpeg, MediaError};
use reel_types::{CancelToken, FailureKind};

use crate::chunk::FilmChunk;
use crate::codec::{Plane, lanes};
use crate::failure::run_error;
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

/// The encoders of one chunk.
pub(crate) struct Encoders(Vec<Lane>);

struct Lane {
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
        let mut running = Vec::new();
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
            let writer = FrameWriter::create(ffmpeg, &spec, cancel).map_err(run_error)?;
            let (pictures, receiver) = sync_channel(WAITING_MAX);
            let plane = lane.plane;
            let thread = std::thread::Builder::new()
                .name(format!("encode {}", lane.file))
                .spawn(move || encode(writer, plane, &receiver));
            let thread = thread.map_err(|error| {
                RunError::failed(FailureKind::Transient, format!("cannot start a thread: {error}"))
            })?;
            running.push(Lane { pictures, thread });
            left.push(Left { name: lane.file, mime: lane.mime, path });
        }
        Ok((Self(running), left))
    }

    /// Hands a picture to all; false when one of them takes no more.
    pub(crate) fn write(&mut self, tick: i64, held: &Arc<Held>) -> bool {
        self.0.iter().all(|lane| lane.pictures.send((tick, Arc::clone(held))).is_ok())
    }

    /// Waits for all; answers with their CPU seconds.
    pub(crate) fn finish(self) -> Result<f64, RunError> {
        // All hear that there is no more before the first is waited for.
        let (pictures, threads): (Vec<_>, Vec<_>) =
            self.0.into_iter().map(|lane| (lane.pictures, lane.thread)).unzip();
        drop(pictures);
        let mut ended = Vec::new();
        for thread in threads {
            ended.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        ended.into_iter().sum::<Result<f64, MediaError>>().map_err(run_error)
    }
}

fn encode(
    mut writer: FrameWriter,
    plane: Plane,
    pictures: &Receiver<(i64, Arc<Held>)>,
) -> Result<f64, MediaError> {
    let mut scratch = Vec::new();
    while let Ok((tick, held)) = pictures.recv() {
        plane.write(&mut writer, tick, &held.matted, &mut scratch)?;
    }
    let report = writer.finish()?;
    Ok(report.user_secs + report.sys_secs)
}

impl std::ops::Deref for Held {
    type Target = Matted;

    fn deref(&self) -> &Matted {
        &self.matted
    }
}

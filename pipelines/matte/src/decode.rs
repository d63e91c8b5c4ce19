//! Which decoder gives the pictures of a chunk: a GPU's where it was seen to give the same ones, else the CPU's.

use std::path::Path;
use std::sync::OnceLock;

use reel_device::{DeviceFault, FaultClass, Lease};
use reel_engine::RunError;
use reel_media::probe::VideoStream;
use reel_media::raw::{FrameReader, FrameReaderSpec, OnGpu};
use reel_media::{Ffmpeg, GpuDecoding, MediaError};
use reel_types::CancelToken;
use reel_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chunk::FilmChunk;
use crate::device::Place;
use crate::failure::stage_error;
use crate::patience::Patience;

/// What a GPU may be asked to decode of a film. Plan data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoding {
    /// All of it, as a film of this sort.
    Gpu(GpuDecoding),
    /// Nothing, and why.
    Cpu(String),
}

/// The decoder of one chunk.
pub(crate) struct Decoder<'a> {
    gpu: Option<(OnGpu, &'a Lease)>,
    why_not_gpu: Option<String>,
    /// What went wrong on the GPU on the way.
    failed: OnceLock<String>,
}

/// What decoded a chunk.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct DecodedTold {
    /// For people.
    pub(crate) on: String,
    /// Why not on the GPU that was held for the chunk.
    pub(crate) why_not_gpu: Option<String>,
}

impl Decoding {
    pub(crate) fn of(video: &VideoStream) -> Self {
        GpuDecoding::of(video).map_or_else(|why| Self::Cpu(why.to_owned()), Self::Gpu)
    }
}

impl Default for Decoding {
    fn default() -> Self {
        Self::Cpu("it was planned for the CPU".to_owned())
    }
}

impl<'a> Decoder<'a> {
    /// The GPU that is held for the chunk, where it decodes such films as the CPU does; that is tried once.
    pub(crate) fn choose(place: &'a Place, decoding: &Decoding) -> Self {
        let cpu = |why_not_gpu| Self { gpu: None, why_not_gpu, failed: OnceLock::new() };
        let Some(lease) = place.lease() else { return cpu(None) };
        match decoding {
            Decoding::Cpu(why) => cpu(Some(why.clone())),
            Decoding::Gpu(sort) => match lease.decodes(&sort.to_string()) {
                Ok(()) => {
                    let gpu = OnGpu { decoding: *sort, env: lease.env().to_vec() };
                    Self { gpu: Some((gpu, lease)), ..cpu(None) }
                }
                Err(fault) => cpu(Some(fault.in_words())),
            },
        }
    }

    /// On the CPU, which decodes everything.
    #[cfg(test)]
    pub(crate) fn cpu() -> Self {
        Self { gpu: None, why_not_gpu: None, failed: OnceLock::new() }
    }

    /// Starts decoding; on the CPU where the GPU gives no first picture.
    ///
    /// # Errors
    /// What the CPU's decoder says.
    pub(crate) fn open(
        &mut self,
        ffmpeg: &Ffmpeg,
        patience: &Patience,
        chunk: &FilmChunk,
        source: &Path,
        cancel: &CancelToken,
    ) -> Result<FrameReader, RunError> {
        let spec = spec(patience, chunk, source);
        if let Some((gpu, lease)) = &self.gpu {
            let spec = FrameReaderSpec { on_gpu: Some(gpu.clone()), ..spec.clone() };
            match FrameReader::open(ffmpeg, &spec, cancel) {
                Ok(reader) => return Ok(reader),
                Err(error) if error.is_cancelled() => return Err(RunError::Cancelled),
                Err(error) => {
                    let fault = fault(&error, lease);
                    lease.report(&fault);
                    self.give_up(fault.in_words());
                }
            }
        }
        FrameReader::open(ffmpeg, &spec, cancel).map_err(undecoded)
    }

    /// What went wrong on the way, as the engine takes it.
    pub(crate) fn undecoded(&self, error: MediaError) -> RunError {
        if let Some((_, lease)) = self.gpu.as_ref().filter(|_| !error.is_cancelled()) {
            let fault = fault(&error, lease);
            lease.report(&fault);
            // The first one counts.
            let _ = self.failed.set(fault.in_words());
        }
        undecoded(error)
    }

    /// Whether the chunk has to be decoded again, on the CPU from now on: the GPU failed on the way, or gave fewer pictures than there are.
    /// What the CPU gives then is the last word.
    pub(crate) fn is_to_go_again(&mut self, made: Result<u64, &RunError>, expected: u64) -> bool {
        let why = match made {
            _ if self.gpu.is_none() => None,
            Ok(count) if count < expected => Some(format!("it gave {count} of {expected} pictures")),
            Err(RunError::Failed(_)) => self.failed.get().cloned(),
            _ => None,
        };
        why.map(|why| self.give_up(why)).is_some()
    }

    pub(crate) fn told(&self) -> DecodedTold {
        let gpu = |(_, lease): &(OnGpu, &Lease)| format!("gpu:{} {}", lease.gpu.index, lease.gpu.name);
        let on = self.gpu.as_ref().map_or_else(|| "the CPU".to_owned(), gpu);
        DecodedTold { on, why_not_gpu: self.why_not_gpu.clone() }
    }

    fn give_up(&mut self, why: String) {
        tracing::warn!(why, "the GPU does not decode this; the CPU does");
        self.gpu = None;
        self.why_not_gpu = Some(why);
    }
}

fn spec(patience: &Patience, chunk: &FilmChunk, source: &Path) -> FrameReaderSpec {
    let look = &chunk.look;
    let at = |ticks: i64| Timestamp::new(ticks, chunk.tick);
    FrameReaderSpec {
        size: Some((look.width, look.height)),
        start: chunk.read_ticks.map(at),
        end: chunk.end_ticks.map(at),
        threads: look.threads,
        filters: look.filters.clone(),
        tolerant: true,
        stall_timeout: patience.decode,
        ..FrameReaderSpec::new(source, chunk.stream_index, chunk.tick, "yuv420p")
    }
}

fn fault(error: &MediaError, lease: &Lease) -> DeviceFault {
    let uuid = Some(lease.gpu.uuid.as_str());
    // What is no word of the driver's is about the film.
    error
        .device_fault(uuid)
        .unwrap_or_else(|| DeviceFault::new(FaultClass::Cannot, uuid, error.failure().message))
}

fn undecoded(error: MediaError) -> RunError {
    stage_error("decode the film", error)
}

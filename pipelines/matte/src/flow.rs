//! The stages of one chunk: decode → guess → finish → encode, each on threads of its own.
//!
//! Pictures go through in buffers that are made once and come back from the encoders; when all are under way the decoder waits. So
//! memory is bounded by their number, whatever the film's length.

mod busy;
mod stages;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use reel_engine::{RunContext, RunError};
use reel_media::raw::FrameReader;
use reel_media::{Ffmpeg, MediaError};

use crate::backdrop::Behind;
use crate::backend::Backend;
use crate::chunk::FilmChunk;
use crate::decode::Decoder;
use crate::edge::Edge;
use crate::encode::Encoders;
use crate::failure::run_error;
use crate::picture::{self, Picture};
pub(crate) use busy::BusySecs;
use busy::Clock;
use stages::{Done, Work, finish, in_order, or_lost};

/// Bytes of pictures under way at most, as far as that many pictures keep the stages busy.
const BYTES_MAX: usize = 224 << 20;
/// Fewer would let stages wait for each other.
const PICTURES_MIN: usize = 6;
/// More would only fill memory.
const PICTURES_MAX: usize = 32;

/// What came of a chunk.
pub(crate) struct Made {
    /// The time of each frame that was made, in ticks of the source.
    pub(crate) pts: Vec<i64>,
    /// The last lines in which the decoder complained.
    pub(crate) complaints: Vec<String>,
    /// How long each stage worked.
    pub(crate) busy: BusySecs,
}

/// Runs the pictures of a chunk through `backend` into `encoders`.
pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    (decoder, reader): (&Decoder<'_>, FrameReader),
    chunk: &FilmChunk,
    backend: &mut dyn Backend,
    encoders: Encoders,
    cx: &RunContext<'_>,
) -> Result<Made, RunError> {
    let look = &chunk.look;
    let edge = Edge::new(look, Behind::of(ffmpeg, look, cx)?);
    let total = u64::from(chunk.frame_count());
    through((decoder, reader), chunk, backend, &edge, encoders, |made| cx.progress(made.min(total), total))
}

/// The stages, side by side. What fails first is told to the last of them, which then ends; the others only wait for their neighbours
/// and hear that they are gone.
fn through(
    (decoder, reader): (&Decoder<'_>, FrameReader),
    chunk: &FilmChunk,
    backend: &mut dyn Backend,
    edge: &Edge,
    encoders: Encoders,
    on_frame: impl FnMut(u64) + Send,
) -> Result<Made, RunError> {
    let look = &chunk.look;
    let (width, height) = (look.width as usize, look.height as usize);
    let count =
        (BYTES_MAX / (picture::bytes(width, height) + width * height)).clamp(PICTURES_MIN, PICTURES_MAX);
    let (give_back, empty) = channel::<Vec<u8>>();
    for _ in 0..count {
        let _ = give_back.send(Vec::new());
    }
    let (decoded_sender, decoded) = channel::<(i64, Vec<u8>)>();
    let (work_sender, work) = channel::<Work>();
    let (done_sender, finished) = channel();
    let work = Arc::new(Mutex::new(work));
    let finishers = look.threads.max(1);
    let (decode_clock, guessing, finishing) = (Clock::default(), Clock::default(), Clock::default());
    let clock = (&decode_clock, &guessing, &finishing);
    std::thread::scope(|scope| {
        let done = done_sender.clone();
        let decoding = scope.spawn(move || {
            let decode = || decode((decoder, reader), &empty, &decoded_sender, clock.0);
            or_lost(&done, "decoding", decode).unwrap_or_default()
        });
        for _ in 0..finishers {
            let (work, done) = (Arc::clone(&work), done_sender.clone());
            scope.spawn(move || finish(&work, &done, edge, clock.2));
        }
        drop(work);
        let writer = scope.spawn(move || in_order(&finished, encoders, give_back, chunk, on_frame));
        or_lost(&done_sender, "guessing", || {
            guess(chunk, backend, &decoded, &work_sender, &done_sender, clock.1)
        });
        drop((work_sender, done_sender));
        drop(decoded);
        let complaints = joined(decoding);
        let (pts, encode) = joined(writer)?;
        let finish = finishing.secs() / f64::from(finishers);
        let busy = BusySecs { decode: decode_clock.secs(), infer: guessing.secs(), finish, encode };
        Ok(Made { pts, complaints, busy })
    })
}

fn joined<T>(handle: std::thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Pictures into buffers that are free; ends when nobody takes them any more.
fn decode(
    (decoder, mut reader): (&Decoder<'_>, FrameReader),
    empty: &Receiver<Vec<u8>>,
    decoded: &Sender<(i64, Vec<u8>)>,
    clock: &Clock,
) -> Result<Vec<String>, RunError> {
    while let Ok(mut buffer) = empty.recv() {
        match clock.time(|| reader.next_frame(&mut buffer)) {
            Ok(Some(time)) if decoded.send((time.ticks, buffer)).is_ok() => {}
            Ok(Some(_)) => return Ok(Vec::new()),
            Ok(None) => break,
            Err(error) => return Err(decoder.undecoded(error)),
        }
    }
    let report = reader.finish().map_err(|error| decoder.undecoded(error))?;
    let complaints = report
        .stderr_tail
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(8)
        .map(str::to_owned)
        .collect();
    Ok(complaints)
}

/// Looks at each picture in turn. Those before the chunk only warm the backend up.
fn guess(
    chunk: &FilmChunk,
    backend: &mut dyn Backend,
    decoded: &Receiver<(i64, Vec<u8>)>,
    work: &Sender<Work>,
    done: &Sender<Done>,
    clock: &Clock,
) -> Result<(), RunError> {
    let (width, height) = (chunk.look.width as usize, chunk.look.height as usize);
    let mut index = 0;
    while let Ok((pts, samples)) = decoded.recv() {
        let picture = Picture::from_samples(width, height, samples).ok_or_else(|| {
            run_error(MediaError::Mismatch(format!("a picture is not {width}x{height} pixels large")))
        })?;
        let eyes = chunk.look.eyes.split(picture);
        let finishes = clock.time(|| backend.guess(&eyes.rows))?;
        let is_taken = if pts < chunk.first_ticks {
            done.send(Done::Skipped(eyes.into_buffer())).is_ok()
        } else {
            index += 1;
            work.send(Work { index: index - 1, pts, eyes, finishes }).is_ok()
        };
        if !is_taken {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! One stretch of film: the backend goes on where the last chunk ended, and leaves where it ends.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use reel_engine::{Output, RunContext, RunError};
use reel_media::{Ffmpeg, Timeline};
use reel_types::FailureKind;

use crate::backend::{self, Networks};
use crate::chunk::{FILM_REPORT, FilmChunk, STATE};
use crate::decode::Decoder;
use crate::device::Place;
use crate::encode::Encoders;
use crate::failure::storage;
use crate::flow;
use crate::look::Look;
use crate::patience::Patience;
use crate::report::FilmReport;

pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    networks: &Networks,
    patience: &Patience,
    chunk: &FilmChunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let began = Instant::now();
    let place = Place::take(&chunk.look, patience, cx)?;
    let look = Look { device: place.wish, ..chunk.look.clone() };
    let mut decoder = Decoder::choose(&place, &look.decoding);
    let (made, backend, left) = loop {
        let mut backend = backend::open(networks, &look, patience, cx)?;
        if let Some(index) = chunk.goes_on_from {
            let state = std::fs::read(cx.part(cx.task().round, index, STATE)?);
            backend.load(&state.map_err(|error| storage("read the state of the chunk before", &error))?)?;
        }
        let reader = decoder.open(ffmpeg, patience, chunk, &cx.source(0)?, cx.cancel())?;
        let (encoders, left) = Encoders::start(ffmpeg, patience, chunk, cx.scratch(), cx.cancel())?;
        let made = flow::run(ffmpeg, (&decoder, reader), chunk, backend.as_mut(), encoders, cx);
        let count = made.as_ref().map(|made| made.pts.len() as u64);
        if !decoder.is_to_go_again(count, chunk.frame_count().into()) {
            break (made?, backend, left);
        }
    };
    if made.pts.is_empty() {
        return Err(RunError::failed(
            FailureKind::Damaged,
            format!("frames {} to {}: none decodes", chunk.first_frame, chunk.end_frame),
        ));
    }
    let report = FilmReport {
        times: Timeline::from_pts(chunk.tick, &made.pts, 0),
        frame_count_expected: chunk.frame_count(),
        ran_on: place.told(backend.ran_on()),
        decoded: decoder.told(),
        complaints: made.complaints,
        busy: made.busy,
        wall_secs: began.elapsed().as_secs_f64(),
        ended_at_millis: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64),
    };
    let mut outputs: Vec<Output> =
        left.into_iter().map(|left| Output::file(left.name, left.mime, left.path)).collect();
    outputs.push(Output::json(FILM_REPORT, &report)?);
    let state = cx.scratch().join(STATE);
    std::fs::write(&state, backend.save()?).map_err(|error| storage("write the state of a chunk", &error))?;
    outputs.push(Output::file(STATE, "application/octet-stream", state));
    Ok(outputs)
}

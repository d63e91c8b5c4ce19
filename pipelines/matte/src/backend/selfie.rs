//! The network that is brought along: a tracker for each stream, one network for all.

use reel_engine::{RunContext, RunError};
use reel_infer::{InferError, Network, View, Watch, Wish};

use super::networks::{Networks, infer_error, ran_on, watch};
use super::{Backend, Finish, RanOn};
use crate::batch::Batch;
use crate::finish::finish;
use crate::look::Look;
use crate::patience::Patience;
use crate::picture::{ColourSpace, Picture};
use crate::selfie::{AREA, GuessError, SIDE, Segment, State, Tracker};

/// What set-up calls it.
const NAME: &str = "selfie";
/// Pictures a run: more would only take memory.
const BATCH_MAX: usize = 16;

pub(super) struct Selfie {
    segmenter: Segmenter,
    space: ColourSpace,
    trackers: Vec<Tracker>,
}

struct Segmenter {
    network: Network,
    input: String,
    output: String,
    watch: Watch,
    batch: Batch,
}

impl Selfie {
    pub(super) fn open(
        networks: &Networks,
        look: &Look,
        patience: &Patience,
        cx: &RunContext<'_>,
    ) -> Result<Self, RunError> {
        networks.runtime.get().map_err(infer_error)?;
        let path = networks.find(NAME)?;
        // One thread: with 256 pixels a side several would wait for each other.
        let wish = networks.wish(look, 1, 1, (SIDE, SIDE));
        // Its batch is another in almost each frame, and TensorRT would compile each anew, for a network of two milliseconds.
        let wish = Wish { engines: None, ..wish };
        let network = networks.load(&path, &wish, cx)?;
        let name =
            |ports: &[reel_infer::Port]| ports.first().map(|port| port.name.clone()).unwrap_or_default();
        let (input, output) = (name(network.inputs()), name(network.outputs()));
        let batch = Batch::new(look.batch_size, BATCH_MAX);
        let segmenter = Segmenter { network, input, output, watch: watch(patience, cx), batch };
        Ok(Self { segmenter, space: look.space, trackers: Vec::new() })
    }
}

impl Backend for Selfie {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        let space = self.space;
        self.trackers.resize_with(rows.len(), || Tracker::new(space));
        let mut finishes = Vec::with_capacity(rows.len());
        for (row, tracker) in rows.iter().zip(&mut self.trackers) {
            let guess = tracker.step(row, &mut self.segmenter).map_err(|error| match error {
                GuessError::Network(error) => infer_error(error),
                other @ GuessError::Answer { .. } => RunError::internal(other),
            })?;
            finishes
                .push(Box::new(move |picture: Picture, controls: &_| finish(picture, &guess, controls))
                    as Finish);
        }
        Ok(finishes)
    }

    fn save(&self) -> Result<Vec<u8>, RunError> {
        let states: Vec<&State> = self.trackers.iter().map(Tracker::state).collect();
        serde_json::to_vec(&states).map_err(RunError::internal)
    }

    fn load(&mut self, state: &[u8]) -> Result<(), RunError> {
        let states: Vec<State> = serde_json::from_slice(state).map_err(RunError::internal)?;
        self.trackers = states.into_iter().map(|state| Tracker::resume(self.space, state)).collect();
        Ok(())
    }

    fn ran_on(&self) -> RanOn {
        ran_on(&self.segmenter.network)
    }
}

impl Segment for Segmenter {
    type Error = InferError;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, InferError> {
        let Self { network, input, output, watch, batch } = self;
        let masks = batch.run(rows.len() / (3 * AREA), |range| {
            let shape = [range.len(), 3, SIDE, SIDE];
            let rows = rows.get(3 * AREA * range.start..3 * AREA * range.end).unwrap_or_default();
            let outputs = network.run(&[(input.as_str(), View::f32(&shape, rows))], watch)?;
            Ok(outputs.f32(output)?.to_vec())
        })?;
        Ok(masks.concat())
    }
}

//! Robust Video Matting, from a person's file: recurrent, a row of the batch for each stream.

use std::ops::Range;
use std::sync::Arc;

use reel_device::DeviceWish;
use reel_engine::{RunContext, RunError};
use reel_infer::{
    Frozen, InferError, Network, Outputs, Recurrent, View, Watch, f16, rows_apart, rows_together,
};
use reel_types::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

use super::networks::{Networks, brought, floats, infer_error, ran_on, watch};
use super::rgb::{Converter, alpha_bytes, put_edge_colours};
use super::{Backend, Finish, RanOn};
use crate::batch::Batch;
use crate::finish::finish_alpha;
use crate::look::Look;
use crate::patience::Patience;
use crate::picture::{ColourSpace, Picture};
use crate::scene::{Change, SceneChange};
use crate::words::DownsampleRatio;

/// What the network was trained at: the longer side of what it looks at first.
const SIDE_SEEN: f32 = 512.0;
const RATIO: &str = "downsample_ratio";
const PAIRS: [(&str, &str); 4] = [("r1i", "r1o"), ("r2i", "r2o"), ("r3i", "r3o"), ("r4i", "r4o")];

pub(super) struct Rvm {
    network: Recurrent,
    is_half: bool,
    /// Whether the ratio is part of the network: TensorRT compiles none whose sizes follow from it.
    is_frozen: bool,
    ratio: DownsampleRatio,
    space: ColourSpace,
    converter: Converter,
    watch: Watch,
    scene: SceneChange,
    planes: Vec<f32>,
    batch: Batch,
    /// The states of each row, where they do not go through together.
    apart: Option<Vec<Vec<u8>>>,
}

/// The matte and the colours of so many rows, one after another.
struct Seen {
    pha: Vec<f32>,
    fgr: Vec<f32>,
}

/// What the next chunk goes on from.
#[derive(Serialize, Deserialize)]
struct Saved {
    scene: Option<Change>,
    states: Vec<u8>,
}

impl Rvm {
    pub(super) fn open(
        networks: &Networks,
        look: &Look,
        patience: &Patience,
        cx: &RunContext<'_>,
    ) -> Result<Self, RunError> {
        let (network, named) = brought_frozen(networks, look, cx)?;
        let is_rvm = PAIRS.iter().all(|(input, _)| network.inputs().iter().any(|port| port.name == *input))
            && network.inputs().iter().any(|port| port.name == "src")
            && network.outputs().iter().any(|port| port.name == "pha");
        if !is_rvm {
            return Err(Failure::new(
                FailureKind::Input,
                format!("{named} is not Robust Video Matting: it has other inputs and outputs"),
            )
            .with_hint("use --model onnx for a network that makes a matte of one picture")
            .into());
        }
        let is_half = network
            .inputs()
            .iter()
            .any(|port| port.name == "src" && port.kind == reel_infer::ElementKind::F16);
        let is_frozen = !network.inputs().iter().any(|port| port.name == RATIO);
        Ok(Self {
            is_frozen,
            network: Recurrent::new(network, &PAIRS).map_err(infer_error)?,
            is_half,
            ratio: look.downsample_ratio,
            space: look.space,
            converter: Converter::new(look.space),
            watch: watch(patience, cx),
            scene: SceneChange::default(),
            planes: Vec::new(),
            batch: Batch::new(look.batch_size, usize::MAX),
            apart: None,
        })
    }

    /// All rows at once; one by one, each with its own states, where there is no memory for that or nobody wants it.
    fn look(&mut self, row_count: usize, size: (usize, usize)) -> Result<Seen, RunError> {
        if self.apart.is_none() && self.batch.takes(row_count) {
            match self.run(0..row_count, size) {
                Ok(outputs) => return seen(&outputs, row_count, size),
                Err(error) if error.is_out_of_memory() && row_count > 1 => {
                    self.batch.halve(row_count, &error)
                }
                Err(error) => return Err(infer_error(error)),
            }
        }
        let mut apart = match self.apart.take() {
            Some(apart) => apart,
            None => {
                let saved = self.network.save_states().map_err(infer_error)?;
                rows_apart(&saved, row_count).map_err(infer_error)?
            }
        };
        let mut all = Seen { pha: Vec::new(), fgr: Vec::new() };
        for (row, states) in apart.iter_mut().enumerate() {
            self.network.load_states(states).map_err(infer_error)?;
            let outputs = self.run(row..row + 1, size).map_err(infer_error)?;
            let one = seen(&outputs, 1, size)?;
            all.pha.extend(one.pha);
            all.fgr.extend(one.fgr);
            *states = self.network.save_states().map_err(infer_error)?;
        }
        self.apart = Some(apart);
        Ok(all)
    }

    fn run(&mut self, rows: Range<usize>, (width, height): (usize, usize)) -> Result<Outputs, InferError> {
        let area = 3 * width * height;
        let planes = self.planes.get(rows.start * area..rows.end * area).unwrap_or_default();
        let shape = [rows.len(), 3, height, width];
        let ratio = [ratio(self.ratio, width, height)];
        let half: Vec<f16>;
        let src = if self.is_half {
            half = planes.iter().copied().map(f16::from_f32).collect();
            View::f16(&shape, &half)
        } else {
            View::f32(&shape, planes)
        };
        let inputs = [("src", src), (RATIO, View::f32(&[1], &ratio))];
        let inputs = if self.is_frozen { &inputs[..1] } else { &inputs[..] };
        self.network.run(inputs, &self.watch)
    }
}

/// With the ratio frozen where a GPU is to run it; as it is where the CPU does, or where that cannot be.
fn brought_frozen(
    networks: &Networks,
    look: &Look,
    cx: &RunContext<'_>,
) -> Result<(Network, String), RunError> {
    let (width, height) = look.eye_size();
    let wish = networks.wish(look, look.threads as usize, look.eyes.count(), (width, height));
    if look.device != DeviceWish::Cpu {
        let ratio = ratio(look.downsample_ratio, width, height);
        let frozen = Frozen { input: RATIO.to_owned(), shape: vec![1], values: vec![ratio] };
        if let Ok(network) = brought(networks, look, &wish.clone().with_frozen(frozen), cx) {
            return Ok(network);
        }
    }
    brought(networks, look, &wish, cx)
}

fn ratio(choice: DownsampleRatio, width: usize, height: usize) -> f32 {
    match choice {
        DownsampleRatio::Auto => (SIDE_SEEN / width.max(height) as f32).min(1.0),
        DownsampleRatio::Fixed(thousandths) => f32::from(thousandths) / 1000.0,
    }
}

fn seen(outputs: &Outputs, row_count: usize, (width, height): (usize, usize)) -> Result<Seen, RunError> {
    let area = row_count * width * height;
    Ok(Seen { pha: floats(outputs, "pha", area)?, fgr: floats(outputs, "fgr", 3 * area)? })
}

impl Backend for Rvm {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let (width, height) = (first.width(), first.height());
        if self.scene.changes(first) {
            self.network.reset_states().map_err(infer_error)?;
            self.apart = None;
        }
        self.planes.clear();
        rows.iter().for_each(|row| self.converter.push(row, &mut self.planes));
        let Seen { pha, fgr } = self.look(rows.len(), (width, height))?;
        let (pha, fgr) = (Arc::new(pha), Arc::new(fgr));
        let space = self.space;
        let finish = |row: usize| {
            let (pha, fgr) = (Arc::clone(&pha), Arc::clone(&fgr));
            Box::new(move |picture: Picture, controls: &_| {
                let area = picture.width() * picture.height();
                let alpha = alpha_bytes(&pha[row * area..(row + 1) * area]);
                let mut matted = finish_alpha(picture, alpha, controls);
                // Better than what is guessed from the neighbourhood: the network knows.
                let colours = &fgr[row * 3 * area..(row + 1) * 3 * area];
                put_edge_colours(&mut matted.picture, space, colours, &matted.alpha);
                matted
            }) as Finish
        };
        Ok((0..rows.len()).map(finish).collect())
    }

    fn save(&self) -> Result<Vec<u8>, RunError> {
        let states = match &self.apart {
            Some(apart) => rows_together(apart).map_err(infer_error)?,
            None => self.network.save_states().map_err(infer_error)?,
        };
        serde_json::to_vec(&Saved { scene: self.scene.state().cloned(), states }).map_err(RunError::internal)
    }

    fn load(&mut self, state: &[u8]) -> Result<(), RunError> {
        let saved: Saved = serde_json::from_slice(state).map_err(RunError::internal)?;
        self.scene = SceneChange::resume(saved.scene);
        self.apart = None;
        self.network.load_states(&saved.states).map_err(infer_error)
    }

    fn ran_on(&self) -> RanOn {
        ran_on(self.network.network())
    }
}

//! A first run of a model: on the stored picture where there is one, else on a grey one.

use std::time::Duration;

use half::f16;
use reel_device::DeviceWish;
use reel_types::CancelToken;
use serde::Deserialize;

use super::builtin::Builtin;
use super::contract::Contract;
use crate::error::InferError;
use crate::network::{Network, Source};
use crate::port::{ElementKind, Port};
use crate::recurrent::Recurrent;
use crate::runtime::Runtime;
use crate::tensor::{Data, Outputs, View, element_count};
use crate::watchdog::Watch;
use crate::wish::Wish;

/// How far a built-in model may be from its stored outputs.
const TOLERANCE: f32 = 1e-4;
const LIMIT: Duration = Duration::from_secs(60);
/// What takes pictures of any size is tried on a small one.
const SIDE: usize = 64;
const PAIRS: [(&str, &str); 4] = [("r1i", "r1o"), ("r2i", "r2o"), ("r3i", "r3o"), ("r4i", "r4o")];

/// What a first run showed.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// What the network takes and gives.
    pub contract: Contract,
    /// What it takes, in words.
    pub inputs: Vec<String>,
    /// The worst difference from the stored outputs; nothing where none are stored.
    pub worst: Option<f32>,
}

/// Why a first run did not go as it should.
pub(super) enum Fault {
    /// The network, or its library.
    Infer(InferError),
    /// It is of another sort; what it takes and gives.
    Contract(String),
    /// Its outputs are not those that are stored, or no matte at all.
    Outputs(String),
}

impl From<InferError> for Fault {
    fn from(error: InferError) -> Self {
        Self::Infer(error)
    }
}

#[derive(Deserialize)]
struct Vectors {
    height: usize,
    width: usize,
    scale: usize,
    step: usize,
    colours: Vec<[u8; 3]>,
    input: Vec<usize>,
    expected: Vec<f32>,
}

/// Loads the network on the CPU and runs it once.
pub(super) fn try_out(
    runtime: &Runtime,
    source: Source<'_>,
    builtin: Option<&Builtin>,
) -> Result<Trial, Fault> {
    let network = Network::load(runtime, source, &Wish::new(DeviceWish::Cpu, 1))?;
    let contract = Contract::of(network.inputs(), network.outputs()).map_err(Fault::Contract)?;
    let inputs = network.inputs().iter().map(ToString::to_string).collect();
    let worst = match (contract, builtin) {
        (Contract::Image, Some(builtin)) => Some(try_stored(network, builtin)?),
        (Contract::Image, None) => try_grey(network).map(|()| None)?,
        (Contract::Rvm, _) => try_rvm(network).map(|()| None)?,
    };
    Ok(Trial { contract, inputs, worst })
}

fn watch() -> Watch {
    Watch { limit: LIMIT, cancel: CancelToken::new() }
}

fn try_stored(mut network: Network, builtin: &Builtin) -> Result<f32, Fault> {
    let vectors: Vectors =
        serde_json::from_str(builtin.vectors).map_err(|error| Fault::Outputs(error.to_string()))?;
    let (input, output) = port_names(&network)?;
    let picture = vectors.picture();
    let shape = [1, 3, vectors.height, vectors.width];
    let outputs = network.run(&[(&input, View::f32(&shape, &picture))], &watch())?;
    let worst = vectors.worst(outputs.f32(&output)?);
    if worst <= TOLERANCE {
        return Ok(worst);
    }
    Err(Fault::Outputs(format!(
        "its output differs from the stored one by {worst:.1e}, more than {TOLERANCE:.0e}"
    )))
}

fn try_grey(mut network: Network) -> Result<(), Fault> {
    let (input, output) = port_names(&network)?;
    let port = network.inputs().first().cloned();
    let Some(port) = port else { return Err(Fault::Outputs("it takes nothing".to_owned())) };
    let outputs = with_grey(&port, |view| network.run(&[(&input, view)], &watch()))?;
    check_matte(&outputs, &output)
}

fn try_rvm(network: Network) -> Result<(), Fault> {
    let port = network.inputs().iter().find(|port| port.name == "src").cloned();
    let Some(port) = port else { return Err(Fault::Outputs("it takes no src".to_owned())) };
    let mut network = Recurrent::new(network, &PAIRS)?;
    // Twice: the second run is the first that takes what the network itself gave.
    for _ in 0..2 {
        let outputs = with_grey(&port, |view| {
            network.run(&[("src", view), ("downsample_ratio", View::f32(&[1], &[1.0]))], &watch())
        })?;
        check_matte(&outputs, "pha")?;
    }
    Ok(())
}

fn port_names(network: &Network) -> Result<(String, String), Fault> {
    match (network.inputs(), network.outputs()) {
        ([input], [output]) => Ok((input.name.clone(), output.name.clone())),
        _ => Err(Fault::Outputs("it has more than one input or output".to_owned())),
    }
}

fn with_grey(
    port: &Port,
    run: impl FnOnce(View<'_>) -> Result<Outputs, InferError>,
) -> Result<Outputs, InferError> {
    let sizes = port.shape.iter().enumerate();
    let shape: Vec<usize> = sizes.map(|(at, size)| size.unwrap_or(if at < 2 { 1 } else { SIDE })).collect();
    // A picture larger than any is no picture.
    let count = element_count(&shape).filter(|&count| count <= 1 << 28);
    let count = count.ok_or_else(|| InferError::Mismatch { detail: format!("{port} is too large") })?;
    match port.kind {
        ElementKind::F16 => run(View::f16(&shape, &vec![f16::from_f32(0.5); count])),
        _ => run(View::f32(&shape, &vec![0.5; count])),
    }
}

fn check_matte(outputs: &Outputs, name: &str) -> Result<(), Fault> {
    let is_number = match outputs.view(name)?.data {
        Data::F32(data) => data.iter().all(|value| value.is_finite()),
        Data::F16(data) => data.iter().all(|value| value.is_finite()),
    };
    if is_number { Ok(()) } else { Err(Fault::Outputs(format!("its output {name} holds what is no number"))) }
}

impl Vectors {
    /// Three planes in 0 to 1.
    fn picture(&self) -> Vec<f32> {
        let runs = self.input.as_chunks::<2>().0.iter();
        let drawn: Vec<usize> =
            runs.flat_map(|&[count, colour]| std::iter::repeat_n(colour, count)).collect();
        let across = self.width / self.scale.max(1);
        let mut picture = Vec::with_capacity(3 * self.height * self.width);
        for channel in 0..3 {
            for y in 0..self.height {
                for x in 0..self.width {
                    let colour = drawn.get(y / self.scale * across + x / self.scale).copied().unwrap_or(0);
                    let byte = self.colours.get(colour).map_or(0, |colour| colour[channel]);
                    picture.push(f32::from(byte) / 255.0);
                }
            }
        }
        picture
    }

    /// The worst difference of the averages of squares.
    fn worst(&self, mask: &[f32]) -> f32 {
        let across = self.width / self.step.max(1);
        let mut sums = vec![0.0_f64; self.expected.len()];
        for (at, &value) in mask.iter().enumerate() {
            let (y, x) = (at / self.width, at % self.width);
            if let Some(sum) = sums.get_mut(y / self.step * across + x / self.step) {
                *sum += f64::from(value);
            }
        }
        let area = (self.step * self.step) as f64;
        let differences =
            sums.iter().zip(&self.expected).map(|(sum, expected)| (sum / area) as f32 - expected);
        // Not `max` alone: it passes over what is no number.
        differences
            .map(f32::abs)
            .fold(0.0, |worst, next| if next.is_nan() { f32::INFINITY } else { worst.max(next) })
    }
}

//! Where networks come from, and what their errors mean to a job.

use std::path::PathBuf;

use reel_engine::{RunContext, RunError};
use reel_infer::{Data, InferError, Network, OnDemand, Outputs, Registry, Source, Watch, Wish};
use reel_types::FailureKind;

use super::RanOn;
use crate::look::Look;
use crate::patience::Patience;

/// The runtime of networks, and the folder of the models that are brought along.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Loaded when a network is first needed.
    pub runtime: OnDemand,
    /// The data folder; nothing where there is no home.
    pub data: Option<PathBuf>,
}

impl Networks {
    /// Where the network of this name lies.
    pub(super) fn find(&self, name: &str) -> Result<PathBuf, RunError> {
        let registry = Registry::new(self.data.as_deref().unwrap_or(std::path::Path::new("")));
        registry.find(name).map(|(path, _)| path).map_err(|error| RunError::Failed(error.failure()))
    }
}

/// The network that a person brought, and what that person calls its file.
pub(super) fn brought(
    networks: &Networks,
    look: &Look,
    cx: &RunContext<'_>,
) -> Result<(Network, String), RunError> {
    let source = look.weights_source.ok_or_else(|| RunError::internal("no source holds the network"))?;
    let path = cx.source(source as usize)?;
    let runtime = networks.runtime.get().map_err(infer_error)?;
    let wish = Wish::new(look.device, look.threads as usize);
    let network = Network::load(runtime, Source::File(&path), &wish).map_err(infer_error)?;
    let name = cx.source_name(source as usize).map_or_else(|| reel_types::shown(&path), str::to_owned);
    Ok((network, name))
}

/// How long one run may take, and who may end it.
pub(super) fn watch(patience: &Patience, cx: &RunContext<'_>) -> Watch {
    Watch { limit: patience.infer, cancel: cx.cancel().clone() }
}

pub(super) fn infer_error(error: InferError) -> RunError {
    match error {
        InferError::Cancelled => RunError::Cancelled,
        error => RunError::Failed(error.failure()),
    }
}

/// What a network runs on, and why not on what was tried before.
pub(super) fn ran_on(network: &Network) -> RanOn {
    let provider = network.ran_on();
    let why_not = network.why_not().iter().map(|tried| format!("{}: {}", tried.provider, tried.reason));
    let why_not = why_not.collect::<Vec<_>>().join("; ");
    let why_not = (!provider.is_gpu() && !why_not.is_empty()).then_some(why_not);
    RanOn { name: provider.to_string(), on_gpu: provider.is_gpu(), why_not }
}

/// An output as 32-bit floats, so many of them.
pub(super) fn floats(outputs: &Outputs, name: &str, count: usize) -> Result<Vec<f32>, RunError> {
    let view = outputs.view(name).map_err(infer_error)?;
    let floats: Vec<f32> = match view.data {
        Data::F32(values) => values.to_vec(),
        Data::F16(values) => values.iter().map(|value| value.to_f32()).collect(),
    };
    if floats.len() == count {
        return Ok(floats);
    }
    let message = format!("the network's output {name} holds {} numbers instead of {count}", floats.len());
    Err(RunError::failed(FailureKind::Input, message))
}

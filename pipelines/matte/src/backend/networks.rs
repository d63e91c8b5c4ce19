//! Where networks come from, and what their errors mean to a job.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use reel_device::DeviceWish;
use reel_engine::{RunContext, RunError};
use reel_infer::{Data, InferError, Network, OnDemand, Outputs, Registry, Source, Watch, Wish};
use reel_types::{Failure, FailureKind};

use super::RanOn;
use crate::added::AddedNetwork;
use crate::look::Look;
use crate::patience::Patience;

/// How often a task whose network is loaded on a GPU says that it lives, and how many times at most: half an hour.
const BEAT: Duration = Duration::from_secs(10);
const BEATS_MAX: u32 = 180;

/// The runtime of networks, and the folder of the models that are brought along.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Loaded when a network is first needed.
    pub runtime: OnDemand,
    /// The data folder; nothing where there is no home.
    pub data: Option<PathBuf>,
    /// Where TensorRT keeps what it compiles for minutes; nothing: it is not tried.
    pub engines: Option<PathBuf>,
}

impl Networks {
    /// Where the network of this name lies.
    pub(super) fn find(&self, name: &str) -> Result<PathBuf, RunError> {
        self.registry().find(name).map(|(path, _)| path).map_err(|error| RunError::Failed(error.failure()))
    }

    /// Where the added network lies, as long as it is the one that the job began with.
    fn find_same(&self, network: &AddedNetwork) -> Result<PathBuf, RunError> {
        let AddedNetwork { name, sha256 } = network;
        let (path, card) = self.registry().find(name).map_err(|error| RunError::Failed(error.failure()))?;
        if card.sha256 == *sha256 {
            return Ok(path);
        }
        let message = format!("the network {name} is another one than the one that the job began with");
        Err(Failure::new(FailureKind::Missing, message)
            .with_hint("put the former one there again, or make a new job")
            .into())
    }

    /// The models of the data folder; where there is no such folder, none.
    pub(crate) fn registry(&self) -> Registry {
        Registry::new(self.data.as_deref().unwrap_or(Path::new("")))
    }

    /// Loads a network. While a GPU compiles it, for minutes, the task is not taken for one that stands still.
    pub(super) fn load(&self, path: &Path, wish: &Wish, cx: &RunContext<'_>) -> Result<Network, RunError> {
        let runtime = self.runtime.get().map_err(infer_error)?;
        let load = || Network::load(runtime, Source::File(path), wish).map_err(infer_error);
        if wish.device == DeviceWish::Cpu || wish.engines.is_none() {
            return load();
        }
        let pulse = cx.pulse();
        std::thread::scope(|scope| {
            let (loading, over) = channel::<()>();
            scope.spawn(move || {
                for _ in 0..BEATS_MAX {
                    if over.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                    pulse();
                }
            });
            let loaded = load();
            drop(loading);
            loaded
        })
    }

    /// How a network is loaded that is given `rows` pictures of this size at once.
    pub(super) fn wish(&self, look: &Look, threads: usize, rows: usize, size: (usize, usize)) -> Wish {
        let (width, height) = size;
        Wish {
            engines: self.engines.clone(),
            picture: Some([rows, 3, height, width]),
            ..Wish::new(look.device, threads)
        }
    }
}

/// The network that a person brought or named, and what that person calls it.
pub(super) fn brought(
    networks: &Networks,
    look: &Look,
    wish: &Wish,
    cx: &RunContext<'_>,
) -> Result<(Network, String), RunError> {
    if let Some(network) = &look.network {
        let path = networks.find_same(network)?;
        return Ok((networks.load(&path, wish, cx)?, network.name.clone()));
    }
    let source = look.weights_source.ok_or_else(|| RunError::internal("no source holds the network"))?;
    let path = cx.source(source as usize)?;
    let network = networks.load(&path, wish, cx)?;
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
    let why_not = Some(why_not.collect::<Vec<_>>().join("; ")).filter(|why_not| !why_not.is_empty());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::added::tests::put;

    #[test]
    fn a_network_that_was_replaced_does_not_go_on_where_the_former_one_was() {
        let data = tempfile::tempdir().unwrap();
        let networks = Networks {
            runtime: OnDemand::new(None, None),
            data: Some(data.path().to_path_buf()),
            engines: None,
        };
        put(data.path(), "hair", "rvm", "aa");
        let began_with = AddedNetwork { name: "hair".to_owned(), sha256: "aa".to_owned() };
        assert_eq!(networks.find_same(&began_with).unwrap(), data.path().join("models/aa.onnx"));
        put(data.path(), "hair", "rvm", "bb");
        match networks.find_same(&began_with) {
            Err(RunError::Failed(failure)) => assert_eq!(failure.kind, FailureKind::Missing),
            other => panic!("{other:?}"),
        }
    }
}

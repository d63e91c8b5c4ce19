//! A network that is loaded on the first device that takes it, and runs there under a watchdog.

use std::path::Path;
use std::sync::Arc;

use ort::memory::{AllocationDevice, AllocatorType, MemoryInfo, MemoryType};
use ort::session::{IoBinding, RunOptions, Session, SessionInputValue};

use crate::compiling::{Compiling, rehearse};
use crate::error::InferError;
use crate::freeze::freeze;
use crate::port::{ElementKind, Port};
use crate::providers::{index_of, open};
use crate::runtime::Runtime;
use crate::tensor::{Outputs, View};
use crate::watchdog::{Ended, Watch, Watchdog};
use crate::wish::{Provider, Wish};

/// Where a network comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The bytes of an ONNX file.
    Bytes(&'a [u8]),
    /// An ONNX file.
    File(&'a Path),
}

/// Why a network does not run on something that was tried before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhyNot {
    /// What was tried.
    pub provider: Provider,
    /// What was said.
    pub reason: String,
}

/// A loaded network.
#[derive(Debug)]
pub struct Network {
    session: Session,
    provider: Provider,
    why_not: Vec<WhyNot>,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    watchdog: Watchdog,
    compiling: Compiling,
}

impl Network {
    /// Loads a network on the first of the devices that takes it. Each is asked strictly, so that [`Network::ran_on`] is what
    /// really runs; within CUDA and TensorRT a single operator that they lack may still be the CPU's.
    ///
    /// # Errors
    /// The file cannot be read or is no network; an input to be frozen is not there.
    pub fn load(runtime: &Runtime, source: Source<'_>, wish: &Wish) -> Result<Self, InferError> {
        let file = match source {
            Source::Bytes(_) => None,
            Source::File(path) => Some(path),
        };
        let frozen = frozen_bytes(source, wish)?;
        let source = frozen.as_deref().map_or(source, Source::Bytes);
        let mut why_not = Vec::new();
        for provider in wish.order() {
            let reason = match open(runtime, source, wish, provider) {
                Ok(session) => {
                    let mut network = Self::of(session, provider, file)?;
                    match network.compile(wish) {
                        Ok(()) => return Ok(Self { why_not, ..network }),
                        Err(error) => error.to_string(),
                    }
                }
                Err(reason) => reason,
            };
            why_not.push(WhyNot { provider, reason });
        }
        // The CPU is the last that is tried, and what it says is about the network, not about a device.
        let said = why_not.pop().map_or_else(String::new, |why_not| why_not.reason);
        Err(match InferError::of_run(Provider::Cpu, &said) {
            InferError::Run { .. } => InferError::not_a_network(file, said),
            no_memory => no_memory,
        })
    }

    fn of(session: Session, provider: Provider, file: Option<&Path>) -> Result<Self, InferError> {
        let inputs = session.inputs().iter().map(Port::of).collect();
        let outputs = session.outputs().iter().map(Port::of).collect();
        let watchdog = Watchdog::start()
            .map_err(|error| InferError::not_a_network(file, format!("no thread to watch it: {error}")))?;
        let (why_not, compiling) = (Vec::new(), Compiling::default());
        Ok(Self { session, provider, why_not, inputs, outputs, watchdog, compiling })
    }

    /// Where the device compiles networks, and the pictures are known, has it done so now.
    fn compile(&mut self, wish: &Wish) -> Result<(), InferError> {
        match (self.provider, wish.picture) {
            (Provider::TensorRt(_), Some(picture)) => rehearse(self, picture),
            _ => Ok(()),
        }
    }

    /// What runs it.
    pub fn ran_on(&self) -> Provider {
        self.provider
    }

    /// What was tried before and why it does not run there.
    pub fn why_not(&self) -> &[WhyNot] {
        &self.why_not
    }

    /// What goes in, in the network's order; without what was frozen.
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// What comes out, in the network's order.
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// Runs it once. The inputs are read where they lie; outputs come back to the CPU.
    ///
    /// # Errors
    /// An input that does not fit; out of memory; too late; cancelled; or what ONNX Runtime said.
    pub fn run(&mut self, inputs: &[(&str, View<'_>)], watch: &Watch) -> Result<Outputs, InferError> {
        let values = self.values(inputs, &[])?;
        let watch = self.watch(inputs, watch);
        self.run_values(values, &watch)
    }

    /// The watch for a run with these inputs.
    pub(crate) fn watch(&mut self, inputs: &[(&str, View<'_>)], watch: &Watch) -> Watch {
        self.compiling.watch(self.provider, inputs, watch)
    }

    /// The views as the library wants them, each checked; every input that is not `elsewhere` must be there.
    pub(crate) fn values<'v>(
        &self,
        inputs: &[(&str, View<'v>)],
        elsewhere: &[&str],
    ) -> Result<Vec<(String, SessionInputValue<'v>)>, InferError> {
        for port in self.inputs.iter().filter(|port| !elsewhere.contains(&port.name.as_str())) {
            if !inputs.iter().any(|(name, _)| *name == port.name) {
                return Err(InferError::Mismatch { detail: format!("{port} is not given") });
            }
        }
        inputs
            .iter()
            .map(|(name, view)| {
                check(&self.inputs, name, view)?;
                Ok(((*name).to_owned(), view.input(name)?))
            })
            .collect()
    }

    pub(crate) fn run_values(
        &mut self,
        values: Vec<(String, SessionInputValue<'_>)>,
        watch: &Watch,
    ) -> Result<Outputs, InferError> {
        let Self { session, provider, outputs, watchdog, .. } = self;
        watched(watchdog, *provider, watch, |options| {
            let mut made = session.run_with_options(values, options)?;
            let took = outputs.iter().filter_map(|port| Some((port.name.clone(), made.remove(&port.name)?)));
            Ok(Outputs(took.collect()))
        })
    }

    /// Runs with inputs and outputs bound to the device they are on.
    pub(crate) fn run_bound(&mut self, binding: &IoBinding, watch: &Watch) -> Result<Outputs, InferError> {
        let Self { session, provider, outputs, watchdog, .. } = self;
        watched(watchdog, *provider, watch, |options| {
            let mut made = session.run_binding_with_options(binding, options)?;
            let took = outputs.iter().filter_map(|port| Some((port.name.clone(), made.remove(&port.name)?)));
            Ok(Outputs(took.collect()))
        })
    }

    pub(crate) fn bind(&self) -> Result<IoBinding, InferError> {
        self.session.create_binding().map_err(|error| self.failed(&error))
    }

    /// Memory of the device that the network runs on.
    pub(crate) fn device_memory(&self) -> Result<MemoryInfo<'static>, InferError> {
        let (device, index) = match self.provider {
            Provider::Cpu => (AllocationDevice::CPU, 0),
            Provider::Cuda(gpu) | Provider::TensorRt(gpu) => (AllocationDevice::CUDA, index_of(gpu)),
        };
        MemoryInfo::new(device, index, AllocatorType::Device, MemoryType::Default)
            .map_err(|error| self.failed(&error))
    }

    pub(crate) fn failed(&self, error: &ort::Error) -> InferError {
        InferError::of_run(self.provider, error.message())
    }
}

/// The edited bytes, where anything is to be frozen.
fn frozen_bytes(source: Source<'_>, wish: &Wish) -> Result<Option<Vec<u8>>, InferError> {
    let (Some(first), rest) = (wish.frozen.first(), wish.frozen.get(1..).unwrap_or_default()) else {
        return Ok(None);
    };
    let (bytes, file) = match source {
        Source::Bytes(bytes) => (bytes.to_vec(), None),
        Source::File(path) => {
            let read = std::fs::read(path);
            let bytes = read.map_err(|source| InferError::Unreadable { path: path.to_path_buf(), source })?;
            (bytes, Some(path))
        }
    };
    let edited = rest
        .iter()
        .try_fold(freeze(&bytes, first), |edited, next| edited.map(|edited| freeze(&edited, next)));
    let edited = edited.and_then(|edited| edited);
    edited.map(Some).map_err(|detail| InferError::not_a_network(file, detail))
}

/// What the library would say too, but in words that name the port; and some of it only after a crash.
fn check(ports: &[Port], name: &str, view: &View<'_>) -> Result<(), InferError> {
    let mismatch = |detail: String| Err(InferError::Mismatch { detail });
    let Some(port) = ports.iter().find(|port| port.name == name) else {
        return mismatch(format!("there is no input {name}"));
    };
    let fits = port.shape.len() == view.shape.len()
        && port
            .shape
            .iter()
            .zip(&view.shape)
            .all(|(wanted, given)| wanted.is_none_or(|wanted| wanted == *given));
    if port.kind == ElementKind::Other || port.kind != view.kind() || !fits {
        return mismatch(format!("{port} was given {:?} of shape {:?}", view.kind(), view.shape));
    }
    Ok(())
}

fn watched<T>(
    watchdog: &Watchdog,
    on: Provider,
    watch: &Watch,
    run: impl FnOnce(&RunOptions) -> ort::Result<T>,
) -> Result<T, InferError> {
    if watch.cancel.is_cancelled() {
        return Err(InferError::Cancelled);
    }
    let options = Arc::new(RunOptions::new().map_err(|error| InferError::of_run(on, error.message()))?);
    watchdog.arm(Arc::clone(&options), watch);
    let ran = run(&options);
    let ended = watchdog.disarm();
    // A run that was done just before it was to be ended is done.
    ran.map_err(|error| match ended {
        Some(Ended::Late) => InferError::TimedOut { on, limit: watch.limit },
        Some(Ended::Cancelled) => InferError::Cancelled,
        None => InferError::of_run(on, error.message()),
    })
}

//! A network with a memory: some of its outputs are its inputs of the next run, and stay where they are.

use ort::session::SessionInputValue;
use ort::value::{DynTensor, DynValue};

use crate::error::InferError;
use crate::network::Network;
use crate::port::{ElementKind, Port};
use crate::states::{self, SavedState};
use crate::tensor::{Outputs, View, element_count, owned, view};
use crate::watchdog::Watch;

/// A recurrent network and its states. On the CPU an output goes back in without a copy; on a GPU it stays in the GPU's memory.
///
/// Before the first run, and after a reset, each state is one zero that the network spreads: a tensor of zeros whose unknown
/// sizes are 1. A run that fails leaves the states as they were.
#[derive(Debug)]
pub struct Recurrent {
    network: Network,
    states: Vec<State>,
    /// Inputs and outputs are bound to places: the way of GPUs.
    is_bound: bool,
}

#[derive(Debug)]
struct State {
    input: Port,
    output: String,
    value: DynValue,
}

impl Recurrent {
    /// Takes pairs of an input and the output that feeds it, for example `("r1i", "r1o")`.
    ///
    /// # Errors
    /// A name that the network does not have, or a state that is not made of floats.
    pub fn new(network: Network, pairs: &[(&str, &str)]) -> Result<Self, InferError> {
        let mut states = Vec::with_capacity(pairs.len());
        for (input, output) in pairs {
            let missing = |what: &str, name: &str| InferError::Mismatch {
                detail: format!("there is no {what} {name}"),
            };
            let port = network.inputs().iter().find(|port| port.name == *input);
            let port = port.ok_or_else(|| missing("input", input))?.clone();
            if !network.outputs().iter().any(|port| port.name == *output && port.kind != ElementKind::Other) {
                return Err(missing("output of floats", output));
            }
            let value = start(&port)?;
            states.push(State { input: port, output: (*output).to_owned(), value });
        }
        let is_bound = network.ran_on().is_gpu();
        Ok(Self { network, states, is_bound })
    }

    /// The network itself.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Runs it once with the states of the last run; gives the outputs that are no states.
    ///
    /// # Errors
    /// As [`Network::run`].
    pub fn run(&mut self, inputs: &[(&str, View<'_>)], watch: &Watch) -> Result<Outputs, InferError> {
        let names: Vec<&str> = self.states.iter().map(|state| state.input.name.as_str()).collect();
        let mut values = self.network.values(inputs, &names)?;
        let watch = &self.network.watch(inputs, watch);
        let mut outputs = if self.is_bound {
            self.run_bound(inputs, watch)?
        } else {
            let states = self.states.iter();
            values.extend(
                states.map(|state| (state.input.name.clone(), SessionInputValue::from(&state.value))),
            );
            self.network.run_values(values, watch)?
        };
        for state in &mut self.states {
            if let Some(at) = outputs.0.iter().position(|(name, _)| *name == state.output) {
                state.value = outputs.0.swap_remove(at).1;
            }
        }
        Ok(outputs)
    }

    /// The inputs were checked. They are copied: `ort` copies what is only lent when it is bound, and then waits for a lock
    /// that it holds itself.
    fn run_bound(&mut self, inputs: &[(&str, View<'_>)], watch: &Watch) -> Result<Outputs, InferError> {
        let mut binding = self.network.bind()?;
        let device = self.network.device_memory()?;
        let failed = |error: &ort::Error| self.network.failed(error);
        for (name, view) in inputs {
            let value = view.to_owned_value(name)?;
            binding.bind_input(*name, &value).map_err(|error| failed(&error))?;
        }
        for state in &self.states {
            binding.bind_input(state.input.name.as_str(), &state.value).map_err(|error| failed(&error))?;
        }
        let host = ort::memory::MemoryInfo::default();
        for port in self.network.outputs() {
            let is_state = self.states.iter().any(|state| state.output == port.name);
            let place = if is_state { &device } else { &host };
            binding.bind_output_to_device(port.name.as_str(), place).map_err(|error| failed(&error))?;
        }
        self.network.run_bound(&binding, watch)
    }

    /// Forgets all: the next run begins as the first one did.
    ///
    /// # Errors
    /// Only when memory for a few zeros cannot be had.
    pub fn reset_states(&mut self) -> Result<(), InferError> {
        for state in &mut self.states {
            state.value = start(&state.input)?;
        }
        Ok(())
    }

    /// Forgets what one row of the batch has seen (a cut in one of several streams).
    ///
    /// # Errors
    /// There is no such row; or the states cannot be brought back from the device.
    pub fn reset_row(&mut self, row: usize) -> Result<(), InferError> {
        let mut zeroed = Vec::with_capacity(self.states.len());
        for state in &self.states {
            let value = on_host(&state.value).map_err(|error| self.network.failed(&error))?;
            let host = view(&state.output, value.as_ref().unwrap_or(&state.value))?;
            let (kind, shape) = (host.kind(), host.shape.clone());
            let rows = shape.first().copied().unwrap_or(0);
            let mut bytes = bytes_of(&host);
            let size = bytes.len().checked_div(rows).unwrap_or(0);
            // What has not run yet has one row, of zeros, for all.
            let is_fresh = rows == 1 && bytes.iter().all(|&byte| byte == 0);
            let row_bytes = row.checked_mul(size).and_then(|at| bytes.get_mut(at..at.checked_add(size)?));
            match row_bytes {
                Some(row_bytes) => row_bytes.fill(0),
                None if is_fresh => {}
                None => {
                    return Err(InferError::States {
                        detail: format!("they have {rows} rows, and no row {row}"),
                    });
                }
            }
            zeroed.push(owned(kind, &shape, &bytes)?);
        }
        self.states.iter_mut().zip(zeroed).for_each(|(state, value)| state.value = value);
        Ok(())
    }

    /// The states as bytes, to go on from there elsewhere or later.
    ///
    /// # Errors
    /// They cannot be brought back from the device.
    pub fn save_states(&self) -> Result<Vec<u8>, InferError> {
        let copies: Result<Vec<_>, _> = self.states.iter().map(|state| on_host(&state.value)).collect();
        let copies = copies.map_err(|error| self.network.failed(&error))?;
        let mut saved = Vec::with_capacity(self.states.len());
        for (state, copy) in self.states.iter().zip(&copies) {
            saved.push((state.output.as_str(), view(&state.output, copy.as_ref().unwrap_or(&state.value))?));
        }
        Ok(states::write(&saved))
    }

    /// Goes on from states that were saved; all of them or, where one does not fit, none.
    ///
    /// # Errors
    /// They are of another network, of another version, or cut off.
    pub fn load_states(&mut self, saved: &[u8]) -> Result<(), InferError> {
        let saved = states::read(saved)?;
        if saved.len() != self.states.len() {
            return Err(InferError::States {
                detail: format!("{} instead of {}", saved.len(), self.states.len()),
            });
        }
        let fitting: Result<Vec<_>, _> =
            self.states.iter().zip(&saved).map(|(state, saved)| fit(state, saved)).collect();
        self.states.iter_mut().zip(fitting?).for_each(|(state, value)| state.value = value);
        Ok(())
    }

    /// The network without its memory.
    pub fn into_network(self) -> Network {
        self.network
    }
}

fn fit(state: &State, saved: &SavedState) -> Result<DynValue, InferError> {
    let port = &state.input;
    let fits = saved.name == state.output
        && saved.kind == port.kind
        && saved.shape.len() == port.shape.len()
        && port
            .shape
            .iter()
            .zip(&saved.shape)
            .all(|(wanted, given)| wanted.is_none_or(|wanted| wanted == *given));
    if !fits {
        return Err(InferError::States {
            detail: format!("{} of shape {:?} is not {port}", saved.name, saved.shape),
        });
    }
    owned(saved.kind, &saved.shape, &saved.bytes)
}

fn start(port: &Port) -> Result<DynValue, InferError> {
    let shape: Vec<usize> = port.shape.iter().map(|size| size.unwrap_or(1)).collect();
    let size_bytes = element_count(&shape).and_then(|count| count.checked_mul(port.kind.size_bytes()));
    let size_bytes =
        size_bytes.ok_or_else(|| InferError::Mismatch { detail: format!("{port} is too large") })?;
    owned(port.kind, &shape, &vec![0; size_bytes])
}

/// A copy for the CPU of what lies elsewhere.
fn on_host(value: &DynValue) -> ort::Result<Option<DynValue>> {
    let tensor = value.view().downcast::<ort::value::DynTensorValueType>()?;
    if tensor.memory_info().is_cpu_accessible() {
        return Ok(None);
    }
    let copy: DynTensor = tensor.to(ort::memory::AllocationDevice::CPU, 0)?;
    Ok(Some(copy.into_dyn()))
}

fn bytes_of(view: &View<'_>) -> Vec<u8> {
    match view.data {
        crate::tensor::Data::F32(data) => data.iter().flat_map(|value| value.to_ne_bytes()).collect(),
        crate::tensor::Data::F16(data) => data.iter().flat_map(|value| value.to_ne_bytes()).collect(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use reel_device::DeviceWish;
    use reel_testkit::onnx;
    use reel_types::CancelToken;

    use super::*;
    use crate::{Runtime, Source, Wish, default_data};

    const PAIRS: [(&str, &str); 4] = [("r1i", "r1o"), ("r2i", "r2o"), ("r3i", "r3o"), ("r4i", "r4o")];

    pub(crate) fn runtime() -> Option<Runtime> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let data =
            variable("REEL_DATA").or_else(|| default_data(variable("XDG_DATA_HOME"), variable("HOME")));
        let loaded = Runtime::load(variable("REEL_ONNXRUNTIME").as_deref(), data.as_deref());
        loaded.map_err(|error| eprintln!("skipped: {error} (scripts/models brings it)")).ok()
    }

    #[test]
    fn what_is_bound_to_places_gives_the_same_to_the_bit() {
        let Some(runtime) = runtime() else { return };
        let network = |bytes: &[u8]| {
            let wish = Wish::new(DeviceWish::Cpu, 1);
            Recurrent::new(Network::load(&runtime, Source::Bytes(bytes), &wish).unwrap(), &PAIRS).unwrap()
        };
        let bytes = onnx::rvm_shaped();
        let (mut plain, mut bound) = (network(&bytes), network(&bytes));
        bound.is_bound = true;
        let watch = Watch { limit: Duration::from_secs(120), cancel: CancelToken::new() };
        for frame in 0..4_usize {
            let src: Vec<f32> =
                (0..2 * 3 * 32 * 32).map(|at| ((at * 7 + frame * 31) % 256) as f32 / 255.0).collect();
            let inputs =
                [("src", View::f32(&[2, 3, 32, 32], &src)), ("downsample_ratio", View::f32(&[1], &[0.5]))];
            let (expected, given) =
                (plain.run(&inputs, &watch).unwrap(), bound.run(&inputs, &watch).unwrap());
            for name in ["pha", "fgr"] {
                assert_eq!(
                    given.view(name).unwrap(),
                    expected.view(name).unwrap(),
                    "{name} of frame {frame}"
                );
            }
            assert_eq!(bound.save_states().unwrap(), plain.save_states().unwrap(), "frame {frame}");
        }
    }
}

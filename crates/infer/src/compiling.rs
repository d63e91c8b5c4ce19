//! Time for a device that compiles networks: before it runs sizes that it has not met it may work for minutes.

use std::time::Duration;

use half::f16;
use reel_types::CancelToken;

use crate::error::InferError;
use crate::network::Network;
use crate::port::{ElementKind, Port};
use crate::tensor::{View, element_count};
use crate::watchdog::Watch;
use crate::wish::Provider;

/// How long a rehearsal may take: a large network is compiled for many minutes.
const REHEARSAL_LIMIT: Duration = Duration::from_secs(30 * 60);
/// How long a run among others may take in which the network may be compiled for other sizes: less than what a task that stands still
/// is left alone for.
const COMPILE_LIMIT: Duration = Duration::from_secs(4 * 60);
/// Runs after sizes that are new: what a recurrent network gave changes its size with them, one run later.
const RUNS_AFTER_NEW_SIZES: u32 = 2;

/// Which sizes a network was run with last, and how many of the next runs may compile.
#[derive(Default, Debug)]
pub(crate) struct Compiling {
    sizes: Vec<Vec<usize>>,
    runs_left: u32,
}

impl Compiling {
    /// The watch for a run with these inputs: a longer one where the network may have to be compiled first.
    pub(crate) fn watch(&mut self, on: Provider, inputs: &[(&str, View<'_>)], watch: &Watch) -> Watch {
        if !matches!(on, Provider::TensorRt(_)) {
            return watch.clone();
        }
        if !self.sizes.iter().eq(inputs.iter().map(|(_, view)| &view.shape)) {
            self.sizes = inputs.iter().map(|(_, view)| view.shape.clone()).collect();
            self.runs_left = RUNS_AFTER_NEW_SIZES;
        }
        let limit = if self.runs_left > 0 { watch.limit.max(COMPILE_LIMIT) } else { watch.limit };
        self.runs_left = self.runs_left.saturating_sub(1);
        Watch { limit, cancel: watch.cancel.clone() }
    }
}

/// Runs a network on zeros, so that what a device cannot compile is known before anything depends on it. `picture` is what the input
/// `src`, or the only one, will be given (rows of the batch, channels, height, width); sizes of the network's own come first. One that
/// has states (`r1i` is what `r1o` was) is run again with states of the sizes that it gave.
pub(crate) fn rehearse(network: &mut Network, picture: [usize; 4]) -> Result<(), InferError> {
    let is_alone = network.inputs().len() == 1;
    let inputs: Result<Vec<Zeros>, InferError> = network
        .inputs()
        .iter()
        .map(|port| Zeros::of(port, (is_alone || port.name == "src").then_some(picture)))
        .collect();
    let mut inputs = inputs?;
    let watch = Watch { limit: REHEARSAL_LIMIT, cancel: CancelToken::new() };
    let outputs = network.run(&inputs.iter().map(Zeros::view).collect::<Vec<_>>(), &watch)?;
    let mut is_other = false;
    for input in &mut inputs {
        let state = input.name.strip_suffix('i').map(|stem| format!("{stem}o"));
        if let Some(view) = state.and_then(|state| outputs.view(&state).ok()) {
            is_other |= input.take(&view.shape)?;
        }
    }
    drop(outputs);
    if is_other {
        network.run(&inputs.iter().map(Zeros::view).collect::<Vec<_>>(), &watch)?;
    }
    Ok(())
}

struct Zeros {
    name: String,
    is_half: bool,
    shape: Vec<usize>,
    floats: Vec<f32>,
    halves: Vec<f16>,
}

impl Zeros {
    fn of(port: &Port, sizes: Option<[usize; 4]>) -> Result<Self, InferError> {
        let sizes = sizes.filter(|sizes| sizes.len() == port.shape.len());
        let shape: Vec<usize> = port
            .shape
            .iter()
            .enumerate()
            .map(|(at, size)| size.or_else(|| sizes.and_then(|sizes| sizes.get(at).copied())).unwrap_or(1))
            .collect();
        let is_half = port.kind == ElementKind::F16;
        let name = port.name.clone();
        let mut zeros = Self { name, is_half, shape: Vec::new(), floats: Vec::new(), halves: Vec::new() };
        zeros.take(&shape)?;
        Ok(zeros)
    }

    /// Takes another shape; whether it is another.
    fn take(&mut self, shape: &[usize]) -> Result<bool, InferError> {
        let count = element_count(shape)
            .ok_or_else(|| InferError::Mismatch { detail: format!("{} is too large", self.name) })?;
        let (floats, halves) = if self.is_half { (0, count) } else { (count, 0) };
        self.floats.resize(floats, 0.0);
        self.halves.resize(halves, f16::ZERO);
        let is_other = self.shape != shape;
        self.shape = shape.to_vec();
        Ok(is_other)
    }

    fn view(&self) -> (&str, View<'_>) {
        let view = if self.is_half {
            View::f16(&self.shape, &self.halves)
        } else {
            View::f32(&self.shape, &self.floats)
        };
        (&self.name, view)
    }
}

#[cfg(test)]
mod tests {
    use reel_device::DeviceWish;
    use reel_testkit::onnx;

    use super::*;
    use crate::recurrent::tests::runtime;
    use crate::{Frozen, Source, Wish};

    const PATIENT: Duration = Duration::from_secs(60);

    fn limits(on: Provider, rows: &[usize]) -> Vec<Duration> {
        let watch = Watch { limit: PATIENT, cancel: CancelToken::new() };
        let mut compiling = Compiling::default();
        let limit = |rows: &usize| {
            let floats = vec![0.0; *rows];
            compiling.watch(on, &[("src", View::f32(&[*rows], &floats))], &watch).limit
        };
        rows.iter().map(limit).collect()
    }

    #[test]
    fn tensor_rt_gets_time_to_compile_whenever_the_sizes_are_new() {
        const LONG: Duration = COMPILE_LIMIT;
        let seen = limits(Provider::TensorRt(0), &[1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(seen, [LONG, LONG, PATIENT, PATIENT, LONG, LONG, PATIENT]);
    }

    #[test]
    fn a_rehearsal_runs_each_sort_of_network_with_pictures_of_that_size() {
        let Some(runtime) = runtime() else { return };
        let rehearsed = |bytes: &[u8], frozen: Option<Frozen>, picture: [usize; 4]| {
            let wish = Wish::new(DeviceWish::Cpu, 1);
            let wish = frozen.into_iter().fold(wish, Wish::with_frozen);
            rehearse(&mut Network::load(&runtime, Source::Bytes(bytes), &wish).unwrap(), picture)
        };
        let ratio = Frozen { input: "downsample_ratio".to_owned(), shape: vec![1], values: vec![0.5] };
        rehearsed(&onnx::rvm_shaped(), Some(ratio.clone()), [2, 3, 32, 64]).unwrap();
        rehearsed(&onnx::rvm_shaped_f16(), Some(ratio), [1, 3, 32, 64]).unwrap();
        // Its own sizes come first; the rows of the batch are free.
        rehearsed(&onnx::matting(8, 8), None, [3, 3, 100, 100]).unwrap();
        let refused = rehearsed(&onnx::rvm_shaped(), None, [1, 7, 32, 64]).unwrap_err();
        assert!(matches!(refused, InferError::Run { .. } | InferError::Mismatch { .. }), "{refused}");
    }

    #[test]
    fn what_does_not_compile_gets_no_more_time() {
        assert_eq!(limits(Provider::Cuda(0), &[1, 2]), [PATIENT; 2]);
        assert_eq!(limits(Provider::Cpu, &[1, 2]), [PATIENT; 2]);
    }
}

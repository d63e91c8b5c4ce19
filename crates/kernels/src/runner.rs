//! A kernel on its device for as long as that works, then its twin.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use crate::error::KernelError;
use crate::gpu::{Gpu, lock};
use crate::place::Place;
use crate::raw::devices::DeviceId;

/// Runs whose fastest counts, when a device is measured against a twin; one more before them warms both up.
const MEASURED_RUNS: usize = 2;

/// What did the work of a kernel.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RanOn {
    /// Name of the device; nothing when it was the twin.
    pub gpu: Option<String>,
    /// Its number in `reel gpu`, where it is there.
    pub gpu_index: Option<u32>,
    /// Whether a GPU was asked for or had begun, and the twin stepped in.
    pub is_fallback: bool,
    /// Why it was the twin, where that was not wished.
    pub reason: Option<String>,
}

/// Either side. `G` is the kernel with its buffers.
#[derive(Debug)]
pub(crate) struct Runner<G> {
    on_gpu: Mutex<Option<G>>,
    ran_on: Mutex<RanOn>,
}

/// Device, kernel and a number for the shape of its work.
type Work = (DeviceId, &'static str, u64);

impl<G> Runner<G> {
    /// Makes the kernel ready. Unless a GPU was asked for, `seconds` (of the device, of the twin) decide, and what they
    /// decided holds for the same work as long as the process lives.
    pub(crate) fn new(
        place: &Place,
        (kernel, shape): (&'static str, u64),
        make: impl FnOnce(&Arc<Gpu>) -> Result<G, KernelError>,
        seconds: impl FnOnce(&mut G) -> Result<(f64, f64), KernelError>,
    ) -> Self {
        let mut ran_on =
            RanOn { is_fallback: place.forced, reason: place.reason.clone(), ..RanOn::default() };
        let mut on_gpu = None;
        if let Some(gpu) = &place.gpu {
            let made = make(gpu).and_then(|mut made| {
                let slower = match place.forced {
                    true => None,
                    false => measured((gpu.device().id, kernel, shape), || seconds(&mut made))?,
                };
                Ok((made, slower))
            });
            match made {
                Ok((made, None)) => {
                    on_gpu = Some(made);
                    let (name, gpu_index) = (Some(gpu.device().name.clone()), gpu.index());
                    ran_on = RanOn { gpu: name, gpu_index, ..RanOn::default() };
                }
                Ok((_, Some(reason))) => ran_on.reason = Some(reason),
                Err(error) => (ran_on.is_fallback, ran_on.reason) = (true, Some(error.to_string())),
            }
        }
        Self { on_gpu: Mutex::new(on_gpu), ran_on: Mutex::new(ran_on) }
    }

    /// On the device, and should that fail, once and for all by the twin. Both write the whole result.
    pub(crate) fn run<O: ?Sized>(
        &self,
        out: &mut O,
        on_gpu: impl FnOnce(&mut G, &mut O) -> Result<(), KernelError>,
        twin: impl FnOnce(&mut O),
    ) {
        let mut device = lock(&self.on_gpu);
        if let Some(kernel) = device.as_mut() {
            let Err(error) = on_gpu(kernel, out) else { return };
            tracing::warn!("the GPU is given up: {error}");
            *device = None;
            *lock(&self.ran_on) =
                RanOn { is_fallback: true, reason: Some(error.to_string()), ..RanOn::default() };
        }
        // The twin runs on as many threads as call it.
        drop(device);
        twin(out);
    }

    pub(crate) fn ran_on(&self) -> RanOn {
        lock(&self.ran_on).clone()
    }
}

/// Why the device is not worth it, if so.
fn measured(
    work: Work,
    seconds: impl FnOnce() -> Result<(f64, f64), KernelError>,
) -> Result<Option<String>, KernelError> {
    static MEASURED: OnceLock<Mutex<HashMap<Work, Option<String>>>> = OnceLock::new();
    match lock(MEASURED.get_or_init(Mutex::default)).entry(work) {
        Entry::Occupied(known) => Ok(known.get().clone()),
        Entry::Vacant(free) => {
            let (gpu_secs, twin_secs) = seconds()?;
            Ok(free.insert(slower(work.1, gpu_secs, twin_secs)).clone())
        }
    }
}

fn slower(kernel: &str, gpu_secs: f64, twin_secs: f64) -> Option<String> {
    (gpu_secs >= twin_secs).then(|| {
        let (gpu_millis, twin_millis) = (gpu_secs * 1e3, twin_secs * 1e3);
        format!(
            "the CPU was measured to be faster at {kernel}: {twin_millis:.2} ms against {gpu_millis:.2} ms"
        )
    })
}

/// Seconds of the fastest of a few runs.
pub(crate) fn fastest<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    run()?;
    let mut best = f64::INFINITY;
    for _ in 0..MEASURED_RUNS {
        let began = Instant::now();
        run()?;
        best = best.min(began.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// A number for the shape of some work: equal for equal shapes within this process.
pub(crate) fn shape(of: impl Hash) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> KernelError {
        KernelError::CallFailed { device: "card".to_owned(), call: "clEnqueueNDRangeKernel", code: -36 }
    }

    #[test]
    fn a_device_that_fails_is_given_up_and_the_twin_writes_the_result() {
        let ran_on = Mutex::new(RanOn { gpu: Some("card".to_owned()), ..RanOn::default() });
        let runner = Runner { on_gpu: Mutex::new(Some(0)), ran_on };
        let mut out = 0;
        runner.run(
            &mut out,
            |_, out| {
                *out = 1;
                Ok(())
            },
            |out| *out = 2,
        );
        assert_eq!((out, runner.ran_on().gpu.as_deref()), (1, Some("card")));
        runner.run(
            &mut out,
            |_, out| {
                *out = 7;
                Err(broken())
            },
            |out| *out = 2,
        );
        runner.run(
            &mut out,
            |_, out| {
                *out = 7;
                Ok(())
            },
            |out| *out += 3,
        );
        assert_eq!(out, 5);
        let reason = Some("clEnqueueNDRangeKernel failed on card with code -36".to_owned());
        assert_eq!(runner.ran_on(), RanOn { is_fallback: true, reason, ..RanOn::default() });
    }

    #[test]
    fn the_faster_one_is_taken() {
        assert_eq!(slower("draw_waves", 0.001, 0.002), None);
        let reason = slower("draw_waves", 0.003, 0.001);
        assert_eq!(
            reason.as_deref(),
            Some("the CPU was measured to be faster at draw_waves: 1.00 ms against 3.00 ms")
        );
    }

    #[test]
    fn what_was_measured_is_remembered() {
        let work = (DeviceId::none(), "a kernel of this test", 1);
        assert!(measured(work, || Err(broken())).is_err());
        let first = measured(work, || Ok((2.0, 1.0)));
        assert!(matches!(&first, Ok(Some(_))));
        assert_eq!(measured(work, || Ok((1.0, 2.0))), first);
    }
}

//! Every kernel on an OpenCL that is the CPU, byte for byte against its twin.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod cells;
mod waves;

use reel_device::DeviceWish;
use reel_kernels::{Options, Place, RanOn};

/// Any device at all, or a line that says that there is none.
fn place() -> Option<Place> {
    let place = Place::choose(DeviceWish::Gpu, &[], Options { allow_cpu: true });
    if place.gpu().is_none() {
        eprintln!("skipped: no OpenCL device, not even pocl (scripts/setup brings it): {place:?}");
    }
    place.gpu().is_some().then_some(place)
}

/// That the device did it: the twin would compare well with itself.
fn assert_on_device(ran_on: &RanOn) {
    assert!(ran_on.gpu.is_some() && !ran_on.is_fallback, "{ran_on:?}");
}

fn noise<T>(random: &mut fastrand::Rng, count: usize, next: impl Fn(&mut fastrand::Rng) -> T) -> Vec<T> {
    (0..count).map(|_| next(random)).collect()
}

/// A number of 16 bits, often one that is as far out as they go.
fn wild(random: &mut fastrand::Rng) -> i16 {
    match random.u8(..16) {
        0 => i16::MIN,
        1 => i16::MAX,
        2 => 0,
        _ => random.i16(..),
    }
}

#[test]
fn a_device_that_is_the_cpu_is_refused_unless_asked_for() {
    let Some(place) = place() else { return };
    let without = Place::choose(DeviceWish::Gpu, &[], Options::default());
    match (place.gpu().unwrap().device().kind, without.gpu()) {
        (reel_kernels::DeviceKind::Cpu, Some(gpu)) => panic!("{gpu:?}"),
        (_, Some(gpu)) => assert!(gpu.device().kind != reel_kernels::DeviceKind::Cpu),
        (kind, None) => assert_eq!(kind, reel_kernels::DeviceKind::Cpu),
    }
}

#[test]
fn a_number_that_no_device_has_is_told() {
    let Some(_) = place() else { return };
    let place = Place::choose(DeviceWish::GpuIndex(4096), &[], Options { allow_cpu: true });
    assert!(place.gpu().is_none());
    assert!(format!("{place:?}").contains("OpenCL has no GPU 4096"), "{place:?}");
}

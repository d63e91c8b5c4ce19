//! Runs that take too long, or that nobody wants any more.

use std::thread;
use std::time::Duration;

use reel_infer::{InferError, View, Watch};
use reel_testkit::onnx;
use reel_types::CancelToken;

use crate::scene::{bits, frame, load, patient, runtime, rvm, step};

fn endless(runtime: &reel_infer::Runtime, watch: &Watch) -> InferError {
    let mut network = load(runtime, &onnx::endless());
    network.run(&[("x", View::f32(&[4], &[0.5; 4]))], watch).unwrap_err()
}

#[test]
fn a_run_over_its_time_is_ended() {
    let Some(runtime) = runtime() else { return };
    let limit = Duration::from_millis(50);
    let error = endless(&runtime, &Watch { limit, cancel: CancelToken::new() });
    assert!(matches!(error, InferError::TimedOut { limit: said, .. } if said == limit), "{error}");
}

#[test]
fn a_run_that_is_cancelled_is_ended() {
    let Some(runtime) = runtime() else { return };
    let cancel = CancelToken::new();
    let watch = Watch { limit: Duration::from_secs(3600), cancel: cancel.clone() };
    let error = thread::scope(|scope| {
        let run = scope.spawn(|| endless(&runtime, &watch));
        cancel.wait_timeout(Duration::from_millis(50));
        cancel.cancel();
        run.join().unwrap()
    });
    assert!(matches!(error, InferError::Cancelled), "{error}");
}

#[test]
fn a_run_that_is_cancelled_before_does_not_begin() {
    let Some(runtime) = runtime() else { return };
    let watch = patient();
    watch.cancel.cancel();
    assert!(matches!(endless(&runtime, &watch), InferError::Cancelled));
}

#[test]
fn after_a_run_that_was_ended_the_network_runs_again() {
    let Some(runtime) = runtime() else { return };
    let mut network = load(&runtime, &onnx::endless());
    for millis in [5, 30, 1] {
        let watch = Watch { limit: Duration::from_millis(millis), cancel: CancelToken::new() };
        let error = network.run(&[("x", View::f32(&[4], &[0.5; 4]))], &watch).unwrap_err();
        assert!(matches!(error, InferError::TimedOut { .. }), "{error}");
    }
}

#[test]
fn a_run_that_fails_leaves_the_states_as_they_were() {
    let Some(runtime) = runtime() else { return };
    let (mut network, mut other) = (rvm(&runtime), rvm(&runtime));
    for network in [&mut network, &mut other] {
        step(network, 1, &frame(0, 0));
    }
    let src = frame(0, 1);
    let too_small =
        [("src", View::f32(&[1, 3, 32, 48], &src)), ("downsample_ratio", View::f32(&[1], &[0.0]))];
    network.run(&too_small, &patient()).unwrap_err();
    assert_eq!(bits(&step(&mut network, 1, &src)), bits(&step(&mut other, 1, &src)));
}

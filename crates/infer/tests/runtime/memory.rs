//! Out of memory, told from the rest.

use reel_infer::View;
use reel_testkit::onnx;
use reel_types::FailureKind;

use crate::scene::{load, patient, runtime};

#[test]
fn memory_that_cannot_be_had_is_told_as_that() {
    let Some(runtime) = runtime() else { return };
    let mut network = load(&runtime, &onnx::greedy());
    let inputs = |size| [("x", View::f32(&[1], &[0.5])), ("size", View::f32(&[1], size))];
    let error = network.run(&inputs(&[1.0]), &patient()).unwrap_err();
    assert!(error.is_out_of_memory(), "{error}");
    assert_eq!(error.failure().kind, FailureKind::Device);
    // An error of another sort by the same network.
    let error = network.run(&inputs(&[-1.0]), &patient()).unwrap_err();
    assert!(!error.is_out_of_memory(), "{error}");
}

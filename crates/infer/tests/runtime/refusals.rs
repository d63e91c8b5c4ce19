//! Files that are no networks.

use std::path::Path;

use reel_infer::{InferError, Network, Source};
use reel_testkit::onnx;
use reel_types::FailureKind;

use crate::scene::{cpu, runtime};

#[test]
fn what_is_no_network_is_refused_with_a_reason() {
    let Some(runtime) = runtime() else { return };
    let text = b"# a text".to_vec();
    for bytes in [onnx::broken(), onnx::unknown_operator(), text, Vec::new()] {
        let error = Network::load(&runtime, Source::Bytes(&bytes), &cpu()).unwrap_err();
        assert!(matches!(error, InferError::NotANetwork { .. }), "{error}");
        assert_eq!(error.failure().kind, FailureKind::Input);
    }
}

#[test]
fn a_file_that_is_no_network_is_named() {
    let Some(runtime) = runtime() else { return };
    for path in ["/dev/null", "/no/such/network.onnx"] {
        let error = Network::load(&runtime, Source::File(Path::new(path)), &cpu()).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
    }
}

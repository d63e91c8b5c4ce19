//! Single runs: what is read of a network, what it is given, what comes out, where it ran.

use reel_device::DeviceWish;
use reel_infer::{InferError, Network, Provider, Source, View, Wish};
use reel_testkit::onnx;

use crate::scene::{cpu, load, patient, runtime};

#[test]
fn the_ports_of_a_network_can_be_read() {
    let Some(runtime) = runtime() else { return };
    let network = load(&runtime, &onnx::matting(8, 12));
    assert_eq!(network.inputs().iter().map(ToString::to_string).collect::<Vec<_>>(), ["src f32[?,3,8,12]"]);
    assert_eq!(network.outputs().iter().map(ToString::to_string).collect::<Vec<_>>(), ["pha f32[?,1,8,12]"]);
}

#[test]
fn a_run_takes_plain_slices_and_gives_plain_slices() {
    let Some(runtime) = runtime() else { return };
    let mut network = load(&runtime, &onnx::matting(8, 12));
    let src = vec![0.0; 2 * 3 * 8 * 12];
    let outputs = network.run(&[("src", View::f32(&[2, 3, 8, 12], &src))], &patient()).unwrap();
    let pha = outputs.view("pha").unwrap();
    assert_eq!(pha.shape, [2, 1, 8, 12]);
    // A convolution of nothing, without a bias, is nothing, and the sigmoid of that is a half.
    assert!(outputs.f32("pha").unwrap().iter().all(|&alpha| alpha == 0.5));
    assert!(outputs.view("r1o").is_err());
}

#[test]
fn a_network_is_read_from_a_file_too() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.onnx");
    std::fs::write(&path, onnx::matting(4, 4)).unwrap();
    assert_eq!(Network::load(&runtime, Source::File(&path), &cpu()).unwrap().inputs().len(), 1);
    let gone = folder.path().join("gone.onnx");
    assert!(Network::load(&runtime, Source::File(&gone), &cpu()).is_err());
}

#[test]
fn an_input_that_does_not_fit_is_named() {
    let Some(runtime) = runtime() else { return };
    let mut network = load(&runtime, &onnx::matting(4, 4));
    let src = vec![0.0; 48];
    let wrong: [&[(&str, View<'_>)]; 5] = [
        &[],
        &[("src", View::f32(&[1, 3, 4, 5], &src))],
        &[("src", View::f32(&[3, 4, 4], &src))],
        &[("src", View::f32(&[2, 3, 4, 4], &src))],
        &[("src", View::f32(&[1, 3, 4, 4], &src)), ("more", View::f32(&[1], &[0.0]))],
    ];
    for inputs in wrong {
        let error = network.run(inputs, &patient()).unwrap_err();
        assert!(matches!(error, InferError::Mismatch { .. }), "{error}");
        assert!(error.to_string().contains("src") || error.to_string().contains("more"), "{error}");
    }
    let huge = [("src", View::f32(&[usize::MAX, 3, 4, 4], &src))];
    assert!(network.run(&huge, &patient()).is_err());
}

#[test]
fn a_provider_that_the_library_lacks_is_named_and_not_passed_over_in_silence() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let wish = Wish { engines: Some(folder.path().to_path_buf()), ..Wish::new(DeviceWish::GpuIndex(0), 1) };
    let network = Network::load(&runtime, Source::Bytes(&onnx::matting(4, 4)), &wish).unwrap();
    if network.ran_on() != Provider::Cpu {
        eprintln!("skipped: this machine runs it on {}", network.ran_on());
        return;
    }
    let reasons: Vec<&str> = network.why_not().iter().map(|why| why.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| !reason.contains("folder")), "{reasons:?}");
}

#[test]
fn without_a_gpu_the_cpu_runs_it_and_says_why() {
    let Some(runtime) = runtime() else { return };
    let network = onnx::matting(4, 4);
    let wish = Wish::new(DeviceWish::Auto, 1);
    let network = Network::load(&runtime, Source::Bytes(&network), &wish).unwrap();
    if network.ran_on() != Provider::Cpu {
        eprintln!("skipped: this machine runs it on {}", network.ran_on());
        return;
    }
    let why_not = network.why_not();
    assert_eq!(why_not.iter().map(|why| why.provider).collect::<Vec<_>>(), [Provider::Cuda(0)]);
    assert!(why_not.iter().all(|why| !why.reason.is_empty()), "{why_not:?}");
}

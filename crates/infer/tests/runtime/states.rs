//! The memory of a recurrent network: kept, saved, loaded, forgotten, a row of it too.

use reel_infer::{Frozen, Network, Recurrent, Source, View, f16};
use reel_testkit::onnx;

use crate::scene::{PAIRS, bits, cpu, frame, load, patient, runtime, rvm, step};

#[test]
fn what_was_seen_before_changes_what_is_seen() {
    let Some(runtime) = runtime() else { return };
    let mut network = rvm(&runtime);
    let first = step(&mut network, 1, &frame(0, 0));
    let second = step(&mut network, 1, &frame(0, 0));
    assert_ne!(first, second);
    network.reset_states().unwrap();
    assert_eq!(bits(&step(&mut network, 1, &frame(0, 0))), bits(&first));
}

#[test]
fn saved_states_go_on_bit_by_bit_in_another_network() {
    let Some(runtime) = runtime() else { return };
    let (mut whole, mut begun, mut resumed) = (rvm(&runtime), rvm(&runtime), rvm(&runtime));
    let expected: Vec<_> = (0..8).map(|number| step(&mut whole, 1, &frame(0, number))).collect();
    for number in 0..5 {
        step(&mut begun, 1, &frame(0, number));
    }
    let saved = begun.save_states().unwrap();
    resumed.load_states(&saved).unwrap();
    assert_eq!(resumed.save_states().unwrap(), saved);
    for (number, expected) in expected.iter().enumerate().skip(5) {
        assert_eq!(bits(&step(&mut resumed, 1, &frame(0, number))), bits(expected), "frame {number}");
    }
}

#[test]
fn states_from_before_the_first_frame_are_a_beginning() {
    let Some(runtime) = runtime() else { return };
    let mut fresh = rvm(&runtime);
    let saved = fresh.save_states().unwrap();
    let first = step(&mut fresh, 1, &frame(0, 0));
    fresh.load_states(&saved).unwrap();
    assert_eq!(bits(&step(&mut fresh, 1, &frame(0, 0))), bits(&first));
}

#[test]
fn states_that_do_not_fit_change_nothing() {
    let Some(runtime) = runtime() else { return };
    let mut network = rvm(&runtime);
    step(&mut network, 1, &frame(0, 0));
    let saved = network.save_states().unwrap();
    let fewer = Recurrent::new(load(&runtime, &onnx::rvm_shaped()), &PAIRS[..2]).unwrap();
    let halves = Recurrent::new(load(&runtime, &onnx::rvm_shaped_f16()), &PAIRS).unwrap();
    let others = [fewer.save_states().unwrap(), halves.save_states().unwrap()];
    for wrong in [&saved[..saved.len() - 1], b"", b"REELSTAT", &others[0], &others[1]] {
        assert!(network.load_states(wrong).is_err());
    }
    assert_eq!(network.save_states().unwrap(), saved);
}

#[test]
fn two_streams_in_one_batch_are_what_each_is_alone() {
    let Some(runtime) = runtime() else { return };
    let (mut left, mut right, mut both) = (rvm(&runtime), rvm(&runtime), rvm(&runtime));
    for number in 0..6 {
        let (of_left, of_right) = (frame(0, number), frame(1, number));
        let alone = [step(&mut left, 1, &of_left), step(&mut right, 1, &of_right)].concat();
        let together = step(&mut both, 2, &[of_left, of_right].concat());
        assert_eq!(bits(&together), bits(&alone), "frame {number}");
    }
}

#[test]
fn a_row_that_is_reset_begins_anew_and_the_other_goes_on() {
    let Some(runtime) = runtime() else { return };
    let (mut left, mut right, mut both) = (rvm(&runtime), rvm(&runtime), rvm(&runtime));
    both.reset_row(1).unwrap();
    for number in 0..4 {
        if number == 2 {
            right.reset_states().unwrap();
            both.reset_row(1).unwrap();
        }
        let (of_left, of_right) = (frame(0, number), frame(1, number));
        let alone = [step(&mut left, 1, &of_left), step(&mut right, 1, &of_right)].concat();
        assert_eq!(bits(&step(&mut both, 2, &[of_left, of_right].concat())), bits(&alone), "frame {number}");
    }
    assert!(both.reset_row(2).is_err());
}

#[test]
fn a_frozen_ratio_gives_what_the_given_one_gives() {
    let Some(runtime) = runtime() else { return };
    let ratio = Frozen { input: "downsample_ratio".to_owned(), shape: vec![1], values: vec![0.5] };
    let wish = cpu().with_frozen(ratio);
    let frozen = Network::load(&runtime, Source::Bytes(&onnx::rvm_shaped()), &wish).unwrap();
    assert!(frozen.inputs().iter().all(|port| port.name != "downsample_ratio"));
    let (mut frozen, mut given) = (Recurrent::new(frozen, &PAIRS).unwrap(), rvm(&runtime));
    for number in 0..3 {
        let src = frame(0, number);
        let outputs = frozen.run(&[("src", View::f32(&[1, 3, 32, 48], &src))], &patient()).unwrap();
        let expected = step(&mut given, 1, &src);
        let worst =
            outputs.f32("pha").unwrap().iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= 1e-6, "frame {number}: {worst}");
    }
}

#[test]
fn a_network_of_16_bits_keeps_its_states_in_16_bits() {
    let Some(runtime) = runtime() else { return };
    let mut halves = Recurrent::new(load(&runtime, &onnx::rvm_shaped_f16()), &PAIRS).unwrap();
    let mut whole = rvm(&runtime);
    for number in 0..3 {
        let src = frame(0, number);
        let expected = step(&mut whole, 1, &src);
        let src: Vec<f16> = src.iter().map(|&value| f16::from_f32(value)).collect();
        let inputs =
            [("src", View::f16(&[1, 3, 32, 48], &src)), ("downsample_ratio", View::f32(&[1], &[0.5]))];
        let outputs = halves.run(&inputs, &patient()).unwrap();
        let reel_infer::Data::F16(pha) = outputs.view("pha").unwrap().data else { panic!("not of 16 bits") };
        let worst = pha.iter().zip(&expected).map(|(a, b)| (a.to_f32() - b).abs()).fold(0.0, f32::max);
        assert!(worst < 2e-3, "frame {number}: {worst}");
    }
    let saved = halves.save_states().unwrap();
    halves.reset_states().unwrap();
    halves.load_states(&saved).unwrap();
    assert_eq!(halves.save_states().unwrap(), saved);
}

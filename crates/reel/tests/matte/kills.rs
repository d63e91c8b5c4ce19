//! `kill -9` of the whole program: the same command again gives the same bytes, and what was done is not done again.

use std::time::{Duration, Instant};

use reel_testkit::onnx;
use rustix::process::Signal;

use crate::support::{Ran, Scene, nothing_done_twice};
use crate::{ARGS, count, nothing_partial, scene, undisturbed};

/// Where in a run each kill falls, in thousandths; the same each time.
fn moment(index: u32, took: Duration) -> Duration {
    took.mul_f64(f64::from(index.wrapping_mul(619).wrapping_add(83) % 1000) / 1000.0)
}

#[test]
fn a_killed_job_goes_on_with_the_same_bytes() {
    let began = Instant::now();
    let whole = undisturbed();
    let took = began.elapsed();
    let kills = count(4, 24);
    let mut killed = 0;
    for index in 0..kills {
        let scene = scene();
        let output = scene.path("out.webm");
        let running = scene.start(&ARGS);
        if !running.ends_within(moment(index, took)) {
            running.signal(Signal::KILL);
            killed += 1;
        }
        running.end();
        scene.no_process_is_left();
        nothing_partial(&output, &whole);
        scene.reel(&ARGS).expect(0);
        assert!(std::fs::read(&output).unwrap() == whole, "kill {index}: other bytes");
        assert_eq!(scene.names(), ["in.mp4", "out.webm"], "kill {index}");
        nothing_done_twice(&scene.only_job());
    }
    eprintln!(
        "FAULTS kills of the program: {kills} cases, {killed} while it ran, 0 hangs, a run takes {took:?}"
    );
}

/// The states of a recurrent network come from the chunk before; a kill must not begin them anew.
#[test]
fn a_killed_recurrent_network_goes_on_with_its_states() {
    let args = [
        "matte",
        "in.mp4",
        "-o",
        "out.mkv",
        "--model",
        "rvm",
        "--weights",
        "rvm.onnx",
        "--chunk",
        "1",
        "--json",
        "--device=cpu",
    ];
    let with_network = || {
        let scene = scene();
        std::fs::write(scene.path("rvm.onnx"), onnx::rvm_shaped()).unwrap();
        scene
    };
    let frames = |scene: &Scene| std::fs::read(scene.path("out.mkv")).unwrap();
    let calm = with_network();
    let ran = calm.reel(&args);
    if ran.code == Some(4) {
        eprintln!("SKIPPED a_killed_recurrent_network_goes_on_with_its_states: no ONNX Runtime here");
        return;
    }
    ran.expect(0);
    let whole = frames(&calm);
    for moment in ["after_put:5", "after_finish:4", "in_assemble"] {
        let scene = with_network();
        let mut command = scene.command(&args);
        command.env("REEL_CRASH_AT", moment);
        let ran = Ran::of(command);
        assert_eq!(ran.signal, Some(Signal::KILL.as_raw()), "{moment}: {ran:#?}");
        scene.no_process_is_left();
        assert!(!scene.path("out.mkv").exists());
        scene.reel(&args).expect(0);
        assert!(frames(&scene) == whole, "{moment}: other bytes");
        nothing_done_twice(&scene.only_job());
    }
}

//! The library, and what most tests want to say in one word.

use std::path::PathBuf;
use std::time::Duration;

use reel_device::DeviceWish;
use reel_infer::{Network, Recurrent, Runtime, Source, View, Watch, Wish, default_data};
use reel_types::CancelToken;

pub const PAIRS: [(&str, &str); 4] = [("r1i", "r1o"), ("r2i", "r2o"), ("r3i", "r3o"), ("r4i", "r4o")];

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// The folder that set-up fills.
pub fn data() -> Option<PathBuf> {
    variable("REEL_DATA").or_else(|| default_data(variable("XDG_DATA_HOME"), variable("HOME")))
}

/// The library that the tests use, if it is here.
pub fn runtime() -> Option<Runtime> {
    match Runtime::load(variable("REEL_ONNXRUNTIME").as_deref(), data().as_deref()) {
        Ok(runtime) => Some(runtime),
        Err(error) => {
            eprintln!("skipped: {error} (scripts/models brings it)");
            None
        }
    }
}

pub fn cpu() -> Wish {
    Wish::new(DeviceWish::Cpu, 1)
}

/// Long enough for a machine that does much else.
pub fn patient() -> Watch {
    Watch { limit: Duration::from_secs(120), cancel: CancelToken::new() }
}

pub fn load(runtime: &Runtime, bytes: &[u8]) -> Network {
    Network::load(runtime, Source::Bytes(bytes), &cpu()).unwrap()
}

pub fn rvm(runtime: &Runtime) -> Recurrent {
    Recurrent::new(load(runtime, &reel_testkit::onnx::rvm_shaped()), &PAIRS).unwrap()
}

/// Frame `number` of stream `stream`, 3 x 32 x 48, in 0 to 1.
pub fn frame(stream: usize, number: usize) -> Vec<f32> {
    let value = |index: usize| (index * (7 + stream) + number * 131 + stream * 977) % 256;
    (0..3 * 32 * 48).map(|index| value(index) as f32 / 255.0).collect()
}

/// The matte of the next frames, `rows` of them at once.
pub fn step(network: &mut Recurrent, rows: usize, src: &[f32]) -> Vec<f32> {
    let inputs = [("src", View::f32(&[rows, 3, 32, 48], src)), ("downsample_ratio", View::f32(&[1], &[0.5]))];
    network.run(&inputs, &patient()).unwrap().f32("pha").unwrap().to_vec()
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

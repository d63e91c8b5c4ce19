//! Decodes a film, cuts people out of it and throws the pictures away: what the pipeline costs without encoders.
//!
//! `cargo run --release -p reel-matte --example no_encoder -- MODEL.onnx FILM`

#![expect(clippy::unwrap_used, reason = "a measurement ends with the first error")]

use std::path::PathBuf;
use std::time::Duration;

use reel_device::DeviceWish;
use reel_infer::{InferError, Network, Runtime, Source, View, Watch, Wish, default_data};
use reel_matte::finish::{Controls, finish};
use reel_matte::picture::{ColourSpace, Picture};
use reel_matte::selfie::{AREA, SIDE, Segment, Tracker};
use reel_media::Ffmpeg;
use reel_media::probe::{ProbeLimits, probe};
use reel_media::raw::{FrameReader, FrameReaderSpec};
use reel_types::CancelToken;

struct Segmenter {
    network: Network,
    watch: Watch,
}

impl Segment for Segmenter {
    type Error = InferError;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, InferError> {
        let shape = [rows.len() / (3 * AREA), 3, SIDE, SIDE];
        let name = |ports: &[reel_infer::Port]| ports.first().map(|port| port.name.clone()).unwrap();
        let (input, output) = (name(self.network.inputs()), name(self.network.outputs()));
        let outputs = self.network.run(&[(input.as_str(), View::f32(&shape, rows))], &self.watch)?;
        Ok(outputs.f32(&output)?.to_vec())
    }
}

fn main() {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (model, film) = (args.next().unwrap(), args.next().unwrap());
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let data = folder("REEL_DATA").or_else(|| default_data(folder("XDG_DATA_HOME"), folder("HOME")));
    let runtime = Runtime::load(None, data.as_deref()).unwrap();
    let network = Network::load(&runtime, Source::File(&model), &Wish::new(DeviceWish::Cpu, 1)).unwrap();
    let cancel = CancelToken::new();
    let watch = Watch { limit: Duration::from_secs(60), cancel: cancel.clone() };
    let mut segmenter = Segmenter { network, watch };
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    let info = probe(&ffmpeg, &film, &ProbeLimits::default(), &cancel).unwrap();
    let video = info.video.first().unwrap();
    let spec = FrameReaderSpec::new(film, video.index, video.time_base, "yuv420p");
    let mut reader = FrameReader::open(&ffmpeg, &spec, &cancel).unwrap();
    let (width, height) = reader.size();
    let mut tracker = Tracker::new(ColourSpace::BT709);
    let (mut frames, mut covered) = (0_u64, 0_u64);
    let mut samples = Vec::new();
    while reader.next_frame(&mut samples).unwrap().is_some() {
        let picture = Picture::from_samples(width as usize, height as usize, samples).unwrap();
        let guess = tracker.step(&picture, &mut segmenter).unwrap();
        let matted = finish(picture, &guess, &Controls::default());
        covered += matted.alpha.iter().filter(|alpha| **alpha == 255).count() as u64;
        frames += 1;
        samples = matted.picture.into_samples();
    }
    reader.finish().unwrap();
    println!("{frames} frames, {} pixels of people in each", covered / frames.max(1));
}

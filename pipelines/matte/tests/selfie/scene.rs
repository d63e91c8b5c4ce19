//! The network that set-up brings, and pictures of real clips.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_device::DeviceWish;
use reel_infer::{InferError, Network, Registry, Runtime, Source, View, Watch, Wish, default_data};
use reel_matte::Picture;
use reel_matte::picture::bytes;
use reel_matte::selfie::{AREA, SIDE, Segment};
use reel_media::child::{ChildSpec, run_capturing};
use reel_testkit::fake_ffmpeg::real_ffmpeg;
use reel_types::CancelToken;

pub(crate) struct Segmenter(Network, String, String);

/// The network, if it is here.
pub(crate) fn segmenter() -> Option<Segmenter> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let data = variable("REEL_DATA").or_else(|| default_data(variable("XDG_DATA_HOME"), variable("HOME")))?;
    let runtime = Runtime::load(variable("REEL_ONNXRUNTIME").as_deref(), Some(&data));
    let runtime = runtime.map_err(|error| eprintln!("skipped: {error} (scripts/models brings it)")).ok()?;
    let Ok((path, _)) = Registry::new(&data).find("selfie") else {
        eprintln!("skipped: selfie is not here (scripts/models brings it)");
        return None;
    };
    let network = Network::load(&runtime, Source::File(&path), &Wish::new(DeviceWish::Cpu, 1)).unwrap();
    let (input, output) = (network.inputs()[0].name.clone(), network.outputs()[0].name.clone());
    Some(Segmenter(network, input, output))
}

impl Segment for Segmenter {
    type Error = InferError;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, InferError> {
        let Self(network, input, output) = self;
        let watch = Watch { limit: Duration::from_secs(120), cancel: CancelToken::new() };
        let shape = [rows.len() / (3 * AREA), 3, SIDE, SIDE];
        Ok(network.run(&[(input.as_str(), View::f32(&shape, rows))], &watch)?.f32(output)?.to_vec())
    }
}

/// The first pictures of a file, scaled to this size.
pub(crate) fn frames(path: &Path, width: usize, height: usize, count: usize) -> Vec<Picture> {
    let raw = raw(path, "yuv420p", Some((width, height)), count);
    let pictures = raw.chunks_exact(bytes(width, height));
    let pictures: Vec<_> =
        pictures.filter_map(|samples| Picture::from_samples(width, height, samples.to_vec())).collect();
    assert!(!pictures.is_empty(), "{} has other pictures", path.display());
    pictures
}

/// A still as brightness alone.
pub(crate) fn gray(path: &Path) -> Vec<u8> {
    raw(path, "gray", None, 1)
}

fn raw(path: &Path, layout: &str, size: Option<(usize, usize)>, count: usize) -> Vec<u8> {
    let filter = size.map_or("null".to_owned(), |(width, height)| format!("scale={width}:{height}"));
    let spec = ChildSpec::new(real_ffmpeg().unwrap())
        .args(["-nostdin", "-v", "error", "-i", path.to_str().unwrap(), "-map", "0:v:0"])
        .args([
            "-fps_mode",
            "passthrough",
            "-vf",
            &filter,
            "-pix_fmt",
            layout,
            "-frames:v",
            &count.to_string(),
        ])
        .args(["-f", "rawvideo", "pipe:1"]);
    run_capturing(&spec, &CancelToken::new(), 1 << 30).unwrap().0
}

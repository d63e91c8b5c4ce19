//! RVM's contract, from decode to mux: the alpha is that of a plain loop in Python over the same runtime.

use std::path::{Path, PathBuf};

use reel_matte::{ChunkChoice, DownsampleRatio, Format, Model, Params};
use reel_media::child::{ChildSpec, run_capturing};
use reel_testkit::{clips, onnx};
use reel_types::CancelToken;

use crate::look::{raw, webm_alpha};
use crate::scene::{Ended, Scene, has_runtime};

const WIDTH: usize = 160;
const HEIGHT: usize = 96;
const AREA: usize = WIDTH * HEIGHT;
const FRAMES: usize = 300;
/// A scene begins here, and the states with it.
const CUT: usize = 170;

/// Ten seconds with one cut, without loss.
fn film() -> PathBuf {
    let graph = format!(
        "[0]trim=end_frame={CUT}[a];[1]negate,trim=end_frame={}[b];[a][b]concat,format=yuv420p,\
         setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
        FRAMES - CUT
    );
    let (one, two) = (
        format!("testsrc2=size={WIDTH}x{HEIGHT}:rate=30"),
        format!("mandelbrot=size={WIDTH}x{HEIGHT}:rate=30"),
    );
    let inputs = ["-f", "lavfi", "-i", one.as_str(), "-f", "lavfi", "-i", two.as_str()];
    let out = ["-filter_complex", graph.as_str(), "-frames:v", "300", "-c:v", "ffv1", "-g", "1"];
    clips::made("contract.mkv", &[&inputs[..], &out].concat())
}

/// The Python that has the runtime: the one named, else the one that scripts/models has set up.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("REEL_PYTHON").map(PathBuf::from);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let python = named.unwrap_or_else(|| target.join("models/venv/bin/python"));
    let spec = ChildSpec::new(&python).args(["-c", "import onnxruntime, numpy"]);
    run_capturing(&spec, &CancelToken::new(), 1 << 20).is_ok().then_some(python)
}

/// Alpha by the plain loop, of the frames as FFmpeg gives them when it converts with care.
fn by_the_plain_loop(python: &Path, scene: &Scene, network: &Path, resets: &str) -> Vec<u8> {
    let (frames, out) = (scene.folder().join("frames.rgb"), scene.folder().join("plain.alpha"));
    // Exactly: FFmpeg's fast way puts the colours of testsrc2's edges elsewhere, which the network sees.
    let as_rgb = "scale=in_color_matrix=bt709:in_range=tv:in_h_chr_pos=0:in_v_chr_pos=128:\
                  out_h_chr_pos=0:out_v_chr_pos=0:flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp,\
                  format=gbrp,format=rgb24";
    std::fs::write(&frames, raw(&film(), &[], as_rgb)).unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/rvm_reference.py");
    let spec = ChildSpec::new(python)
        .args([program.as_path(), network, &frames])
        .args([WIDTH.to_string(), HEIGHT.to_string(), "0.5".to_owned()])
        .arg(&out)
        .arg(resets);
    run_capturing(&spec, &CancelToken::new(), 1 << 20).unwrap();
    std::fs::read(out).unwrap()
}

fn network(scene: &Scene) -> PathBuf {
    let path = scene.folder().join("rvm.onnx");
    std::fs::write(&path, onnx::rvm_shaped()).unwrap();
    path
}

fn matte(scene: &Scene, network: &Path, change: impl FnOnce(&mut Params)) -> Ended {
    scene.matte_of(&[&film(), network], |params| {
        (params.model, params.weights_source) = (Model::Rvm, Some(1));
        (params.format, params.downsample_ratio) = (Some(Format::Ffv1), DownsampleRatio::Fixed(500));
        change(params);
    })
}

fn alpha_of(ended: &Ended) -> Vec<u8> {
    raw(ended.output(), &[], "alphaextract,format=gray")
}

fn furthest(one: &[u8], other: &[u8]) -> u8 {
    one.iter().zip(other).map(|(one, other)| one.abs_diff(*other)).max().unwrap_or(0)
}

#[test]
fn the_alpha_is_that_of_a_plain_loop() {
    let name = "the_alpha_is_that_of_a_plain_loop";
    if !has_runtime(name) {
        return;
    }
    let Some(python) = python() else {
        eprintln!(
            "SKIPPED {name}: no Python with ONNX Runtime here (REEL_PYTHON names one; scripts/models brings one)"
        );
        return;
    };
    let scene = Scene::new();
    let network = network(&scene);
    let plain = by_the_plain_loop(&python, &scene, &network, &CUT.to_string());
    assert_eq!(plain.len(), FRAMES * AREA);
    let never_anew = by_the_plain_loop(&python, &scene, &network, "");
    assert!(furthest(&plain, &never_anew) > 1, "the states matter");
    assert!(plain.iter().max() > plain.iter().min().map(|least| least + 20).as_ref(), "it tells apart");

    let exact = alpha_of(&matte(&scene, &network, |_| {}));
    assert_eq!(exact.len(), plain.len());
    for (index, (ours, theirs)) in exact.chunks(AREA).zip(plain.chunks(AREA)).enumerate() {
        assert!(furthest(ours, theirs) <= 1, "frame {index}: {}", furthest(ours, theirs));
    }

    let webm = matte(&scene, &network, |params| params.format = Some(Format::Webm));
    let webm = webm_alpha(webm.output());
    assert_eq!(webm.len(), plain.len());
    let mut worst = 0.0_f64;
    for (index, (ours, theirs)) in webm.chunks(AREA).zip(plain.chunks(AREA)).enumerate() {
        let sum: u64 = ours.iter().zip(theirs).map(|(ours, theirs)| u64::from(ours.abs_diff(*theirs))).sum();
        worst = worst.max(sum as f64 / AREA as f64);
        // VP9 loses something at single pixels; on average it is less than one step.
        assert!(sum <= AREA as u64, "frame {index}: {} on average", sum as f64 / AREA as f64);
    }
    eprintln!("of 255: FFV1 at most {}, WebM {worst:.3} in the worst frame", furthest(&exact, &plain));
}

#[test]
fn chunks_change_no_bit_of_the_alpha() {
    if !has_runtime("chunks_change_no_bit_of_the_alpha") {
        return;
    }
    let scene = Scene::new();
    let network = network(&scene);
    let whole = matte(&scene, &network, |params| params.chunk = ChunkChoice::None);
    let cut = matte(&scene, &network, |params| params.chunk = ChunkChoice::Millis(1500));
    assert_eq!((whole.told("chunks"), cut.told("chunks")), (&1.into(), &7.into()));
    assert!(alpha_of(&whole) == alpha_of(&cut), "the states went on over every border");
}

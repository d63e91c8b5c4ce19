//! A GPU that works, and none at all. Those that fail are met by the whole program, in `crates/reel/tests/gpu_faults`.

use reel_testkit::{FakeFfmpeg, clips, fake_nvml};
use reel_transcode::Codec;

use crate::look::frame_count;
use crate::scene::{Ended, Scene};

const CODECS: [Codec; 3] = [Codec::H264, Codec::Hevc, Codec::Av1];

/// The job ended well with all its frames; `gpu` says whether a GPU made it.
fn is_right(done: &Ended, what: &str) -> bool {
    assert_eq!(frame_count(done.output()), 60, "{what}");
    let gpu = done.told("gpu_enabled").as_bool().unwrap();
    let field = if gpu { "gpu_codec" } else { "cpu_codec" };
    assert!(done.told(field).is_string(), "{what}: {:?}", done.job.metadata);
    gpu
}

#[test]
fn a_gpu_that_works_makes_the_film() {
    let fake = FakeFfmpeg::new().unwrap();
    let scene = Scene::with(Some(&fake.path()), vec![fake_nvml::l4(0)]);
    for codec in CODECS {
        let done = scene.transcode(&clips::cfr_h264(2), |params| params.codec = Some(codec));
        assert!(is_right(&done, codec.as_str()), "{:?}", done.job.metadata);
        assert_eq!(done.told("gpu_device").as_u64(), Some(0));
        assert_eq!(done.told("gpu_fallback").as_bool(), Some(false));
    }
    let jobs = fake.gpu_jobs().unwrap();
    assert!(
        jobs.iter().all(|call| call.device.as_deref() == Some(fake_nvml::l4(0).uuid.as_str())),
        "{jobs:?}"
    );
}

#[test]
fn without_a_gpu_nothing_is_tried_on_one() {
    let fake = FakeFfmpeg::new().unwrap();
    let scene = Scene::with(Some(&fake.path()), Vec::new());
    let done = scene.transcode(&clips::cfr_h264(2), |_| ());
    assert!(fake.calls().unwrap().iter().all(|call| call.encoder.is_none()));
    assert_eq!(done.told("gpu_fallback").as_bool(), Some(false));
    assert!(done.told("fallback_reason").as_str().unwrap().contains("no NVIDIA device"));
    assert_eq!(done.told("gpu_absent").as_str(), Some("no NVIDIA driver here"));
}

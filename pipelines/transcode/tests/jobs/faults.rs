//! A GPU that fails: the job finishes right on the CPU or on the other device, wastes one process at most, says why.

use reel_testkit::{FakeFfmpeg, GpuFault, Scope, clips, fake_nvml};
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

fn failed_count(fake: &FakeFfmpeg) -> usize {
    fake.gpu_jobs().unwrap().iter().filter(|call| call.fault.is_some()).count()
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
fn twelve_faults_of_the_only_gpu_end_on_the_cpu_after_one_wasted_process() {
    for fault in GpuFault::ALL {
        for codec in CODECS {
            let what = format!("{} {}", fault.as_str(), codec.as_str());
            let fake = FakeFfmpeg::new().unwrap();
            fake.set_fault(&Scope::default().sparing_probe(), fault).unwrap();
            let scene = Scene::with(Some(&fake.path()), vec![fake_nvml::l4(0)]);
            let done = scene.transcode(&clips::cfr_h264(2), |params| params.codec = Some(codec));
            let gpu = is_right(&done, &what);
            assert!(failed_count(&fake) <= 1, "{what}: {:?}", fake.gpu_jobs());
            if failed_count(&fake) == 0 {
                assert!(gpu, "{what}: nothing failed, and yet the CPU made it: {:?}", done.job.metadata);
                continue;
            }
            if gpu {
                assert!(matches!(fault, GpuFault::NoBFrames | GpuFault::NoBFrameReferences), "{what}");
            } else {
                assert_eq!(done.told("gpu_fallback").as_bool(), Some(true), "{what}");
                assert!(
                    done.told("fallback_reason").as_str().is_some_and(|why| why.contains("nvenc")),
                    "{what}"
                );
            }
            let attempts = done.told("attempts").as_array().unwrap();
            assert!(attempts.iter().any(|attempt| attempt["outcome"] == "failed"), "{what}: {attempts:?}");
            assert!(attempts.iter().any(|attempt| attempt["outcome"] == "done"), "{what}: {attempts:?}");
        }
    }
}

#[test]
fn twelve_faults_of_one_gpu_end_on_the_other_or_on_the_cpu() {
    for fault in GpuFault::ALL {
        let fake = FakeFfmpeg::new().unwrap();
        let bad = fake_nvml::l4(0);
        fake.set_fault(&Scope::device(&bad.uuid).sparing_probe(), fault).unwrap();
        let scene = Scene::with(Some(&fake.path()), vec![bad, fake_nvml::l4(1)]);
        let done = scene.transcode(&clips::cfr_h264(2), |_| ());
        is_right(&done, fault.as_str());
        assert!(failed_count(&fake) <= 1, "{}: {:?}", fault.as_str(), fake.gpu_jobs());
    }
}

#[test]
fn a_probe_that_fails_costs_no_process_of_the_job() {
    let fake = FakeFfmpeg::new().unwrap();
    fake.set_fault(&Scope::default(), GpuFault::NoCapableDevice).unwrap();
    let scene = Scene::with(Some(&fake.path()), vec![fake_nvml::h200(0)]);
    let done = scene.transcode(&clips::cfr_h264(2), |_| ());
    assert!(!is_right(&done, "probe"));
    assert!(fake.gpu_jobs().unwrap().is_empty());
    assert_eq!(done.told("gpu_fallback").as_bool(), Some(true));
    assert!(done.told("fallback_reason").as_str().unwrap().contains("unsupported device"));
}

#[test]
fn a_film_in_chunks_never_mixes_encoders() {
    let fake = FakeFfmpeg::new().unwrap();
    fake.set_fault(&Scope::default().sparing_probe(), GpuFault::NoTenBit).unwrap();
    let scene = Scene::with(Some(&fake.path()), vec![fake_nvml::l4(0)]);
    let done = scene.transcode(&clips::cfr_h264(2), |params| params.chunk = "1".parse().unwrap());
    assert!(!is_right(&done, "chunks"));
    assert_eq!(done.told("chunks").as_u64(), Some(2));
    assert!(done.says("made again"));
    assert_eq!(failed_count(&fake), 1, "the second chunk need not fail too");
}

#[test]
fn without_a_gpu_nothing_is_tried_on_one() {
    let fake = FakeFfmpeg::new().unwrap();
    let scene = Scene::with(Some(&fake.path()), Vec::new());
    let done = scene.transcode(&clips::cfr_h264(2), |_| ());
    assert!(fake.calls().unwrap().iter().all(|call| call.encoder.is_none()));
    assert_eq!(done.told("gpu_fallback").as_bool(), Some(false));
    assert!(done.told("fallback_reason").as_str().unwrap().contains("no NVIDIA device"));
}

//! Films that a card decodes: the same result, whatever the card does.

use std::path::Path;
use std::time::Duration;

use reel_device::DeviceWish;
use reel_matte::{Format, Model, Params, Patience};
use reel_testkit::fake_ffmpeg::{FakeFfmpeg, GpuFault, Scope};
use reel_testkit::{clips, onnx};

use crate::scene::{Ended, Scene, has_runtime};

/// Longer than any child of these small films stands still, but the one that is made to.
const STALL: Duration = Duration::from_secs(8);

fn matte(scene: &Scene, film: &Path, device: DeviceWish) -> Ended {
    let network = scene.folder().join("network.onnx");
    std::fs::write(&network, onnx::matting(64, 64)).unwrap();
    scene.matte_of(&[film, &network], |params: &mut Params| {
        (params.model, params.weights_source, params.device) = (Model::Onnx, Some(1), device);
        params.format = Some(Format::Ffv1);
    })
}

/// What the CPU makes of it all alone.
fn on_cpu(film: &Path) -> Vec<u8> {
    std::fs::read(matte(&Scene::new(), film, DeviceWish::Cpu).output()).unwrap()
}

fn on_card(fake: &FakeFfmpeg) -> Scene {
    Scene::with_gpu(&fake.path(), Patience { decode: STALL, ..Patience::default() })
}

/// The word of the report on why the CPU decoded.
fn why_cpu(ended: &Ended) -> String {
    assert_eq!(ended.told("decoded_on"), &serde_json::json!(["the CPU"]));
    let decisions: Vec<&str> =
        ended.told("decisions").as_array().unwrap().iter().filter_map(|said| said.as_str()).collect();
    let why = decisions.iter().find_map(|said| said.strip_prefix("decoded on the CPU: "));
    why.unwrap_or_else(|| panic!("{decisions:?}")).to_owned()
}

#[test]
fn a_card_gives_the_film_that_the_cpu_gives() {
    if !has_runtime("a_card_gives_the_film_that_the_cpu_gives") {
        return;
    }
    for film in [clips::cfr_h264(1), clips::hevc10()] {
        let fake = FakeFfmpeg::new().unwrap();
        let ended = matte(&on_card(&fake), &film, DeviceWish::Gpu);
        assert!(std::fs::read(ended.output()).unwrap() == on_cpu(&film), "{}", film.display());
        let decoded_on = ended.told("decoded_on").as_array().unwrap();
        assert!(decoded_on.iter().all(|on| on.as_str().unwrap().starts_with("gpu:0")), "{decoded_on:?}");
        let jobs = fake.gpu_jobs().unwrap();
        assert!(!jobs.is_empty());
        for job in jobs {
            assert_eq!(job.value_of("-hwaccel"), Some("cuda"));
            assert_eq!(job.value_of("-hwaccel_output_format"), Some("cuda"));
            assert!(job.value_of("-vf").unwrap().contains("hwdownload,format="), "{:?}", job.args);
            assert!(job.device.is_some(), "it sees every card");
        }
    }
}

#[test]
fn a_card_that_decodes_nothing_leaves_it_to_the_cpu() {
    if !has_runtime("a_card_that_decodes_nothing_leaves_it_to_the_cpu") {
        return;
    }
    let film = clips::cfr_h264(1);
    let whole = on_cpu(&film);
    for scope in [Scope::default(), Scope::default().sparing_probe()] {
        let fake = FakeFfmpeg::new().unwrap();
        fake.set_fault(&scope, GpuFault::NoCapableDevice).unwrap();
        let ended = matte(&on_card(&fake), &film, DeviceWish::Auto);
        assert!(std::fs::read(ended.output()).unwrap() == whole, "{scope:?}");
        assert!(why_cpu(&ended).starts_with("it cannot do this"), "{}", why_cpu(&ended));
        assert_eq!(
            fake.gpu_jobs().unwrap().is_empty(),
            !scope.spares_probe,
            "what cannot is not asked again"
        );
    }
}

#[test]
fn a_card_that_fails_on_the_way_is_replaced_from_where_the_chunk_began() {
    if !has_runtime("a_card_that_fails_on_the_way_is_replaced_from_where_the_chunk_began") {
        return;
    }
    let film = clips::cfr_h264(1);
    let whole = on_cpu(&film);
    for (fault, said) in [
        (GpuFault::DiesMidway, "it broke"),
        (GpuFault::ShortOutput, "pictures"),
        (GpuFault::Hang, "stood still"),
    ] {
        let fake = FakeFfmpeg::new().unwrap();
        fake.set_fault(&Scope::default().sparing_probe(), fault).unwrap();
        let ended = matte(&on_card(&fake), &film, DeviceWish::Gpu);
        assert!(std::fs::read(ended.output()).unwrap() == whole, "{fault:?}");
        assert!(why_cpu(&ended).contains(said), "{fault:?}: {}", why_cpu(&ended));
    }
}

#[test]
fn a_card_is_asked_for_nothing_that_it_would_give_otherwise() {
    if !has_runtime("a_card_is_asked_for_nothing_that_it_would_give_otherwise") {
        return;
    }
    for film in [clips::rotated(), clips::interlaced(), clips::vp8_hidden()] {
        let fake = FakeFfmpeg::new().unwrap();
        let ended = matte(&on_card(&fake), &film, DeviceWish::Gpu);
        assert!(why_cpu(&ended).contains("GPUs are asked for"), "{}", film.display());
        assert!(fake.gpu_jobs().unwrap().is_empty(), "{}", film.display());
    }
}

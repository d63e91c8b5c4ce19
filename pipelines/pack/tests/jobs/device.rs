//! What draws and measures cells is told, and makes no difference to them.

use reel_device::DeviceWish;
use reel_pack::{Profile, Target, UnpackParams};
use serde_json::Value;

use crate::scene::{Scene, random};

/// A GPU did it, or it is told that the CPU stepped in and why.
fn check_asked_for(metadata: &Value) {
    let reason = metadata["fallback_reason"].as_str().unwrap_or_default();
    if metadata["gpu_enabled"] == true {
        assert!(metadata["gpu_fallback"] == false && !metadata["gpu_name"].as_str().unwrap().is_empty());
    } else {
        assert!(metadata["gpu_fallback"] == true && reason.contains("OpenCL"), "{metadata}");
    }
}

#[test]
fn every_wish_gives_the_same_video_and_says_what_drew_it() {
    let bytes = random(3_000, 6);
    let mut first: Option<Vec<u8>> = None;
    for wish in [DeviceWish::Cpu, DeviceWish::Auto, DeviceWish::Gpu] {
        let scene = Scene::new();
        let source = scene.file("in.bin", &bytes);
        let packed = scene.pack(&source, |params| {
            params.profile = Profile::Share;
            params.target = Some(Target::Hd720At2M);
            params.device = wish;
            params.no_metadata_frames = true;
        });
        let video = packed.bytes();
        assert!(*first.get_or_insert_with(|| video.clone()) == video, "{wish}");
        let params = UnpackParams { device: wish, ..UnpackParams::default() };
        let unpacked = scene.job("unpack", &params, &[packed.output()]);
        assert_eq!(unpacked.bytes(), bytes);
        for metadata in [&packed.job.metadata, &unpacked.job.metadata] {
            match wish {
                DeviceWish::Cpu => {
                    assert!(
                        metadata["gpu_enabled"] == false && metadata["gpu_fallback"] == false,
                        "{metadata}"
                    );
                    assert_eq!(metadata["fallback_reason"], Value::Null);
                }
                DeviceWish::Auto => assert_eq!(metadata["gpu_fallback"], false, "{metadata}"),
                _ => check_asked_for(metadata),
            }
        }
    }
}

#[test]
fn cells_of_colour_are_the_same_whatever_drew_them() {
    let bytes = random(30_000, 7);
    for count in [8, 16] {
        let mut first: Option<Vec<u8>> = None;
        for wish in [DeviceWish::Cpu, DeviceWish::Auto, DeviceWish::Gpu] {
            let scene = Scene::new();
            let source = scene.file("in.bin", &bytes);
            let packed = scene.pack(&source, |params| {
                params.profile = Profile::Legacy;
                params.color_count = Some(count);
                params.resolution = Some("322x202".parse().unwrap());
                params.fps = Some(2);
                params.device = wish;
            });
            let video = packed.bytes();
            assert!(*first.get_or_insert_with(|| video.clone()) == video, "{count} colours, {wish}");
            let params = UnpackParams { device: wish, ..UnpackParams::default() };
            let unpacked = scene.job("unpack", &params, &[packed.output()]);
            assert_eq!(unpacked.bytes(), bytes);
            for metadata in [&packed.job.metadata, &unpacked.job.metadata] {
                match wish {
                    DeviceWish::Cpu | DeviceWish::Auto => {
                        assert!(
                            metadata["gpu_enabled"] == false && metadata["gpu_fallback"] == false,
                            "{metadata}"
                        );
                    }
                    _ => check_asked_for(metadata),
                }
            }
            let reason = packed.job.metadata["fallback_reason"].as_str();
            assert_eq!(
                reason.is_some_and(|reason| reason.contains("without drawing")),
                wish == DeviceWish::Auto
            );
        }
    }
}

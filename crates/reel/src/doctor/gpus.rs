//! The GPUs, and NVENC on each of them, by trying.

use std::sync::Arc;

use reel_device::{DeviceWish, NVENC_ENCODERS, Verdict};
use reel_engine::StateDir;
use reel_media::Ffmpeg;

use super::check::{Check, State};
use crate::wiring::App;

/// No GPU is no fault: the CPU does all work.
pub(super) fn checks(app: &App, ffmpeg: Option<&Arc<Ffmpeg>>, state: Option<&StateDir>) -> Vec<Check> {
    let Some(state) = state else {
        return vec![Check::new("NVIDIA driver", State::Absent, "not looked at without a state folder")];
    };
    let devices = app.devices(ffmpeg, state);
    let inventory = match devices.inventory() {
        Ok(inventory) => inventory,
        Err(absent) => {
            let check =
                Check::new("NVIDIA driver", State::Absent, format!("{absent}; the CPU does all work"));
            return vec![check];
        }
    };
    let driver = format!("{}, {} GPUs", inventory.driver_version, inventory.gpus.len());
    let mut checks = vec![Check::new("NVIDIA driver", State::Ok, driver)];
    for encoder in NVENC_ENCODERS {
        for candidate in devices.explain(encoder, &DeviceWish::Auto).candidates {
            let name = format!("{encoder} on GPU {}", candidate.gpu.index);
            checks.push(match candidate.verdict {
                Verdict::Fits => Check::new(name, State::Ok, format!("{}; tried, works", candidate.gpu.name)),
                verdict => Check::new(name, State::Absent, format!("{}: {verdict}", candidate.gpu.name)),
            });
        }
    }
    checks
}

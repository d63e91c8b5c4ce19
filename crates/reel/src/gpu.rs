//! `reel gpu`: which GPUs are here, and which encoders on them really work.

use reel_device::{DeviceStatus, DeviceWish, Devices, GpuStatus, NVENC_ENCODERS, Verdict};
use serde::Serialize;

use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::table;
use crate::wiring::{App, find_ffmpeg, open_state};

/// The body of `GET /system/gpu/status` as a line of type `gpu`.
#[derive(Serialize)]
struct GpuRecord {
    r#type: &'static str,
    #[serde(flatten)]
    status: GpuStatus,
}

/// Shows the GPUs. That there is none is an answer, not a failure.
///
/// # Errors
/// A storage problem when the state folder cannot be used.
pub fn run(app: &App, console: &Console, settings: &Settings) -> Result<u8, Problem> {
    let state = open_state(settings)?;
    let ffmpeg = find_ffmpeg(settings, &state);
    let devices = app.devices(ffmpeg.as_ref().ok(), &state);
    let status = devices.status();
    if settings.json {
        let record = GpuRecord { r#type: "gpu", status };
        let line =
            serde_json::to_string(&record).map_err(|error| Problem::storage("cannot write JSON", &error))?;
        console.data(&line);
        return Ok(exit::DONE);
    }
    if let Some(reason) = &status.reason {
        console.data(&format!("no GPU: {reason}"));
        console.data("the CPU does all work");
        return Ok(exit::DONE);
    }
    if let Err(problem) = &ffmpeg {
        console.say(&format!("encoders were not tried: {problem}"));
    }
    let versions = [("driver", &status.driver_version), ("CUDA", &status.cuda_version)];
    let named = versions.iter().filter_map(|(name, version)| Some(format!("{name} {}", version.as_ref()?)));
    console.data(&named.collect::<Vec<_>>().join(", "));
    let mut rows =
        vec![["GPU", "NAME", "FREE", "TOTAL", "BUSY", "TEMP", "NVENC"].map(str::to_owned).to_vec()];
    rows.extend(status.devices.iter().map(row));
    table::lines(&rows).iter().for_each(|line| console.data(line));
    refusals(&devices).iter().for_each(|line| console.data(line));
    Ok(exit::DONE)
}

fn row(device: &DeviceStatus) -> Vec<String> {
    let unknown = || "?".to_owned();
    let encoders = match device.encoders.as_slice() {
        [] => "none works".to_owned(),
        encoders => encoders.join(" "),
    };
    vec![
        device.index.to_string(),
        device.name.clone(),
        format!("{} MiB", device.memory_free_mb),
        format!("{} MiB", device.memory_total_mb),
        device.utilization_percent.map_or_else(unknown, |percent| format!("{percent:.0} %")),
        device.temperature_celsius.map_or_else(unknown, |celsius| format!("{celsius} C")),
        encoders,
    ]
}

/// Why an encoder is not used on a GPU, by what the probe or the look at it said.
pub fn refusals(devices: &Devices) -> Vec<String> {
    let mut lines = Vec::new();
    for encoder in NVENC_ENCODERS {
        for candidate in devices.explain(encoder, &DeviceWish::Auto).candidates {
            if candidate.verdict != Verdict::Fits {
                lines.push(format!("  {encoder} on GPU {}: {}", candidate.gpu.index, candidate.verdict));
            }
        }
    }
    lines
}

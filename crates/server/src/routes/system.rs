//! Devices and workers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use reel_device::{DeviceStatus, GpuStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::inspect::Finding;
use crate::problem::Problem;
use crate::refusals::Always;
use crate::state::AppState;

/// The GPUs of this machine.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = GpuStatus)]
pub(crate) struct GpuStatusView {
    /// There is a GPU.
    available: bool,
    /// On some GPU some NVENC encoder works, by trying.
    nvenc_supported: bool,
    /// How many GPUs there are.
    device_count: u32,
    /// The GPUs.
    devices: Vec<DeviceView>,
    /// The driver; null without one.
    driver_version: Option<String>,
    /// The newest CUDA that the driver supports.
    cuda_version: Option<String>,
    /// Why no GPU is available.
    reason: Option<String>,
}

/// One GPU.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(as = GpuDevice)]
pub(crate) struct DeviceView {
    /// Its place in the driver's list.
    index: u32,
    /// What it is called.
    name: String,
    /// All memory, in MiB.
    memory_total_mb: u64,
    /// Used memory, in MiB.
    memory_used_mb: u64,
    /// Free memory, in MiB.
    memory_free_mb: u64,
    /// Share of time in which a kernel ran, 0 to 100.
    utilization_percent: Option<f64>,
    /// What it is pinned by.
    uuid: String,
    /// Free memory in MiB × (100 − utilisation).
    score: u64,
    /// NVENC encoders that work on it, by trying.
    encoders: Vec<String>,
    /// Encoder load, 0 to 100.
    encoder_utilization_percent: Option<u32>,
    /// Decoder load, 0 to 100.
    decoder_utilization_percent: Option<u32>,
    /// Encoder sessions of all processes.
    encoder_sessions: Option<u32>,
    /// Temperature of the chip.
    temperature_celsius: Option<u32>,
}

/// Which GPUs are here, and which encoders on them work.
#[utoipa::path(
    get, operation_id = "getGpuStatus", path = "/system/gpu/status", tag = "system",
    responses((status = 200, body = GpuStatusView), Always)
)]
pub(crate) async fn gpu_status(State(state): State<AppState>) -> Result<Json<GpuStatusView>, Problem> {
    // The first look tries encoders, a tenth of a second each; the driver may hang.
    let devices = Arc::clone(&state.engine.devices);
    let status = tokio::task::spawn_blocking(move || devices.status()).await;
    Ok(Json(status.map_err(Problem::internal)?.into()))
}

/// What works on this machine, what is missing, and the command that brings it: as `reel doctor` tells it. Takes seconds.
#[utoipa::path(
    get, operation_id = "getDoctor", path = "/system/doctor", tag = "system",
    responses((status = 200, body = [Finding]), Always)
)]
pub(crate) async fn doctor(State(state): State<AppState>) -> Result<Json<Vec<Finding>>, Problem> {
    let inspect = Arc::clone(&state.inspect);
    let found = tokio::task::spawn_blocking(move || inspect.doctor()).await;
    Ok(Json(found.map_err(Problem::internal)?))
}

impl From<GpuStatus> for GpuStatusView {
    fn from(status: GpuStatus) -> Self {
        Self {
            available: status.available,
            nvenc_supported: status.nvenc_supported,
            device_count: status.device_count,
            devices: status.devices.into_iter().map(DeviceView::from).collect(),
            driver_version: status.driver_version,
            cuda_version: status.cuda_version,
            reason: status.reason,
        }
    }
}

impl From<DeviceStatus> for DeviceView {
    fn from(device: DeviceStatus) -> Self {
        Self {
            index: device.index,
            name: device.name,
            memory_total_mb: device.memory_total_mb,
            memory_used_mb: device.memory_used_mb,
            memory_free_mb: device.memory_free_mb,
            utilization_percent: device.utilization_percent,
            uuid: device.uuid,
            score: device.score,
            encoders: device.encoders,
            encoder_utilization_percent: device.encoder_utilization_percent,
            decoder_utilization_percent: device.decoder_utilization_percent,
            encoder_sessions: device.encoder_sessions,
            temperature_celsius: device.temperature_celsius,
        }
    }
}

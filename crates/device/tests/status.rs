//! The body of `GET /system/gpu/status`.

use std::sync::Arc;

use reel_device::{Devices, GpuStatus};
use reel_testkit::{FakeNvml, FakeProbe, fake_nvml};
use serde_json::{Value, json};

fn status(nvml: FakeNvml, probe: FakeProbe) -> GpuStatus {
    Devices::new(Arc::new(nvml), Some(Arc::new(probe)), None, None).status()
}

/// These fields and no others of an object.
fn only(value: &Value, fields: &[&str]) -> Value {
    fields
        .iter()
        .map(|field| ((*field).to_owned(), value[*field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn the_fields_of_the_contract_have_the_contracts_values() {
    let body =
        serde_json::to_value(status(FakeNvml::new(vec![fake_nvml::rtx_3080(0)]), FakeProbe::new())).unwrap();
    let outer = only(&body, &["available", "nvenc_supported", "device_count"]);
    assert_eq!(outer, json!({"available": true, "nvenc_supported": true, "device_count": 1}));
    let fields = [
        "index",
        "name",
        "memory_total_mb",
        "memory_used_mb",
        "memory_free_mb",
        "utilization_percent",
        "score",
    ];
    assert_eq!(
        only(&body["devices"][0], &fields),
        json!({
            "index": 0,
            "name": "NVIDIA GeForce RTX 3080",
            "memory_total_mb": 10240,
            "memory_used_mb": 2048,
            "memory_free_mb": 8192,
            "utilization_percent": 25.0,
            "score": 8192 * 75,
        })
    );
    assert_eq!(body["devices"][0]["encoders"], json!(["h264_nvenc", "hevc_nvenc", "av1_nvenc"]));
}

#[test]
fn a_gpu_without_an_encoder_is_available_and_does_not_support_nvenc() {
    let h200 = fake_nvml::h200(0);
    let probe = reel_device::NVENC_ENCODERS
        .iter()
        .fold(FakeProbe::new(), |probe, encoder| probe.without(encoder, &h200.uuid));
    let body = serde_json::to_value(status(FakeNvml::new(vec![h200]), probe)).unwrap();
    assert_eq!((&body["available"], &body["nvenc_supported"]), (&json!(true), &json!(false)));
    assert_eq!(body["devices"][0]["utilization_percent"], Value::Null, "MIG does not tell");
}

#[test]
fn a_machine_without_a_driver_says_so() {
    let body = serde_json::to_value(status(FakeNvml::without_driver(), FakeProbe::new())).unwrap();
    assert_eq!(
        body,
        json!({
            "available": false,
            "nvenc_supported": false,
            "device_count": 0,
            "devices": [],
            "reason": "no NVIDIA driver is installed: libnvidia-ml.so.1: not found",
        })
    );
}

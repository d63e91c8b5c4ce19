//! Prints what the driver says, the status body and what a job would be told; for a look at a new machine.

use std::sync::Arc;

use reel_device::{DeviceWish, Devices, GpuSource, NvmlSource};

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let source = Arc::new(NvmlSource::new());
    println!("inventory: {:#?}", source.snapshot());
    let devices = Devices::new(source, None, None, None);
    match serde_json::to_string_pretty(&devices.status()) {
        Ok(body) => println!("status: {body}"),
        Err(error) => println!("status: {error}"),
    }
    for wish in [DeviceWish::Auto, DeviceWish::GpuIndex(0)] {
        match devices.lease("h264_nvenc", &wish) {
            Ok(lease) => println!("lease {wish}: GPU {}", lease.gpu.index),
            Err(fault) => println!("lease {wish}: {:?}: {}", fault.class, fault.said),
        }
    }
}

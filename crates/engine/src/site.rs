//! What a plan may know about the place where it will run.

use serde::{Deserialize, Serialize};

/// Plain data, part of the manifest: the same plan comes out for the same site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Site {
    /// CPU cores that a worker has.
    pub cores: u32,
    /// Memory that a worker may use.
    pub memory_bytes: u64,
    /// Whether some worker has a GPU.
    pub gpu: bool,
}

impl Site {
    /// This machine: the cores this process may use, three quarters of the memory.
    pub fn of_this_machine(gpu: bool) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        Self { cores, memory_bytes: memory_total_bytes() / 4 * 3, gpu }
    }
}

/// What `/proc/meminfo` says; 4 GiB where there is none.
fn memory_total_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes =
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kibibytes.map_or(4 << 30, |kib| kib * 1024)
}

//! What a failure on a device means for the next attempt.

use serde::{Deserialize, Serialize};

use crate::known_faults::known_fault;

/// How long a broken or hung device is left alone.
pub const QUARANTINE_SECS: u32 = 300;

/// The sort of a failure on a device. It alone decides what is tried next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultClass {
    /// There is no driver or no device for anybody. Only the CPU helps.
    Absent,
    /// It works, but has no room now: sessions or memory. Nobody is to blame.
    Busy,
    /// This device (or this binary with this driver) cannot do what was asked; another device or fewer options may.
    Cannot,
    /// The device or its driver failed while working.
    Broken,
    /// No progress; the process had to be ended.
    Hung,
}

/// What to try after a failure, in this order: the same device with fewer options, another device, the CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Advice {
    /// Another device may do it.
    pub other_device: bool,
    /// The same device may do it without [`DeviceFault::options_to_drop`].
    pub drop_options: bool,
    /// The CPU may do it.
    pub cpu: bool,
    /// How long the device should be left alone; 0 is not at all.
    pub quarantine_secs: u32,
}

impl FaultClass {
    /// What this class means for the next attempt.
    pub fn advice(self) -> Advice {
        let (other_device, drop_options, quarantine_secs) = match self {
            Self::Absent => (false, false, 0),
            Self::Busy => (true, false, 0),
            Self::Cannot => (true, true, 0),
            Self::Broken | Self::Hung => (true, false, QUARANTINE_SECS),
        };
        Advice { other_device, drop_options, cpu: true, quarantine_secs }
    }

    /// The word for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Busy => "busy",
            Self::Cannot => "cannot",
            Self::Broken => "broken",
            Self::Hung => "hung",
        }
    }
}

/// A failure on a device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {said}", class.as_str())]
pub struct DeviceFault {
    /// Its sort.
    pub class: FaultClass,
    /// The device's UUID; none when no device was involved.
    pub device: Option<String>,
    /// What was said, in one line.
    pub said: String,
}

impl DeviceFault {
    /// A failure with this sentence.
    pub fn new(class: FaultClass, device: Option<&str>, said: impl Into<String>) -> Self {
        Self { class, device: device.map(str::to_owned), said: said.into() }
    }

    /// What a failed process on this device means.
    pub fn from_process(stderr: &str, exit: Option<i32>, stalled: bool, device: Option<&str>) -> Self {
        Self::new(classify(stderr, exit, stalled), device, telling_line(stderr, exit, stalled))
    }

    /// The encoder options (FFmpeg's names, without the dash) that the device complained about; empty when it did
    /// not say. [`Advice::drop_options`] without any means: go on to the next device.
    pub fn options_to_drop(&self) -> &'static [&'static str] {
        known_fault(&self.said).map_or(&[], |known| known.drop_options)
    }
}

/// Sorts a failed process by the end of its stderr and by how it ended.
///
/// `exit` is the status, or nothing when a signal ended it; `stalled` says that we ended it for want of progress.
/// What is not known and ended by itself is [`FaultClass::Cannot`]: it may be the input's fault, so the device is not
/// blamed. What a signal ended is [`FaultClass::Broken`].
pub fn classify(stderr: &str, exit: Option<i32>, stalled: bool) -> FaultClass {
    match known_fault(stderr) {
        Some(known) if !stalled || known.class == FaultClass::Broken => known.class,
        _ if stalled => FaultClass::Hung,
        _ if exit.is_none_or(|status| status > 128 && status < 160) => FaultClass::Broken,
        _ => FaultClass::Cannot,
    }
}

/// The line that decided, else the last one that says something.
fn telling_line(stderr: &str, exit: Option<i32>, stalled: bool) -> String {
    let decided = stderr.lines().find(|line| {
        known_fault(stderr).is_some_and(|whole| known_fault(line).is_some_and(|one| std::ptr::eq(whole, one)))
    });
    let line = decided.or_else(|| stderr.lines().rev().find(|line| !line.trim().is_empty()));
    match (line, exit) {
        (Some(line), _) => line.trim().to_owned(),
        (None, _) if stalled => "no progress".to_owned(),
        (None, Some(status)) => format!("ended with status {status} and said nothing"),
        (None, None) => "ended by a signal and said nothing".to_owned(),
    }
}

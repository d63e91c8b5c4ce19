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

    /// What it means, in words that may be followed by what was said.
    fn meaning(self) -> &'static str {
        match self {
            Self::Absent => "there is no device or no driver",
            Self::Busy => "it has no room now",
            Self::Cannot => "it cannot do this",
            Self::Broken => "it broke",
            Self::Hung => "it stood still",
        }
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

    /// The same for people: what it means, then what was said, without FFmpeg's marks before it.
    pub fn in_words(&self) -> String {
        let mut said = self.said.as_str();
        while let Some((_, rest)) = said.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            said = rest;
        }
        format!("{}: {said}", self.class.meaning())
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
/// blamed. A crash is [`FaultClass::Broken`]. Do not ask about a process that was ended because of a cancel.
///
/// FFmpeg tells what a device lacks at log level `warning`; at `error` only the last line is left, which says nothing.
pub fn classify(stderr: &str, exit: Option<i32>, stalled: bool) -> FaultClass {
    let known = known_fault(stderr).map(|known| known.class);
    match known {
        Some(FaultClass::Broken) => FaultClass::Broken,
        _ if stalled => FaultClass::Hung,
        Some(class) => class,
        None if exit.is_none_or(crashed) => FaultClass::Broken,
        None => FaultClass::Cannot,
    }
}

/// What a shell answers for SIGILL, SIGABRT, SIGBUS, SIGFPE and SIGSEGV.
fn crashed(status: i32) -> bool {
    matches!(status, 132 | 134 | 135 | 136 | 139)
}

/// The line that decided, else the last one that says something.
fn telling_line(stderr: &str, exit: Option<i32>, stalled: bool) -> String {
    let whole = known_fault(stderr);
    let decided = whole.and_then(|whole| stderr.lines().find(|line| known_fault(line) == Some(whole)));
    let line = decided.or_else(|| stderr.lines().rev().find(|line| !line.trim().is_empty()));
    match (line, exit) {
        (Some(line), _) => line.trim().to_owned(),
        (None, _) if stalled => "no progress".to_owned(),
        (None, Some(status)) => format!("ended with status {status} and said nothing"),
        (None, None) => "ended by a signal and said nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID_BY_5_1: &str = "[h264_nvenc @ 0x56274dcd8280] Cannot load libcuda.so.1\n\
        Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe incorrect \
        parameters such as bit_rate, rate, width or height\n";

    #[test]
    fn a_machine_without_a_driver_is_absent_and_only_the_cpu_helps() {
        let fault = DeviceFault::from_process(SAID_BY_5_1, Some(1), false, None);
        assert_eq!(fault.class, FaultClass::Absent);
        assert_eq!(fault.said, "[h264_nvenc @ 0x56274dcd8280] Cannot load libcuda.so.1");
        assert_eq!(
            fault.class.advice(),
            Advice { other_device: false, drop_options: false, cpu: true, quarantine_secs: 0 }
        );
    }

    #[test]
    fn a_missing_ability_names_the_option_to_drop_and_not_the_last_line() {
        let said = "[hevc_nvenc @ 0x1] B frames as references are not supported\n\
                    [hevc_nvenc @ 0x1] No capable devices found\n";
        let fault = DeviceFault::from_process(said, Some(1), false, Some("GPU-1"));
        assert_eq!(fault.class, FaultClass::Cannot);
        assert_eq!(fault.said, "[hevc_nvenc @ 0x1] B frames as references are not supported");
        assert_eq!(fault.options_to_drop(), ["b_ref_mode"]);
    }

    #[test]
    fn no_progress_is_hung_unless_the_device_said_that_it_broke() {
        assert_eq!(classify("", None, true), FaultClass::Hung);
        assert_eq!(classify("some warning", Some(0), true), FaultClass::Hung);
        assert_eq!(classify("x failed -> CUDA_ERROR_ILLEGAL_ADDRESS: y", None, true), FaultClass::Broken);
    }

    #[test]
    fn a_crash_blames_the_device_and_an_unknown_error_does_not() {
        assert_eq!(classify("", None, false), FaultClass::Broken);
        assert_eq!(classify("", Some(139), false), FaultClass::Broken);
        for status in [1, 187, 216, 234, 255] {
            assert_eq!(classify("in.mp4: moov atom not found", Some(status), false), FaultClass::Cannot);
        }
    }

    #[test]
    fn people_read_what_it_means_without_the_marks_of_ffmpeg() {
        let said = "[h264_nvenc @ 0x56274dcd8280] [error] OpenEncodeSessionEx failed: out of memory (10): (no details)";
        let fault = DeviceFault::from_process(said, Some(1), false, None);
        let words = "it has no room now: OpenEncodeSessionEx failed: out of memory (10): (no details)";
        assert_eq!(fault.in_words(), words);
    }

    #[test]
    fn what_says_nothing_still_has_a_sentence() {
        assert_eq!(
            DeviceFault::from_process("\n", Some(1), false, None).said,
            "ended with status 1 and said nothing"
        );
        assert_eq!(DeviceFault::from_process("", None, true, None).said, "no progress");
    }
}

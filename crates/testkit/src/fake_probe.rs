//! An encoder probe by script, for tests that need no FFmpeg.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use reel_device::EncoderProbe;

/// Every encoder, and every decoder, works on every device, except where it was told otherwise.
#[derive(Default, Debug)]
pub struct FakeProbe {
    broken: BTreeSet<(String, String)>,
    tried: Mutex<Vec<(String, Option<String>)>>,
}

impl FakeProbe {
    /// All works.
    pub fn new() -> Self {
        Self::default()
    }

    /// This encoder does not work on this device.
    #[must_use]
    pub fn without(mut self, encoder: &str, gpu_uuid: &str) -> Self {
        self.broken.insert((encoder.to_owned(), gpu_uuid.to_owned()));
        self
    }

    /// What was tried, in order: encoder and device.
    pub fn tried(&self) -> Vec<(String, Option<String>)> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EncoderProbe for FakeProbe {
    fn binary_identity(&self) -> String {
        "fake".to_owned()
    }

    fn try_encoder(&self, encoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        tried.push((encoder.to_owned(), gpu_uuid.map(str::to_owned)));
        match gpu_uuid {
            Some(uuid) if self.broken.contains(&(encoder.to_owned(), uuid.to_owned())) => Err(format!(
                "[{encoder} @ 0x1] OpenEncodeSessionEx failed: unsupported device (2): (no details)\n\
                 [{encoder} @ 0x1] No capable devices found\n"
            )),
            _ => Ok(()),
        }
    }

    fn try_decoder(&self, decoder: &str, gpu_uuid: Option<&str>) -> Result<(), String> {
        self.try_encoder(decoder, gpu_uuid)
    }
}
